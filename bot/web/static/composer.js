// Writing a post: words, photos by file, paste or drop, previews, and a sentence where it is refused.

import { busyWith, element } from "./dom.js";
import { send } from "./live.js";
import * as me from "./me.js";
import { commandOf, knownCommands, text } from "./texts.js";

const REPORTS = ["lost", "found"];

export class Composer {
  /**
   * `onPosted(channel, message, previews, sentAt)` is called with the URLs of the photos' local previews,
   * `onCommand(command, words)` for a command that doesn't report anything, such as one for a report without words or
   * photos; it returns false where the words can't be taken now.
   */
  constructor(form, onPosted, onCommand) {
    this.onCommand = onCommand;
    this.form = form;
    this.channel = form.dataset.channel;
    this.onPosted = onPosted;
    this.photos = [];
    this.sentAt = 0;
    this.id = crypto.randomUUID(); // the same for each attempt with the same words and photos, so that it is posted once
    this.text = form.querySelector("textarea");
    this.files = form.querySelector(".files");
    this.error = form.querySelector(".error");
    this.submit = form.querySelector("[type=submit]");
    this.kept = `reunite.draft.${this.channel}`;
    this.listen();
    this.restore();
  }

  listen() {
    const { form, files, text } = this;
    form.querySelector(".add-photo").addEventListener("click", () => files.click());
    files.addEventListener("change", () => {
      this.add(files.files);
      files.value = "";
    });
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    form.addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      this.add(event.clipboardData.files);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      busyWith(this.submit, () => this.post());
    });
    const sealed = form.querySelector("[name=sealed]");
    sealed?.addEventListener("change", () => this.showSealed(sealed.checked));
    form.addEventListener("input", () => this.changed());
    me.onChange(() => this.isSecret() && this.clear()); // the next person may be somebody else
    this.listenForDrops(form.closest(".channel"));
  }

  /** What is sent next is another post than one that was tried before. */
  changed() {
    this.id = crypto.randomUUID();
    this.keep();
  }

  /** Keep what was typed, in case the page is reloaded: not what others mustn't read, who may use this tab next. */
  keep() {
    if (this.isSecret()) sessionStorage.removeItem(this.kept);
    else sessionStorage.setItem(this.kept, JSON.stringify({ id: this.id, fields: [...new FormData(this.form)] }));
  }

  isSecret() {
    const { sealed, private: isPrivate } = this.form.elements;
    return Boolean(sealed?.checked || isPrivate?.checked);
  }

  restore() {
    const { id, fields } = JSON.parse(sessionStorage.getItem(this.kept) ?? "{}");
    if (!fields) return;
    this.id = id;
    for (const [name, value] of fields) {
      const field = this.form.elements[name];
      if (field) field.value = value; // an update may have taken it off the page
    }
  }

  /** A sealed report needs a category. */
  showSealed(isSealed) {
    const fields = this.form.querySelector("fieldset");
    if (fields) fields.hidden = fields.disabled = !isSealed;
  }

  listenForDrops(area) {
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    area.addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      area.classList.add("is-dropping");
    });
    area.addEventListener("dragleave", (event) => {
      if (!area.contains(event.relatedTarget)) area.classList.remove("is-dropping");
    });
    area.addEventListener("drop", (event) => {
      area.classList.remove("is-dropping");
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.add(event.dataTransfer.files);
    });
  }

  add(files) {
    if (this.isSending()) return;
    for (const file of files) this.photos.push({ file, url: URL.createObjectURL(file) });
    this.changed();
    this.error.textContent = "";
    this.showPreviews();
  }

  /** Whether a post is being sent, so that nothing else can be taken yet; says so. */
  isSending() {
    const isSending = this.form.hasAttribute("aria-busy");
    if (isSending) this.error.textContent = text("still_sending");
    return isSending;
  }

  /** Begin a sealed report; false where it can't begin yet. */
  seal(words) {
    if (this.isSending()) return false;
    this.form.elements.sealed.checked = true;
    this.showSealed(true);
    return this.suggest(words);
  }

  /** Put words into the form, as a suggestion to send or change. */
  suggest(words) {
    if (this.isSending()) return;
    this.text.value = words;
    this.changed();
    this.text.focus();
  }

  showPreviews() {
    const items = this.photos.map((photo) => {
      const image = element("img", { src: photo.url, alt: photo.file.name });
      image.addEventListener("error", () => image.replaceWith(element("span", { className: "no-preview" }, photo.file.name)));
      const remove = element("button", { type: "button", aria: { label: text("remove", { name: photo.file.name }) } }, "×");
      remove.addEventListener("click", () => this.remove(photo));
      return element("li", {}, image, remove);
    });
    this.form.querySelector(".previews").replaceChildren(...items);
  }

  remove(photo) {
    URL.revokeObjectURL(photo.url);
    this.photos = this.photos.filter((other) => other !== photo);
    this.changed();
    this.showPreviews();
    this.form.querySelector(".add-photo").focus();
  }

  async post() {
    this.error.textContent = "";
    const fields = Object.fromEntries([...new FormData(this.form)]);
    const typed = commandOf(fields.text);
    if (typed && !REPORTS.includes(typed.command)) return this.obey(typed);
    if (typed && this.isNothing(typed, fields)) return this.obey(typed);
    await this.send(typed ? { ...fields, text: typed.words, channel: typed.command } : fields);
  }

  /** Whether a command reports nothing yet: it has neither words nor photos, nor what a sealed report says. */
  isNothing(typed, fields) {
    return !typed.words.trim() && !this.photos.length && !fields.sealed;
  }

  /** Do what a command says that isn't a report; say what can be typed where it isn't known. */
  obey({ command, name, words }) {
    if (!command) {
      this.error.textContent = text("unknown_command", { command: name, known: knownCommands() });
      return;
    }
    const typed = this.text.value;
    this.text.value = "";
    if (this.onCommand(command, words) === false) this.text.value = typed;
    this.keep();
  }

  async send(fields) {
    const { photos } = this;
    this.sentAt = performance.now();
    this.showSending(true);
    try {
      const posted = await post({ channel: this.channel, ...fields, id: this.id, name: me.name() }, photos.map((each) => each.file));
      this.onPosted(posted.channel, posted.message, photos.map((each) => each.url), this.sentAt);
      this.error.textContent = "";
      this.showSending(false);
      this.clear();
    } catch (error) {
      this.error.textContent = error.message;
      this.showSending(false);
      if (error.final) this.changed();
      else this.keep();
    }
  }

  /** Show that the form is being sent, and take nothing more: it would be cleared unsent, or not be what is sent. */
  showSending(isSending) {
    if (isSending) this.form.setAttribute("aria-busy", "true");
    else this.form.removeAttribute("aria-busy");
    for (const field of this.form.querySelectorAll("textarea, input, select, button")) {
      const keepsFocus = field.matches("textarea, [type=text], [type=datetime-local]");
      if (keepsFocus) field.readOnly = isSending;
      else if (field !== this.submit) field.disabled = isSending;
    }
    this.submit.textContent = isSending ? text("sending") : text(this.submit.dataset.text);
  }

  clear() {
    this.form.reset();
    sessionStorage.removeItem(this.kept);
    this.showSealed(false);
    this.photos = []; // the post shows their previews until it has stored copies
    this.id = crypto.randomUUID();
    this.showPreviews();
  }
}

/** Send a post. `fields.at` is the form's local time. */
function post(fields, photos) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value) form.append(name, name === "at" ? new Date(value).toISOString() : value);
  }
  for (const photo of photos) form.append("photo", photo, photo.name || "photo");
  return send("/posts", form);
}
