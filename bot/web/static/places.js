// Navigation: switching channels, jumping to messages, and announcements to screen readers.

import { element, scrollTo } from "./dom.js";

const SETTLED_MS = 150; // without a move
let switching = () => {};
let kept = null; // the message that is kept in view
let settling;

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

/**
 * Bring a message into view, and keep it there while what's around it still moves: an earlier scroll, or a photo or a
 * card that comes above it. It ends once the person scrolls, presses or types.
 */
export function keepInView(id) {
  kept = id;
  bringUp();
}

export function startKeeping() {
  const moved = () => {
    clearTimeout(settling);
    settling = setTimeout(bringUp, SETTLED_MS);
  };
  addEventListener("scroll", moved, { capture: true, passive: true });
  const growing = new ResizeObserver(moved);
  for (const part of document.querySelectorAll(".top, .composer, .posts")) growing.observe(part);
  for (const act of ["wheel", "pointerdown", "touchmove", "keydown"]) {
    addEventListener(act, () => (kept = null), { capture: true, passive: true });
  }
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
