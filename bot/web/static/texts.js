// The page's words in its language, from the server.

import { element } from "./dom.js";

const CHOSEN = "reunite.language-chosen";
const AGAIN_MS = 1000;
const { language, languages, words, commands } = await inTheBrowsersLanguage(await read());

/** Read the words, until the server can be reached: without them, the page would say nothing. */
async function read() {
  for (;;) {
    const response = await fetch("/texts").catch(() => null);
    if (response?.ok) return response.json();
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/** A new page begins in its first browser's language, unless another one was chosen there from the menu. */
async function inTheBrowsersLanguage(texts) {
  const wished = navigator.languages.map((each) => each.split("-")[0].toLowerCase()).find((each) => each in texts.languages);
  if (!texts.isNew || !wished || localStorage.getItem(CHOSEN)) return texts;
  const { ok } = await fetch("/language", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ language: wished }),
  });
  return ok && wished !== texts.language ? read() : texts;
}

export const dateLanguage = language === "en" ? "en-GB" : language; // the sentences say "25 January" too

/** Return a text with its slots filled in. */
export function text(key, slots = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (slot, name) => slots[name] ?? slot);
}

/** Return which command a post begins with, and the words after it; null where it begins with none. */
export function commandOf(post) {
  const [, name, rest] = post.match(/^\s*\/([\p{L}_-]+)(?=\s|$)\s*([\s\S]*)$/u) ?? [];
  if (!name) return null;
  const command = Object.keys(commands).find((each) => commands[each].includes(name.toLowerCase()));
  return { command, name: `/${name}`, words: rest };
}

/** Return the commands that can be typed here, for people to read. */
export function knownCommands() {
  return Object.values(commands)
    .map((names) => `/${names.at(-1)}`)
    .join(", ");
}

/** Put the words into the page, and let people choose its language. `onChosen(code)` is called when they do. */
export function start(onChosen) {
  document.documentElement.lang = language;
  for (const place of document.querySelectorAll("[data-text]")) place.textContent = text(place.dataset.text);
  for (const place of document.querySelectorAll("[data-hint]")) place.placeholder = text(place.dataset.hint);
  for (const place of document.querySelectorAll("[data-label]")) {
    place.setAttribute("aria-label", text(place.dataset.label, { channel: text(place.dataset.channel ?? "found") }));
  }
  for (const group of document.querySelectorAll("optgroup[data-group]")) group.label = text(group.dataset.group);
  for (const option of document.querySelectorAll("option[data-moderator]")) option.textContent = text("is_moderator", { name: option.value });
  const choice = document.getElementById("language");
  choice.append(...Object.entries(languages).map(([code, name]) => element("option", { value: code, lang: code }, name)));
  choice.value = language;
  choice.addEventListener("change", () => {
    localStorage.setItem(CHOSEN, choice.value);
    onChosen(choice.value);
  });
}
