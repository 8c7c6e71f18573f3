// What the page shows, by WebSocket: everything first, then each change. A lost connection is reopened.

import { text } from "./texts.js";

const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 8000;
const LONGEST_SEND_MS = 60_000; // without photos
const SLOWEST = 16; // bytes a millisecond: photos from a poor mobile network may take minutes

/**
 * Call `onUpdate(update)` for each message, and `onConnected(connected)` when the connection changes. `viewer()` returns
 * who is looking, as URL parameters. Returns a function that starts again for another viewer.
 */
export function connect(onUpdate, onConnected, viewer) {
  let pause = FIRST_PAUSE_MS;
  let waiting;
  let socket;

  function open() {
    clearTimeout(waiting);
    waiting = undefined;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/live?${viewer()}`);
    socket.onmessage = (event) => {
      pause = FIRST_PAUSE_MS;
      onConnected(true);
      onUpdate(JSON.parse(event.data));
    };
    socket.onclose = () => {
      onConnected(false);
      waiting = setTimeout(open, pause * (0.75 + Math.random() / 2));
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    };
  }

  // Reconnect at once when someone returns to the page.
  for (const name of ["online", "focus"]) addEventListener(name, () => waiting !== undefined && open());
  open();
  return () => {
    socket.onmessage = socket.onclose = null; // its remaining messages are for the person before
    socket.close();
    open();
  };
}

/**
 * Post a form or JSON. Returns the response; throws an Error with a sentence, `.final` where sending it again can't help.
 * It ends by itself on a connection that hangs, or the form would wait forever.
 */
export async function send(path, body, longest = LONGEST_SEND_MS) {
  const isForm = body instanceof FormData;
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      body: isForm ? body : JSON.stringify(body),
      headers: isForm ? {} : { "Content-Type": "application/json" },
      signal: AbortSignal.timeout(longest + (isForm ? photoBytes(body) / SLOWEST : 0)),
    });
    if (response.ok) return await response.json();
  } catch {
    throw new Error(failure(text("unreachable"), body));
  }
  const answer = await response.json().catch(() => ({}));
  const sentence = answer.error ?? failure(text("did_not_work"), body);
  throw Object.assign(new Error(sentence), { final: response.status < 500 });
}

const photoBytes = (form) => form.getAll("photo").reduce((sum, photo) => sum + photo.size, 0);

/** Say what went wrong, and that the text isn't lost if there is one. */
function failure(sentence, body) {
  const hasText = body instanceof FormData && (body.get("text") || body.get("words"));
  return hasText ? text("text_kept", { sentence }) : sentence;
}
