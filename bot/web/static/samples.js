// Sample reports to try the page with; scripts/draw_samples.py draws the pictures.

import { element } from "./dom.js";
import { post } from "./composer.js";

const SAMPLES = [
  { file: "umbrella", name: "Ben", caption: "Left at the tram stop" },
  { file: "backpack", name: "Chiyo", caption: "Found it in the library" },
  { file: "mug", name: "Ben", caption: "Left in the kitchen on the third floor" },
  { file: "teddy", name: "Chiyo", caption: "Left on the playground" },
  { file: "bottle", name: "Ada", caption: "Found at the sports hall" },
  { file: "ball", name: "Ben", caption: "In the hedge behind the school" },
];
export const LOSSES = ["red umbrella", "blue backpack", "teddy bear", "yellow mug"];

const path = (sample) => `/static/samples/${sample.file}.jpg`;

export function pictures() {
  return SAMPLES.map((sample) => element("li", {}, element("img", { src: path(sample), alt: "", width: 64, height: 64 })));
}

/** Post the sample found reports, one after the other. */
export async function postFinds() {
  for (const sample of SAMPLES) {
    const picture = await (await fetch(path(sample))).blob();
    const file = new File([picture], `${sample.file}.jpg`, { type: "image/jpeg" });
    await post({ id: crypto.randomUUID(), channel: "found", name: sample.name, text: sample.caption }, [file]);
  }
}
