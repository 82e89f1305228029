// What happened, as one sentence a person hears or reads: for the log, the line under the image and the screen reader.

import { FELT } from "./needle.js";
import { fixed, plain } from "./figures.js";

const HOW = { insert: "Needle on the skin", advance: "Advanced", withdraw: "Withdrawn", redirect: "Redirected", rotate: "Bevel turned", out: "Needle out" };

const SENTENCES = {
  started: () => "The procedure is open.",
  "C-arm moved": ({ words }) => `C-arm: ${words}.`,
  collimated: ({ half_width_mm: across, half_height_mm: down }) => `Field ${fixed(2 * across, 0)} × ${fixed(2 * down, 0)} mm.`,
  "settings changed": () => "Settings changed.",
  "entry marked": ({ at_mm: at }) => (at ? "The skin is marked with a metal pointer." : "The pointer is taken away."),
  exposed: ({ pulses, seconds, images, kvp, ma }) =>
    `X-rays ${fixed(seconds, 1)} s, ${pulses} ${pulses === 1 ? "pulse" : "pulses"}, ${fixed(kvp, 0)} kV ${fixed(ma, 1)} mA; ${images.length ? `kept: ${images.map((one) => one.purpose).join(", ")}` : "nothing kept"}.`,
  "needle chosen": ({ gauge, length_mm: length, tip }) => `Needle ${gauge} G, ${plain(length)} mm, ${tip}.`,
  "needle moved": ({ how, depth_mm: depth, felt }) =>
    `${HOW[how] ?? how}${how === "out" ? "" : ` · ${fixed(depth, 1)} mm deep`}${felt.map((one) => `; ${FELT[one.what] ?? one.what} at ${fixed(one.depth_mm, 1)} mm`).join("")}.`,
  "patient felt": (said) => `Patient: ${painInWords(said)}.`,
  injected: ({ use, volume_ml: volume, peak_pressure_kpa: kpa, agent }) =>
    `${plain(volume)} mL ${agent.replaceAll("_", " ")} (${use})${kpa ? `, at most ${fixed(kpa, 0)} kPa` : ""}.`,
  judged: ({ pattern }) => `Judged: ${pattern}.`,
  "gate answered": ({ allowed, findings }) =>
    allowed ? "The drug may be given." : `The drug is held back: ${findings.map((one) => one.clinician ?? one.sentence).join(" ")}`,
  refused: ({ sentence }) => `Not done: ${sentence}`,
  ended: ({ abandoned_because: why }) => (why ? `Ended without the drug: ${why}.` : "The procedure has ended."),
};

export const sentenceOf = (event) => (SENTENCES[event.kind] ?? (() => event.kind))(event);

function painInWords({ nrs, quality, where, familiar }) {
  const parts = [quality || (nrs ? "pain" : "no pain")];
  if (where) parts.push(where);
  parts.push(`${nrs} of 10`);
  if (familiar === true) parts.push("“that is my pain”");
  if (familiar === false) parts.push("“that is not my pain”");
  return parts.join(", ");
}
