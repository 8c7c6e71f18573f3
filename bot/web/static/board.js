// Posts and their threads as elements.

import * as cards from "./cards.js";
import { ask } from "./dialogs.js";
import { element, replaceContent } from "./dom.js";
import { send } from "./live.js";
import * as me from "./me.js";
import { scrollTo } from "./places.js";
import { dateLanguage, text } from "./texts.js";

const messages = new Map();
const previews = new Map(); // message → URLs of the photos that were just posted here
const notes = new Map(); // message → the private note below it
const clock = new Intl.DateTimeFormat(dateLanguage, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const fullDate = new Intl.DateTimeFormat(dateLanguage, { dateStyle: "full", timeStyle: "short" });
const STATES = { returned: text("returned"), withdrawn: text("withdrawn"), unreadable: text("not_taken"), expired: text("expired") };
const VERDICTS = [
  { kind: "confirm", mark: "✅", words: text("its_back") },
  { kind: "reject", mark: "❌", words: text("not_a_match") },
];

const ANSWERED_BELOW = ["pick", "none_of_these", "none_fits", "not_mine"];
let asked = () => {};

/** Call `action` with the post in whose thread a press will be answered, and when it was pressed. */
export function onAsk(action) {
  asked = action;
}

export function hasPosts(channel) {
  return [...messages.values()].some((message) => message.channel === channel && message.root === null);
}

export function isOwn(id) {
  return Boolean(messages.get(id)?.report?.own);
}

/** Apply the server's update. Returns the new messages. */
export function apply(update) {
  const known = new Set(messages.keys());
  const named = new Set(update.messages.map((message) => message.id));
  const removed = update.all ? [...known].filter((id) => !named.has(id)) : update.removed;
  for (const id of removed) forget(id);
  for (const message of update.messages) {
    messages.set(message.id, message);
    show(message);
  }
  return update.messages.filter((message) => !known.has(message.id));
}

/** Remove the private notes, because another person is acting. */
export function forgetNotes() {
  notes.clear();
  for (const message of messages.values()) show(message);
}

export function keepPreviews(message, urls) {
  previews.set(message, urls);
  if (messages.has(message)) show(messages.get(message));
}

function forget(id) {
  messages.delete(id);
  notes.delete(id);
  remove(document.getElementById(`m-${id}`));
  for (const url of previews.get(id) ?? []) URL.revokeObjectURL(url);
  previews.delete(id);
}

/** Remove a message; a focus within it moves to its list, or to the post whose thread it was in. */
function remove(place) {
  if (!place) return;
  const around = place.contains(document.activeElement) ? place.parentElement.closest("[tabindex]") : null;
  place.remove();
  around?.focus();
}

function show(message) {
  const place = document.getElementById(`m-${message.id}`) ?? insert(message);
  if (!place) return;
  place.classList.toggle("is-returned", message.report?.state === "returned");
  const parts = isPost(message) ? post(message) : card(message);
  replaceContent(place.querySelector(".body"), ...parts.filter(Boolean));
}

const isPost = (message) => message.root === null && message.reply?.kind !== "log" && message.reply?.kind !== "claim";

function insert(message) {
  const made = element("li", { id: `m-${message.id}`, tabIndex: -1 }, element("div", { className: "body" }));
  if (message.root === null) {
    made.className = isPost(message) ? "post" : "post is-card";
    made.append(element("ol", { className: "thread", aria: { label: text("replies") } }));
    const list = document.querySelector(`#channel-${message.channel} .posts`);
    list.insertBefore(made, [...list.children].find((other) => idOf(other) < message.id) ?? null);
  } else {
    made.className = `answer is-card is-${message.reply.kind}`;
    const thread = document.querySelector(`#m-${message.root} > .thread`);
    if (!thread) return null;
    thread.insertBefore(made, [...thread.children].find((other) => idOf(other) > message.id) ?? null);
  }
  return made;
}

const idOf = (node) => Number(node.id.slice(2));

/** A member's post, or the one that the bot posted for them. */
function post(message) {
  const { report, reply } = message;
  const author = reply ? "Reunite" : message.author || text("someone");
  return [
    element(
      "p",
      { className: "byline" },
      element("span", { className: reply ? "face is-bot" : "face", aria: { hidden: "true" } }, author.slice(0, 1).toUpperCase()),
      element("strong", {}, author),
      time(message.at),
      STATES[report?.state] ? element("span", { className: `state is-${report.state}` }, STATES[report.state]) : null,
      secrecy(report),
      report?.own && !reply ? editing(message) : null,
      report && report.state !== "withdrawn" && (report.own || me.isModerator()) ? removal(message) : null,
    ),
    reply ? cards.lines(reply) : null,
    ...(reply ? [report?.sealed ? sealedPart(message) : report && photos(message)] : reported(message)),
    report?.looking ? element("p", { className: "looking", role: "status" }, element("span", { aria: { hidden: "true" } }, "👀 "), text("looking")) : null,
  ];
}

function reported(message) {
  return [words(message), circumstances(message.report), photos(message)];
}

const words = (message) => (message.text ? element("p", { className: "words" }, message.text) : null);

/** The part of a sealed report that only its finder and the moderators see. */
function sealedPart(message) {
  const parts = [words(message), photos(message)];
  if (!parts.some(Boolean)) return null;
  return element("div", { className: "kept" }, element("p", { className: "only" }, text("kept_part")), ...parts);
}

function time(at) {
  const date = new Date(at);
  return element("time", { dateTime: at, title: fullDate.format(date) }, clock.format(date));
}

function secrecy(report) {
  if (!report?.sealed && !report?.private) return null;
  const words = text(report.sealed ? "sealed" : "private");
  return element("span", { className: "state", title: text("secrecy") }, element("span", { aria: { hidden: "true" } }, "🔒 "), words);
}

function circumstances(report) {
  const parts = [];
  if (report.place) parts.push(text("where_said", { place: report.place }));
  if (report.happenedAt) parts.push(text("when_said", { time: clock.format(new Date(report.happenedAt)) }));
  return parts.length ? element("p", { className: "quiet" }, parts.join(" · ")) : null;
}

function photos(message) {
  const all = message.report.photos.map((photo, index) => {
    if (photo.url) return element("img", { src: photo.url, alt: text("photo_of", { what: message.text || text("the_thing") }), loading: "lazy" });
    if (photo.state === "failed") return element("p", { className: "problem" }, text("photo_failed", { name: photo.name })); // the thread says why
    const preview = previews.get(message.id)?.[index];
    const waiting = element("span", { className: "no-preview" }, text("photo_coming"));
    if (!preview) return waiting;
    const image = element("img", { src: preview, alt: text("own_photo_coming"), className: "is-waiting" });
    image.addEventListener("error", () => image.replaceWith(waiting));
    return image;
  });
  return all.length ? element("div", { className: "photos" }, ...all) : null;
}

function editing(message) {
  const words = { name: "text", kind: "text", label: text("your_text"), hint: "", required: true, most: 4000, value: message.text };
  const button = element("button", { type: "button", className: "edit", data: { key: "edit" }, title: text("edit"), aria: { label: text("edit") } }, "✎");
  button.addEventListener("click", () =>
    ask({ title: text("edit"), fields: [words] }, (answers) =>
      send("/edits", { message: message.id, name: me.name(), text: answers.text }),
    ),
  );
  return button;
}

function removal(message) {
  const button = element("button", { type: "button", className: "remove", data: { key: "remove" }, title: text("delete"), aria: { label: text("delete") } }, "×");
  button.addEventListener("click", async () => {
    if (!confirm(text("delete_sure"))) return;
    await act(button.closest(".body"), "/withdrawals", { message: message.id });
  });
  return button;
}

/** A reply in a thread, or to the moderators. */
function card(message) {
  const { reply, match, question } = message;
  const parts = [element("span", { className: "face is-bot", title: "Reunite", aria: { hidden: "true" } }, "R"), cards.lines(reply)];
  if (reply.picture) {
    const picture = element("img", { className: "thumbnail", src: reply.picture, alt: text("match_photo"), loading: "lazy" });
    picture.addEventListener("error", () => picture.remove());
    parts.push(picture);
  }
  if (reply.gallery.length) parts.push(cards.gallery(reply));
  const takeNote = (answer, button, pressedAt) => {
    if (ANSWERED_BELOW.includes(button?.action)) asked(message.root, pressedAt);
    if (answer) {
      notes.set(message.id, answer);
      cards.sayNote(answer);
    } else notes.delete(message.id);
    if (!messages.has(message.id)) return;
    show(messages.get(message.id));
    const note = document.querySelector(`#m-${message.id} .note`);
    if (note) scrollTo(note, "nearest");
  };
  parts.push(cards.buttons(reply, takeNote));
  if (match) parts.push(verdicts(message, match));
  if (question) parts.push(answers(message, question));
  if (notes.has(message.id)) parts.push(cards.note(notes.get(message.id), takeNote));
  return parts;
}

function verdicts(message, match) {
  const buttons = VERDICTS.map(({ kind, mark, words }) => {
    const isMine = match[kind].some(me.isMe);
    const title = match[kind].length ? `${words}: ${match[kind].join(", ")}` : words;
    const button = element(
      "button",
      { type: "button", className: "verdict", data: { key: kind }, title, aria: { pressed: String(isMine), label: words } },
      element("span", { aria: { hidden: "true" } }, `${mark} ${words}`),
      match[kind].length ? element("b", {}, ` ${match[kind].length}`) : null,
    );
    button.addEventListener("click", () =>
      act(button.closest(".body"), "/verdicts", { message: message.id, kind, given: !isMine }),
    );
    return button;
  });
  return element("div", { className: "verdicts", role: "group", aria: { label: text("is_it_a_match") } }, ...buttons, element("p", { className: "error", role: "alert" }));
}

function answers(message, question) {
  if (question.said !== null) return element("p", { className: "said" }, `${text("answer")} `, element("strong", {}, question.said));
  const buttons = question.choices.map(({ id, words }) => {
    const button = element("button", { type: "button", className: "choice", data: { key: `choice-${id}` } }, words);
    button.addEventListener("click", () => act(button.closest(".body"), "/answers", { message: message.id, choice: id }));
    return button;
  });
  return element("div", { className: "choices", role: "group", aria: { label: text("your_answer") } }, ...buttons, element("p", { className: "error", role: "alert" }));
}

async function act(body, path, what) {
  try {
    await send(path, { ...what, name: me.name(), moderator: me.isModerator() });
  } catch (error) {
    const places = [...body.querySelectorAll(".verdicts .error, .choices .error")];
    const place = places[0] ?? body.appendChild(element("p", { className: "error", role: "alert" }));
    place.textContent = error.message;
  }
}
