// Presses of the bot's buttons: a form where the button has one, then a request, which returns a note.

import { ask } from "./dialogs.js";
import { send } from "./live.js";
import * as me from "./me.js";
import { text } from "./texts.js";

const FORGETTING_MS = 15 * 60_000;
const SURE = { withdraw: text("withdraw_sure"), forget: text("forget_sure") };

/** Press a button. Returns the note for the person, or null if they cancel. */
export async function press(button) {
  const id = crypto.randomUUID(); // the same for each attempt, so that the press counts once
  if (button.form) return ask(button.form, (answers) => submit(button, id, answers));
  if (SURE[button.action] && !confirm(SURE[button.action])) return null;
  return submit(button, id, {});
}

/** Finish what a press has begun and takes long. Returns another note, or null. */
export async function finish(button) {
  if (button.action !== "forget") return null;
  return (await send("/forgetting", { name: me.name() }, FORGETTING_MS)).note;
}

async function submit(button, id, { words = "", code = "", photos = [] }) {
  const form = new FormData();
  const fields = { id, action: button.action, subject: button.subject, name: me.name(), moderator: me.isModerator() ? "yes" : "", words, code };
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const photo of photos) form.append("photo", photo, photo.name);
  return (await send("/presses", form)).note;
}
