// Dialogs: a form to fill in, and a list to read.

import { busyWith, element } from "./dom.js";
import { text } from "./texts.js";

/** Show a form from the server. Returns the result of `submit(answers)`, or null if the person cancels. */
export function ask(form, submit) {
  return new Promise((resolve) => {
    let result = null;
    const inputs = form.fields.map(input);
    const error = element("p", { className: "error", role: "alert" });
    const send = element("button", { type: "submit", className: "primary" }, text("send"));
    const cancel = element("button", { type: "button" }, text("cancel"));
    const fields = form.fields.map((field, index) => labelled(field, inputs[index]));
    const filled = element("form", {}, ...fields, error, element("div", { className: "actions" }, cancel, send));
    const dialog = open(form.title, () => resolve(result), filled);
    cancel.addEventListener("click", () => dialog.close());
    const submitted = async () => {
      error.textContent = "";
      try {
        result = await submit(Object.fromEntries(form.fields.map((field, index) => [field.name, answer(inputs[index])])));
        dialog.close();
      } catch (problem) {
        error.textContent = problem.message;
      }
    };
    filled.addEventListener("submit", (event) => {
      event.preventDefault();
      busyWith(send, submitted);
    });
    inputs[0].focus();
  });
}

/** Show something to read. */
export function show(title, ...content) {
  const close = element("button", { type: "button" }, text("close"));
  const dialog = open(title, () => {}, ...content, element("div", { className: "actions" }, close));
  close.addEventListener("click", () => dialog.close());
}

function open(title, onClose, ...content) {
  const dialog = element("dialog", { aria: { label: title } }, element("h2", {}, title), ...content);
  const { dataset, parentElement } = document.activeElement;
  const around = parentElement?.closest("li[id]")?.id;
  dialog.addEventListener("close", () => {
    dialog.remove();
    onClose();
    if (document.activeElement !== document.body || !around) return;
    // The control that opened it has been redrawn in the meantime, or is no longer offered.
    const message = document.getElementById(around);
    (message?.querySelector(`[data-key="${CSS.escape(dataset.key)}"]`) || message)?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  dialog.scrollTop = 0; // the focus may be below the title
  return dialog;
}

function input(field) {
  const common = { id: `field-${field.name}`, required: field.required };
  if (field.kind === "photos") return element("input", { ...common, type: "file", accept: "image/*,.heic,.heif", multiple: true });
  return element("textarea", { ...common, rows: 3, maxLength: field.most, value: field.value });
}

function labelled(field, made) {
  const hint = field.hint ? element("p", { className: "quiet", id: `${made.id}-hint` }, field.hint) : null;
  if (hint) made.setAttribute("aria-describedby", hint.id);
  return element("div", { className: "field" }, element("label", { htmlFor: made.id }, field.label), hint, made);
}

const answer = (made) => (made.type === "file" ? [...made.files] : made.value);
