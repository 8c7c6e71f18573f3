// Wires the page together: who is acting, the two composers, the board, live updates and announcements.

import * as board from "./board.js";
import { Composer } from "./composer.js";
import { busyWith, element, takeQuickPressesAsOne } from "./dom.js";
import { connect, send } from "./live.js";
import * as look from "./look.js";
import * as me from "./me.js";
import * as menu from "./menu.js";
import { announce, hasActed, isBesideKept, isInView, keepInView, onSwitchChannel, reveal, startKeeping } from "./places.js";
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
const awaited = new Map(); // the person's own posts without an answer → when they were sent
const newPosts = new Set(); // those that may prove to be their own: of a sealed one, which the bot posts, it's known later
let isConnected;
let hasBoard = false;

function switchChannel(channel) {
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
  if (awaited.has(message.id)) keepInView(message.id, awaited.get(message.id));
  if (!message.reply || message.byViewer) return;
  const words = message.reply.lines.flat().map((part) => part.text).join(" ");
  announce(text("news", { channel: channelName(message.channel), words }));
  if (document.body.dataset.channel !== message.channel) {
    tabs.find((tab) => tab.dataset.channel === message.channel).classList.add("has-news");
  }
  const since = awaited.get(message.root);
  const isAnswer = awaited.delete(message.root);
  if (isAnswer && keepInView(message.id, since)) return;
  const isNews = isAnswer || message.reply.kind !== "nothing";
  if (isNews && concerns(message) && !isBesideKept(message.id) && !isInView(message.id)) toast(message);
}

/** Whether someone should know at once: others' news would only cover what they are reading. */
const concerns = (message) => me.isModerator() || (message.root !== null && board.isOwn(message.root));

const channelName = (channel) => text(channel === "moderators" ? "for_moderators" : channel);

function toast(message) {
  const first = message.reply.lines.find((line) => line.some((part) => part.is !== "person")) ?? [];
  const about = (me.isModerator() && message.about) || message.root; // moderators see a match in both threads
  const show = element("button", { type: "button" }, text("show"));
  const words = `#${channelName(message.channel)}: ${first.map((part) => part.text).join("")}`;
  const made = element("div", { className: `toast is-${message.channel}`, data: { about } }, element("span", {}, words), show);
  made.addEventListener("click", () => made.remove());
  show.addEventListener("click", () => reveal(message.id));
  const toasts = document.getElementById("toasts");
  toasts.querySelector(`[data-about="${about}"]`)?.remove();
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
    for (const message of update.messages) if (message.report?.own && newPosts.delete(message.id)) awaited.set(message.id, composers[message.channel]?.sentAt ?? 0);
    added.forEach(tellNews);
  }
  else if (location.hash.startsWith("#m-")) reveal(Number(location.hash.slice(3)));
  hasBoard = true;
}

function posted(channel, message, previews, sentAt) {
  if (message === null) previews.forEach((url) => URL.revokeObjectURL(url)); // a sealed report: the bot posts it
  else {
    board.keepPreviews(message, previews);
    awaited.set(message, sentAt);
  }
  if (hasActed(sentAt)) return;
  switchChannel(channel);
  if (matchMedia("(pointer: coarse)").matches) document.activeElement.blur(); // or its keyboard covers the answer
  if (document.getElementById(`m-${message}`)) keepInView(message, sentAt);
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

takeQuickPressesAsOne();
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
board.onAsk((post, pressedAt) => {
  awaited.set(post, pressedAt);
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
