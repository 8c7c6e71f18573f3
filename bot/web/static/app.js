// Wires the page together: who is acting, the two composers, the board, live updates and announcements.

import * as board from "./board.js";
import { Composer } from "./composer.js";
import { busyWith, element, takeDoubleClicksAsOne } from "./dom.js";
import { connect, send } from "./live.js";
import * as look from "./look.js";
import * as me from "./me.js";
import * as menu from "./menu.js";
import { announce, isInView, keepInView, onSwitchChannel, reveal, startKeeping } from "./places.js";
import * as samples from "./samples.js";
import * as texts from "./texts.js";
import { text } from "./texts.js";

const MENU = { mine: "my-reports", privacy: "privacy", stats: "statistics", help: "help" }; // what commands open
const TRIED = "reunite.tried";
const TOAST_MS = 7000;
const ANSWER_MS = 5000;
const [MEMBERS_WIDTH, MODERATORS_WIDTH] = [760, 1100]; // from this width, all channels are shown at once
const tabs = [...document.querySelectorAll(".tabs button")];
const composers = {};
const awaited = new Set(); // the person's own posts without an answer
const newPosts = new Set(); // those that may prove to be their own: of a sealed one, which the bot posts, it's known later
let inView = null; // the post whose answer was brought into view last: its cards come right after
let isConnected;
let hasBoard = false;

function switchChannel(channel) {
  if (document.body.dataset.channel !== channel) inView = null;
  document.body.dataset.channel = channel;
  for (const tab of tabs) {
    const chosen = tab.dataset.channel === channel;
    tab.setAttribute("aria-pressed", String(chosen));
    if (chosen) tab.classList.remove("has-news");
  }
}

/** Show moderators their part of the page, and the channels at once or one by one. */
function arrange() {
  const isModerator = me.isModerator();
  for (const part of document.querySelectorAll(".for-moderators")) part.hidden = !isModerator;
  document.body.classList.toggle("is-moderator", isModerator);
  document.body.classList.toggle("has-tabs", innerWidth < (isModerator ? MODERATORS_WIDTH : MEMBERS_WIDTH));
  if (!isModerator && document.body.dataset.channel === "moderators") switchChannel("found");
}

function showEncoder(encoder) {
  const place = document.getElementById("encoder");
  place.textContent = text(encoder ? "tagline" : "getting_ready");
  place.title = encoder ? `${encoder.name}, ${encoder.version}` : "";
}

function showConnection(connected) {
  if (connected === isConnected) return;
  isConnected = connected;
  const place = document.getElementById("connection");
  place.classList.toggle("is-away", !connected);
  place.textContent = connected ? "" : text("connection_lost");
}

function showHints() {
  document.querySelector("#channel-found .hint").hidden = board.hasPosts("found");
  document.querySelector("#channel-lost .hint").hidden = board.hasPosts("lost") || !sessionStorage.getItem(TRIED);
  document.querySelector("#channel-moderators .hint").hidden = board.hasPosts("moderators");
}

function tellNews(message) {
  if (awaited.has(message.id)) showOwn(message.id);
  if (!message.reply || message.byViewer) return;
  const words = message.reply.lines.flat().map((part) => part.text).join(" ");
  announce(text("news", { channel: channelName(message.channel), words }));
  if (document.body.dataset.channel !== message.channel) {
    tabs.find((tab) => tab.dataset.channel === message.channel).classList.add("has-news");
  }
  if (awaited.delete(message.root) && showAnswer(message)) inView = message.root;
  else if (message.root !== inView && message.reply.kind !== "nothing" && concerns(message) && !isInView(message.id)) toast(message);
}

/** Whether someone should know at once: others' news would only cover what they are reading. */
const concerns = (message) => me.isModerator() || (message.root !== null && board.isOwn(message.root));

const channelName = (channel) => text(channel === "moderators" ? "for_moderators" : channel);

/** Bring the answer to someone's own post into view, unless they are writing again or have gone elsewhere. */
function showAnswer(message) {
  const field = document.activeElement?.closest("textarea, input");
  const isWriting = field?.value && !field.form?.hasAttribute("aria-busy"); // what is being sent is written
  if (isWriting || document.querySelector("dialog") || document.body.dataset.channel !== message.channel) return false;
  keepInView(message.id);
  return true;
}

