// Who is acting: one of the invented people, or another name.

const KEPT = "reunite.who";
const who = document.getElementById("who");
const otherName = document.getElementById("other-name");
const watchers = [];

export function name() {
  return who.value || otherName.value.trim() || "Guest";
}

export function isModerator() {
  return who.selectedOptions[0].hasAttribute("data-moderator");
}

export function isMe(other) {
  return other.toLowerCase() === name().toLowerCase();
}

/** Who is acting, as URL parameters. */
export function parameters() {
  return new URLSearchParams({ name: name(), ...(isModerator() ? { moderator: "yes" } : {}) });
}

/** Call `watcher` when another person is acting. */
export function onChange(watcher) {
  watchers.push(watcher);
}

function keep() {
  sessionStorage.setItem(KEPT, JSON.stringify([who.value, otherName.value]));
}

function changed() {
  otherName.hidden = who.value !== "";
  keep();
  for (const watcher of watchers) watcher();
}

const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
if (kept) [who.value, otherName.value] = kept;
if (who.selectedIndex < 0) who.selectedIndex = 0;
otherName.hidden = who.value !== "";
who.addEventListener("change", () => {
  changed();
  if (!otherName.hidden) otherName.focus();
});
otherName.addEventListener("input", keep);
otherName.addEventListener("change", changed); // after typing
