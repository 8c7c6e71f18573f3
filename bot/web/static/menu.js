// A person's own reports and data, and the statistics for moderators.

import * as cards from "./cards.js";
import { show } from "./dialogs.js";
import { element } from "./dom.js";
import { send } from "./live.js";
import * as me from "./me.js";
import { text } from "./texts.js";

const ENTRIES = {
  "my-reports": { title: text("my_open_reports"), empty: text("no_reports") },
  privacy: { title: text("your_data") },
  statistics: { title: text("numbers") },
  help: { title: text("help") },
  board: { title: text("board") },
};

const narrow = matchMedia("(max-width: 479.98px)"); // as in the style

/** Start the menu. */
export function start() {
  const menu = document.getElementById("menu");
  const place = () => document.querySelector(narrow.matches ? ".brand" : ".who").append(menu); // with the lists, it would cut them
  place();
  narrow.addEventListener("change", place);
  const close = () => {
    menu.open = false;
    menu.querySelector("summary").focus(); // a dialog gives the focus back to it, when the entries are hidden
  };
  for (const entry of menu.querySelectorAll("[data-entry]")) {
    entry.addEventListener("click", () => {
      close();
      open(entry.dataset.entry);
    });
  }
  const keep = document.getElementById("export");
  keep.addEventListener("click", () => {
    close();
    keep.href = `/export?${new URLSearchParams({ name: me.name() })}`;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) close();
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}

/** Show an entry: the person's reports or data, the numbers, or a link to the board. */
export async function open(which) {
  const { title, empty } = ENTRIES[which];
  try {
    const { replies, link } = await send(`/${which}`, { name: me.name(), moderator: me.isModerator() });
    if (link) show(title, element("p", {}, text("board_how")), boardLink(link));
    else show(title, ...(replies.length ? replies.map(entry) : [element("p", {}, empty)]));
  } catch (error) {
    show(title, element("p", { className: "error", role: "alert" }, error.message));
  }
}

function boardLink(link) {
  return element("p", {}, element("a", { href: link, target: "_blank", rel: "noopener" }, text("board_open")));
}

function entry(reply) {
  const made = element("article", { className: "entry" });
  const showNote = (answer) => {
    if (answer) cards.sayNote(answer);
    const below = answer ? cards.note(answer, showNote) : cards.buttons(reply, showNote);
    made.replaceChildren(cards.lines(reply), ...[below].filter(Boolean));
  };
  showNote(null);
  return made;
}
