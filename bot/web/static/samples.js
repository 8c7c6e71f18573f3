// Sample reports to try the page with.

import { element } from "./dom.js";
import { send } from "./live.js";
import { text } from "./texts.js";

const PICTURES = ["umbrella", "backpack", "mug", "teddy", "bottle", "ball"];
let id = crypto.randomUUID(); // the same for each attempt, so that each sample is posted once
export const LOST_REPORTS = text("sample_lost_reports").split(/[,、]\s*/);

export function pictures() {
  return PICTURES.map((name) => element("li", {}, element("img", { src: `/static/samples/${name}.jpg`, alt: "", width: 64, height: 64 })));
}

/** Have the server post the sample found reports. */
export async function postFinds() {
  await send("/samples", { id });
  id = crypto.randomUUID(); // they may be deleted, and posted again
}
