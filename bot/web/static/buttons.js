// Presses of the bot's buttons: a form where the button has one, then a request, which returns a note.

import { ask } from "./dialogs.js";
import { send } from "./live.js";
import * as me from "./me.js";

const SURE = {
  withdraw: "Withdraw this report? I'll delete everything I know about it.",
  forget: "Delete everything I know about you? This can't be undone.",
};

/** Press a button. Returns the note for the person, or null if they cancel. */
export async function press(button) {
  const id = crypto.randomUUID(); // the same for each attempt, so that the press counts once
  if (button.form) return ask(button.form, (answers) => submit(button, id, answers));
  if (SURE[button.action] && !confirm(SURE[button.action])) return null;
  return submit(button, id, {});
}

async function submit(button, id, { words = "", code = "", photos = [] }) {
  const form = new FormData();
  const fields = { id, action: button.action, subject: button.subject, name: me.name(), moderator: me.isModerator() ? "yes" : "", words, code };
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const photo of photos) form.append("photo", photo, photo.name);
  return (await send("/presses", form)).note;
}
