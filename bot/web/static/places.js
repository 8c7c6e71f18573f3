// Navigation: switching channels, jumping to messages, and announcements to screen readers.

import { element } from "./dom.js";

const SETTLED_MS = 150; // without a move
const KEPT_MS = 5000;
let switching = () => {};
let lastAct = 0; // when the person last did anything
let kept = null; // the message that is kept in view
let ending;
let settling;
let isPageMoving = false; // whether the page itself has grown or scrolled since it settled last

export function onSwitchChannel(action) {
  switching = action;
}

/** Scroll to a message and highlight it briefly; false if it isn't there. */
export function reveal(id) {
  const target = document.getElementById(`m-${id}`);
  if (!target) return false;
  switching(target.closest(".channel").dataset.channel);
  scrollTo(target);
  target.focus({ preventScroll: true });
  target.classList.remove("is-marked");
  requestAnimationFrame(() => target.classList.add("is-marked"));
  return true;
}

/** Scroll smoothly unless the reader asked for less motion. */
export function scrollTo(target, block = "center") {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  target.scrollIntoView({ behavior: calm ? "auto" : "smooth", block });
  moved();
}

/** Whether the person has done anything since a moment, so that nothing should pull them away. */
export const hasActed = (since) => lastAct > since;

/**
 * Bring a message into view, and keep it there for a while, for what's around it still moves: an earlier scroll, or a
 * photo or a card that comes above it. It ends once the person does anything; false if they have, since they asked.
 */
export function keepInView(id, since) {
  if (hasActed(since)) return false;
  kept = id;
  clearTimeout(ending);
  ending = setTimeout(() => (kept = null), KEPT_MS);
  bringUp();
  moved();
  return true;
}

/** Whether a message belongs to the post that is kept in view. */
export function isBesideKept(id) {
  const post = (message) => document.getElementById(`m-${message}`)?.closest(".post");
  return kept !== null && post(id) === post(kept);
}

export function startKeeping() {
  addEventListener("scroll", settle, { capture: true, passive: true });
  const growing = new ResizeObserver(moved);
  for (const part of document.querySelectorAll(".top, .composer, .posts")) growing.observe(part);
  for (const act of ["click", "focusin", "input", "keydown", "mousedown", "touchmove", "wheel"]) {
    addEventListener(act, noteAct, { capture: true, passive: true });
  }
}

/** A click's second half, a key held down, and a focus that the page or the window gives back ask for nothing new. */
function noteAct(event) {
  if (event.detail > 1 || event.repeat || (event.type === "focusin" && !event.relatedTarget)) return;
  lastAct = performance.now();
  kept = null;
}

function moved() {
  isPageMoving = true;
  settle();
}

function settle() {
  clearTimeout(settling);
  settling = setTimeout(settled, SETTLED_MS);
}

/** A message that moved away is brought back; if the page didn't move by itself, the person scrolled, such as by a find. */
function settled() {
  if (kept !== null && !isPageMoving && !isInView(kept)) {
    lastAct = performance.now();
    kept = null;
  }
  isPageMoving = false;
  bringUp();
}

function bringUp() {
  const message = document.getElementById(`m-${kept}`);
  if (message?.offsetHeight && !isInView(kept)) scrollTo(message, "start");
}

/** Whether a message begins in what can be seen of its channel. */
export function isInView(id) {
  const message = document.getElementById(`m-${id}`);
  if (!message?.offsetHeight) return false;
  const { top } = message.getBoundingClientRect();
  const channel = message.closest(".channel").getBoundingClientRect();
  const tabs = document.querySelector(".tabs").getBoundingClientRect(); // they stay at the top
  return top >= Math.max(channel.top, tabs.bottom) && top < Math.min(channel.bottom, innerHeight) - 40;
}

/** Announce something to screen readers. */
export function announce(words) {
  const announcer = document.getElementById("announcer");
  announcer.append(element("p", {}, words));
  while (announcer.children.length > 5) announcer.firstElementChild.remove();
}
