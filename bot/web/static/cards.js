// Replies as elements: lines of spans, buttons, and the private notes after a press.

import { busyWith, element } from "./dom.js";
import { announce, reveal } from "./places.js";
import { finish, press } from "./buttons.js";
import { dateLanguage, text } from "./texts.js";

export function lines(reply) {
  return element("div", { className: "lines" }, ...reply.lines.map((line) => element("p", {}, ...line.map(span))));
}

/** The numbered pictures of a reply's gallery. */
export function gallery(reply) {
  const tiles = reply.gallery.map((tile) => {
    const photo = tile.photo ? element("img", { src: tile.photo, alt: text("item_number", { number: tile.number }), loading: "lazy" }) : element("span", { className: "no-preview" }, text("no_photo"));
    photo.addEventListener("error", () => photo.remove());
    const made = element("li", { className: `tile is-${tile.level ?? "closest"}` }, photo, element("b", {}, String(tile.number)));
    const pick = reply.buttons.find((button) => button.subject === tile.match);
    if (pick) { // the picture does what its button does
      made.classList.add("is-pickable");
      made.addEventListener("click", () => made.closest(".body, .look-page").querySelector(`[data-key="${pick.action}:${pick.subject}"]`)?.click());
    }
    return made;
  });
  return element("ol", { className: "gallery", aria: { label: text("closest_items") } }, ...tiles);
}

/** The buttons of a reply; null where it has none. `onNote(reply, button, pressedAt)` is called with the note after a press. */
export function buttons(reply, onNote) {
  if (!reply.buttons.length) return null;
  const error = element("p", { className: "error", role: "alert" });
  const all = reply.buttons.map((button) => {
    const key = `${button.action}:${button.subject}`;
    const aria = button.action === "pick" ? { label: text("item_number", { number: button.words }) } : {};
    const made = element("button", { type: "button", className: `press is-${button.style}`, data: { key }, aria }, button.words);
    const answered = async () => {
      const pressedAt = performance.now();
      error.textContent = "";
      try {
        const answer = await press(button);
        if (answer) onNote(answer, button, pressedAt);
        const rest = answer && (await finish(button));
        if (rest) onNote(rest, button, pressedAt);
      } catch (problem) {
        error.textContent = problem.message;
      }
    };
    made.addEventListener("click", () => busyWith(made, answered));
    return made;
  });
  return element("div", { className: "buttons", role: "group", aria: { label: text("what_you_can_do") } }, ...all, error);
}

/** A private note; `onNote` as above, with null when it is closed. */
export function note(reply, onNote) {
  const close = element("button", { type: "button", className: "remove", aria: { label: text("close_note") } }, "×");
  close.addEventListener("click", () => onNote(null));
  return element("div", { className: "note" }, element("p", { className: "only" }, text("only_you")), close, lines(reply), buttons(reply, onNote));
}

/** Announce a note to screen readers. */
export function sayNote(reply) {
  announce(reply.lines.flat().map((part) => part.text).join(" "));
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
    case "moment":
      return element("time", { dateTime: part.at }, local(part));
    case "jump":
      return jump(part);
    default:
      return document.createTextNode(part.text.replace(/ ([✓✗~·])/g, "\u00a0$1")); // a mark stays with its word
  }
}

/** A moment in the reader's own zone, in the page's language: that of a post with its time today and yesterday. */
function local(part) {
  const at = new Date(part.at);
  const now = new Date();
  const days = Math.round((new Date(at).setHours(0, 0, 0, 0) - new Date(now).setHours(0, 0, 0, 0)) / 86_400_000);
  const clock = { hour: "2-digit", minute: "2-digit" };
  if (part.style === "posted" && days <= 0 && days >= -1) {
    const day = new Intl.RelativeTimeFormat(dateLanguage, { numeric: "auto" }).format(days, "day");
    return `${day}, ${new Intl.DateTimeFormat(dateLanguage, clock).format(at)}`;
  }
  const year = at.getFullYear() === now.getFullYear() ? {} : { year: "numeric" };
  const time = part.style === "moment" ? clock : {};
  return new Intl.DateTimeFormat(dateLanguage, { day: "numeric", month: "long", ...year, ...time }).format(at);
}

function jump(part) {
  const link = element("a", { href: `#m-${part.message}`, data: { key: `jump-${part.message}` } }, part.text);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    link.closest("dialog")?.close();
    if (!reveal(part.message)) link.replaceWith(document.createTextNode(text("post_gone")));
  });
  return link;
}
