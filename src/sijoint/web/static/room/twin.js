// The room in words: a table with everything that image and controls show, a log, and a voice for screen readers.

import { clock, degrees, fixed, plain } from "./figures.js";
import { sentenceOf } from "./told.js";

const LOGGED = 60; // lines kept on the page; the record keeps all

export class Twin {
  constructor(wire, part) {
    Object.assign(this, { part });
    wire.on("events", ({ events }) => events.forEach((event) => this.tell(sentenceOf(event), event.kind === "refused")));
    wire.on("refused", ({ sentence }) => this.tell(`Not done: ${sentence}`, true));
    wire.on("state", (state) => this.take(state));
  }

  tell(words, refused = false) {
    this.part.voice.textContent = words;
    this.part.last.textContent = words;
    this.part.last.classList.toggle("refused", refused);
    const line = document.createElement("li");
    line.textContent = words;
    line.classList.toggle("refused", refused);
    this.part.log.prepend(line);
    while (this.part.log.children.length > LOGGED) this.part.log.lastChild.remove();
  }

  take(state) {
    if (state.phase !== "preparing" && state.sentence && state.sentence !== this.sentence) this.tell(state.sentence);
    this.sentence = state.sentence;
    this.part.table.replaceChildren(...factsOf(state).map(([name, words]) => row(name, words)));
  }
}

function factsOf(state) {
  const { pose, collimator, technique, needle, syringes, gate, dose, patient, settings } = state;
  const facts = [["Room", `${state.phase}, session ${clock(state.session_ms / 1000)}`]];
  if (pose) {
    facts.push(["Receptor", `${pose.words} (DICOM ${degrees(pose.primary_deg)} / ${degrees(pose.secondary_deg)})${pose.turning ? ", turning" : ""}`]);
    facts.push(["Centre (LPS mm)", pose.isocentre_mm.map((mm) => fixed(mm, 0)).join(", ")]);
    if (pose.warnings.length) facts.push(["Called out", pose.warnings.join(" ")]);
  }
  facts.push(["Field", collimator?.half_width_mm ? `${fixed(2 * collimator.half_width_mm, 0)} × ${fixed(2 * collimator.half_height_mm, 0)} mm` : "whole"]);
  if (technique) facts.push(["Technique", `${fixed(technique.kvp, 0)} kV, ${fixed(technique.ma, 1)} mA, ${fixed(technique.pulse_ms, 0)} ms, ${settings.pulses_per_s} pulses a second`]);
  if (dose) {
    facts.push(["Fluoroscopy", `${fixed(dose.fluoroscopy_seconds, 1)} s, ${dose.pulses} pulses`]);
    facts.push(["Dose", `${fixed(dose.kerma_reference_mgy, 3)} mGy at the reference point, ${fixed(dose.dose_area_product_mgy_cm2, 2)} mGy·cm²`]);
  }
  facts.push(["Needle", needleInWords(needle)]);
  for (const [use, syringe] of Object.entries(syringes ?? {})) {
    facts.push([`Syringe: ${use}`, `${syringe.agents.map((one) => one.name).join(" + ")}: ${plain(syringe.given_ml)} mL given, ${plain(syringe.left_ml)} mL left${syringe.pressure_kpa ? `, ${fixed(syringe.pressure_kpa, 0)} kPa` : ""}`]);
  }
  if (gate && !state.ended) facts.push(["Drug", gate.allowed ? "may be given" : `held back: ${gate.findings.map((one) => one.sentence).join(" ")}`]);
  if (patient) facts.push(["Patient said", `${patient.words} (at ${clock(patient.at_s)})`]);
  facts.push(["Images kept", state.images?.length ? state.images.map((one) => `${one.purpose} at ${clock(one.at_s)}`).join("; ") : "none"]);
  return facts;
}

function needleInWords(needle) {
  if (!needle?.code) return "none chosen";
  if (!needle.in_skin) return `${needle.words}, in the hand`;
  const felt = needle.felt.map((one) => `${one.what} at ${fixed(one.depth_mm, 1)} mm`).join(", ");
  return `${needle.words}, ${fixed(needle.depth_mm, 1)} mm deep, ${needle.aim.words}, bevel at ${plain(needle.bevel_clock_deg / 30 || 12, 1)} o'clock, pass ${needle.passes}, redirected ${needle.redirections} times, bone ${needle.bone_contacts} times${felt ? `; last felt ${felt}` : ""}`;
}

function row(name, words) {
  const made = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = name;
  const cell = document.createElement("td");
  cell.textContent = words;
  made.append(head, cell);
  return made;
}
