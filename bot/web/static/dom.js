// Helpers for elements. Text always becomes text nodes.

const QUICK_MS = 400;
const ANSWERED_MS = 1000; // within which most presses have their answer
const madeAt = new WeakMap(); // button → when

/** Create an element with `properties` (`data` and `aria` as attributes); children are nodes or text. */
export function element(tag, properties = {}, ...children) {
  const { data = {}, aria = {}, ...rest } = properties;
  const made = Object.assign(document.createElement(tag), rest);
  Object.assign(made.dataset, data);
  for (const [name, value] of Object.entries(aria)) made.setAttribute(`aria-${name}`, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  if (tag === "button") madeAt.set(made, performance.now());
  return made;
}

/** Replace an element's content; the focus stays on the control with the same `data-key`, or else at the message. */
export function replaceContent(parent, ...children) {
  const hadFocus = parent.contains(document.activeElement);
  const key = hadFocus ? document.activeElement.dataset.key : undefined;
  parent.replaceChildren(...children);
  const same = key && parent.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (hadFocus) (same || parent.closest("[tabindex]"))?.focus({ preventScroll: true });
}

/** Do `work` while a control shows that it's busy; pressed again meanwhile, it does nothing. Disabled, it would lose the focus. */
export async function busyWith(control, work) {
  if (control.hasAttribute("aria-busy")) return;
  control.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    control.removeAttribute("aria-busy");
  }
}

/** Take two quick presses of one button as one: the second could press what the first has put there, such as its undoing. */
export function takeQuickPressesAsOne() {
  let pressedAt = -Infinity;
  const isSecond = (event) => {
    const button = event.target.closest?.(".press, .verdict");
    if (!button) return false;
    if (event.type === "keydown") return event.repeat && event.key === "Enter";
    const now = performance.now();
    const isRepeated = event.detail > 1 || (event.detail === 0 && now - pressedAt < ANSWERED_MS); // 0 is by keyboard
    if (isRepeated && now - madeAt.get(button) < QUICK_MS) return true;
    pressedAt = now;
    return false;
  };
  const once = (event) => {
    if (!isSecond(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  for (const act of ["click", "keydown"]) addEventListener(act, once, { capture: true });
}