function toast(message) {
  const first = message.reply.lines.find((line) => line.some((part) => part.is !== "person")) ?? [];
  const show = element("button", { type: "button" }, text("show"));
  const words = `#${channelName(message.channel)}: ${first.map((part) => part.text).join("")}`;
  const made = element("div", { className: `toast is-${message.channel}`, data: { root: message.root } }, element("span", {}, words), show);
  show.addEventListener("click", () => {
    made.remove();
    reveal(message.id);
  });
  const toasts = document.getElementById("toasts");
  toasts.querySelector(`[data-root="${message.root}"]`)?.remove();
  toasts.append(made);
  while (toasts.children.length > 2) toasts.firstElementChild.remove();
  setTimeout(() => made.remove(), TOAST_MS);
}

function takeUpdate(update) {
  showEncoder(update.encoder);
  const added = board.apply(update);
  if (update.removed.length) document.getElementById("announcer").replaceChildren(); // its announcement goes too
  showHints();
  if (hasBoard) {
    for (const message of added) if (message.root === null) newPosts.add(message.id);
    for (const message of update.messages) if (message.report?.own && newPosts.delete(message.id)) awaited.add(message.id);
    added.forEach(tellNews);
  }
  else if (location.hash.startsWith("#m-")) reveal(Number(location.hash.slice(3)));
  hasBoard = true;
}

function posted(channel, message, previews) {
  if (message === null) previews.forEach((url) => URL.revokeObjectURL(url)); // a sealed report: the bot posts it
  else {
    board.keepPreviews(message, previews);
    awaited.add(message);
  }
  switchChannel(channel);
  if (matchMedia("(pointer: coarse)").matches) document.activeElement.blur(); // or its keyboard covers the answer
  showOwn(message);
}

/** Bring someone's own post into view, once it's there. */
function showOwn(id) {
  if (document.getElementById(`m-${id}`)) keepInView(id);
}

function obey(command, words) {
  if (command === "sealed") {
    switchChannel("found");
    return composers.found.seal(words);
  } else if (command in composers) {
    switchChannel(command);
    composers[command].text.focus();
  } else if (command === "search") look.search(words);
  else menu.open(MENU[command]);
}

async function chooseLanguage(code) {
  await send("/language", { language: code });
  location.reload();
}

async function trySamples(button) {
  const error = button.parentElement.querySelector(".error");
  try {
    await samples.postFinds();
    sessionStorage.setItem(TRIED, "yes");
    document.querySelector("#channel-found .posts").focus(); // the button goes
    showHints();
  } catch (problem) {
    error.textContent = problem.message;
  }
}

takeDoubleClicksAsOne();
texts.start(chooseLanguage);
for (const form of document.querySelectorAll(".composer")) {
  composers[form.dataset.channel] = new Composer(form, posted, obey);
}
for (const tab of tabs) tab.addEventListener("click", () => switchChannel(tab.dataset.channel));
document.querySelector(".sample-row").append(...samples.pictures());
const tryButton = document.querySelector(".try");
tryButton.addEventListener("click", () => busyWith(tryButton, () => trySamples(tryButton)));
document.querySelector(".suggestions").append(
  ...samples.LOST_REPORTS.map((words) => {
    const button = element("button", { type: "button" }, words);
    button.addEventListener("click", () => composers.lost.suggest(words));
    return button;
  }),
);
board.onAsk((post) => {
  awaited.add(post);
  setTimeout(() => awaited.delete(post), ANSWER_MS); // the answer may be there already
});
onSwitchChannel(switchChannel);
startKeeping();
switchChannel("found");
arrange();
addEventListener("resize", arrange);
menu.start();
look.start();
const lookAgain = connect(takeUpdate, showConnection, me.parameters);
me.onChange(() => {
  arrange();
  board.forgetNotes();
  document.getElementById("toasts").replaceChildren();
  hasBoard = false; // what another person sees isn't news
  lookAgain();
});
