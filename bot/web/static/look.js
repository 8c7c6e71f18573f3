// The search box: what has been found, privately and without a report, a page at a time.

import * as cards from "./cards.js";
import { show } from "./dialogs.js";
import { busyWith, element } from "./dom.js";
import { send } from "./live.js";
import * as me from "./me.js";
import { text } from "./texts.js";

/** Start the search box. */
export function start() {
  const form = document.getElementById("look");
  const photo = form.querySelector("[type=file]");
  const error = form.querySelector(".error");
  const search = form.querySelector("[type=submit]");
  const chosen = form.querySelector(".look-photo");
  const remove = chosen.querySelector("button");
  const addPhoto = form.querySelector(".add-photo");
  const showPhoto = () => {
    const name = photo.files[0]?.name ?? "";
    chosen.hidden = !name;
    chosen.querySelector("span").textContent = name;
    remove.setAttribute("aria-label", text("remove", { name }));
  };
  addPhoto.addEventListener("click", () => photo.click());
  photo.addEventListener("change", showPhoto);
  remove.addEventListener("click", () => {
    photo.value = "";
    showPhoto();
    addPhoto.focus();
  });
  const searched = async () => {
    error.textContent = "";
    search.textContent = text("searching");
    try {
      const { note } = await send("/looks", request(form.elements.words.value, photo.files[0]));
      form.reset();
      showPhoto();
      show(text("search_title"), page(note));
    } catch (problem) {
      error.textContent = problem.message;
    } finally {
      search.textContent = text("search");
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    busyWith(search, searched);
  });
}

/** Search for words that were typed elsewhere; without any, wait for them. */
export function search(words) {
  const form = document.getElementById("look");
  form.elements.words.value = words;
  form.elements.words.focus();
  if (words) form.requestSubmit();
}

function request(words, photo) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ id: crypto.randomUUID(), name: me.name(), text: words })) form.append(name, value);
  if (photo) form.append("photo", photo, photo.name);
  return form;
}

/** A page; another one takes its place, and so does the note after a claim. */
function page(reply) {
  const made = element("article", { className: "look-page", tabIndex: -1, autofocus: true });
  const showReply = (shown) => {
    const isPage = shown.kind === "look";
    const only = element("p", { className: "only" }, text("only_you"));
    const pictures = shown.gallery.length ? cards.gallery(shown) : null;
    const below = cards.buttons(shown, (answer) => {
      cards.sayNote(answer);
      showReply(answer);
      made.focus();
    });
    made.replaceChildren(...[isPage ? only : null, pictures, cards.lines(shown), below].filter(Boolean));
  };
  showReply(reply);
  return made;
}
