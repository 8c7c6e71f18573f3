// Where things are on the page: channels to switch between, messages to jump to, and what is said aloud of them.

import { element, scrollTo } from "./dom.js";

let switching = () => {};

export function onSwitchChannel(action) {
  switching = action;
}

/** Bring a message into view and mark it for a moment; false if it is not there. */
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

export function isInView(id) {
  const box = document.getElementById(`m-${id}`)?.getBoundingClientRect();
  return Boolean(box?.height) && box.top >= 0 && box.top < innerHeight - 40;
}

/** Let a screen reader say something. */
export function announce(words) {
  const announcer = document.getElementById("announcer");
  announcer.append(element("p", {}, words));
  while (announcer.children.length > 5) announcer.firstElementChild.remove();
}
