// Posts and their threads as elements.

import { element, replaceContent, scrollTo } from "./dom.js";
import { send } from "./live.js";
import * as me from "./me.js";

const messages = new Map();
const previews = new Map(); // message → urls of photos that were just posted here
const clock = new Intl.DateTimeFormat(undefined, { weekday: "short", hour: "2-digit", minute: "2-digit" });
const fullDate = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const STATES = { returned: "Returned", withdrawn: "Withdrawn", expired: "Ended" };
const VERDICTS = [
  { kind: "confirm", mark: "✅", words: "It is back" },
  { kind: "refuse", mark: "❌", words: "Not this one" },
];

let switchChannel = () => {};

export function onSwitchChannel(action) {
  switchChannel = action;
}

export function hasPosts(channel) {
  return [...messages.values()].some((message) => message.channel === channel && message.root === null);
}

/** Take the server's update over. Returns the messages that were not there before. */
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

export function showAgain() {
  for (const message of messages.values()) show(message);
}

export function keepPreviews(message, urls) {
  previews.set(message, urls);
  if (messages.has(message)) show(messages.get(message));
}

/** Bring a message into view and mark it for a moment; false if it is not there. */
export function reveal(id) {
  const target = document.getElementById(`m-${id}`);
  if (!target) return false;
  switchChannel(messages.get(id).channel);
  scrollTo(target);
  target.focus({ preventScroll: true });
  target.classList.remove("is-marked");
  requestAnimationFrame(() => target.classList.add("is-marked"));
  return true;
}

export function isInView(id) {
  const box = document.getElementById(`m-${id}`)?.getBoundingClientRect();
  return Boolean(box?.height) && box.top >= 0 && box.top < innerHeight - 40;
}

function forget(id) {
  messages.delete(id);
  document.getElementById(`m-${id}`)?.remove();
  for (const url of previews.get(id) ?? []) URL.revokeObjectURL(url);
  previews.delete(id);
}

function show(message) {
  const place = document.getElementById(`m-${message.id}`) ?? insert(message);
  if (!place) return;
  place.classList.toggle("is-returned", message.report?.state === "returned");
  replaceContent(place.querySelector(".body"), ...(message.reply ? card(message) : post(message)));
}

function insert(message) {
  const made = element("li", { id: `m-${message.id}`, tabIndex: -1 }, element("div", { className: "body" }));
  if (message.root === null) {
    made.className = "post";
    made.append(element("ol", { className: "thread", aria: { label: "Answers" } }));
    const list = document.querySelector(`#channel-${message.channel} .posts`);
    list.insertBefore(made, [...list.children].find((other) => idOf(other) < message.id) ?? null);
  } else {
    made.className = `answer is-${message.reply.kind}`;
    const thread = document.querySelector(`#m-${message.root} > .thread`);
    if (!thread) return null;
    thread.insertBefore(made, [...thread.children].find((other) => idOf(other) > message.id) ?? null);
  }
  return made;
}

const idOf = (node) => Number(node.id.slice(2));

function post(message) {
  const { report } = message;
  return [
    element(
      "p",
      { className: "byline" },
      element("span", { className: "face", aria: { hidden: "true" } }, message.author.slice(0, 1).toUpperCase()),
      element("strong", {}, message.author),
      time(message.at),
      STATES[report.state] ? element("span", { className: `state is-${report.state}` }, STATES[report.state]) : null,
      removal(message),
    ),
    message.text ? element("p", { className: "words" }, message.text) : null,
    circumstances(report),
    photos(message),
    report.looking ? element("p", { className: "looking", role: "status" }, element("span", { aria: { hidden: "true" } }, "👀 "), "Looking…") : null,
  ].filter(Boolean);
}

function time(at) {
  const date = new Date(at);
  return element("time", { dateTime: at, title: fullDate.format(date) }, clock.format(date));
}

function circumstances(report) {
  const parts = [];
  if (report.place) parts.push(`Where: ${report.place}`);
  if (report.happenedAt) parts.push(`When: ${clock.format(new Date(report.happenedAt))}`);
  return parts.length ? element("p", { className: "quiet" }, parts.join(" · ")) : null;
}

