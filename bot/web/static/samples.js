// Sample reports to try the page with.

import { element } from "./dom.js";
import { post } from "./composer.js";
import { text } from "./texts.js";

const SAMPLES = [
  { pictures: ["umbrella"], name: "Ben" },
  { pictures: ["backpack", "backpack-side"], name: "Chiyo" },
  { pictures: ["mug"], name: "Ben" },
  { pictures: ["teddy", "teddy-bench"], name: "Chiyo" },
  { pictures: ["bottle"], name: "Ada" },
  { pictures: ["ball"], name: "Ben" },
];
export const LOST_REPORTS = text("sample_lost_reports").split(/[,、]\s*/);

const path = (picture) => `/static/samples/${picture}.jpg`;

export function pictures() {
  return SAMPLES.map(({ pictures: [first] }) => element("li", {}, element("img", { src: path(first), alt: "", width: 64, height: 64 })));
}

/** Post the sample found reports, one after the other. */
export async function postFinds() {
  for (const { pictures, name } of SAMPLES) {
    const photos = await Promise.all(pictures.map(download));
    await post({ id: crypto.randomUUID(), channel: "found", name, text: text(`sample_${pictures[0]}`) }, photos);
  }
}

async function download(picture) {
  const content = await (await fetch(path(picture))).blob();
  return new File([content], `${picture}.jpg`, { type: "image/jpeg" });
}
