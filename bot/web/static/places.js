// Navigation: switching channels, jumping to messages, and announcements to screen readers.

import { element, scrollTo } from "./dom.js";

let switching = () => {};

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

/** Scroll so that a message begins at the top. */
export function bringUp(id) {
  scrollTo(document.getElementById(`m-${id}`), "start");
}

export function isInView(id) {
  const box = document.getElementById(`m-${id}`)?.getBoundingClientRect();
  return Boolean(box?.height) && box.top >= 0 && box.top < innerHeight - 40;
}

/** Announce something to screen readers. */
export function announce(words) {
  const announcer = document.getElementById("announcer");
  announcer.append(element("p", {}, words));
  while (announcer.children.length > 5) announcer.firstElementChild.remove();
}