function photos(message) {
  const all = message.report.photos.map((photo, index) => {
    if (photo.url) return element("img", { src: photo.url, alt: `Photo of ${message.text || "the thing"}`, loading: "lazy" });
    if (photo.state === "failed") return element("p", { className: "problem" }, `${photo.name} could not be used.`); // the thread says why
    const preview = previews.get(message.id)?.[index];
    const waiting = element("span", { className: "no-preview" }, "Photo on its way…");
    if (!preview) return waiting;
    const image = element("img", { src: preview, alt: "Your photo, on its way", className: "is-waiting" });
    image.addEventListener("error", () => image.replaceWith(waiting));
    return image;
  });
  return all.length ? element("div", { className: "photos" }, ...all) : null;
}

function removal(message) {
  if (!me.isMe(message.author) && !me.isModerator()) return null;
  const button = element("button", { type: "button", className: "remove", data: { key: "remove" }, title: "Delete this post", aria: { label: "Delete this post" } }, "×");
  button.addEventListener("click", async () => {
    if (!confirm("Delete this post and all that I know of it?")) return;
    await act(button.closest(".body"), "/withdrawals", { message: message.id });
  });
  return button;
}

function card(message) {
  const { reply, match, question } = message;
  const lines = element("div", { className: "lines" }, ...reply.lines.map((line) => element("p", {}, ...line.map(span))));
  const parts = [element("span", { className: "face is-bot", title: "Reunite", aria: { hidden: "true" } }, "R"), lines];
  if (reply.picture) {
    const picture = element("img", { className: "thumbnail", src: reply.picture, alt: "Photo of the possible match", loading: "lazy" });
    picture.addEventListener("error", () => picture.remove());
    parts.push(picture);
  }
  if (match) parts.push(verdicts(message, match));
  if (question) parts.push(answers(message, question));
  return parts;
}

function span(part) {
  switch (part.is) {
    case "strong":
      return element("strong", {}, part.text);
    case "label":
      return element("span", { className: `label is-${part.level}` }, part.text);
    case "quoted":
      return element("q", {}, part.text);
    case "person":
      return element("span", { className: "person" }, `@${part.text}`);
    case "jump":
      return jump(part);
    default:
      return document.createTextNode(part.text);
  }
}

function jump(part) {
  const link = element("a", { href: `#m-${part.message}`, data: { key: `jump-${part.message}` } }, part.text);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    if (!reveal(part.message)) link.replaceWith(document.createTextNode("(that post is gone)"));
  });
  return link;
}

function verdicts(message, match) {
  const buttons = VERDICTS.map(({ kind, mark, words }) => {
    const mine = match[kind].some(me.isMe);
    const button = element(
      "button",
      { type: "button", className: "verdict", data: { key: kind }, aria: { pressed: String(mine) }, title: match[kind].join(", ") },
      element("span", { aria: { hidden: "true" } }, mark),
      ` ${words}`,
      match[kind].length ? element("b", {}, ` ${match[kind].length}`) : null,
    );
    button.addEventListener("click", () =>
      act(button.closest(".body"), "/verdicts", { message: message.id, kind, given: !mine }),
    );
    return button;
  });
  return element("div", { className: "verdicts", role: "group", aria: { label: "Is this the match?" } }, ...buttons, element("p", { className: "error", role: "alert" }));
}

function answers(message, question) {
  if (question.said !== null) return element("p", { className: "said" }, "Answer: ", element("strong", {}, question.said));
  const buttons = question.choices.map(({ id, words }) => {
    const button = element("button", { type: "button", className: "choice", data: { key: `choice-${id}` } }, words);
    button.addEventListener("click", () => act(button.closest(".body"), "/answers", { message: message.id, choice: id }));
    return button;
  });
  return element("div", { className: "choices", role: "group", aria: { label: "Your answer" } }, ...buttons, element("p", { className: "error", role: "alert" }));
}

async function act(body, path, what) {
  try {
    await send(path, { ...what, name: me.name(), moderator: me.isModerator() });
  } catch (error) {
    const place = body.querySelector(".error") ?? body.appendChild(element("p", { className: "error", role: "alert" }));
    place.textContent = error.message;
  }
}
