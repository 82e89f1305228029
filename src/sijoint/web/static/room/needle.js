// The needle: choose, mark the skin on the image, set it in, forward and back by millimetres, turn tip and bevel.
// Nothing here is undone: a body keeps the track of every pass.

import { Bevel } from "./bevel.js";
import { ForceChart } from "./force.js";
import { fixed, plain } from "./figures.js";

const number = (field) => field.valueAsNumber;

export class Needle {
  constructor(wire, part, overlay, sound) {
    Object.assign(this, { wire, part, overlay, sound });
    this.force = new ForceChart(part.force, part.resistance, part.resistanceWords);
    this.bevel = new Bevel(part.clock, (hour) => this.command("rotate bevel", { clock_deg: hour }));
    this.state = null;
    part.choose.addEventListener("click", () => this.command("choose needle", { code: part.codes.value }));
    part.mark.addEventListener("click", () => this.markSkin());
    part.unmark.addEventListener("click", () => this.command("mark skin", { at_mm: null }));
    part.insert.addEventListener("click", () => this.insert());
    part.forward.addEventListener("click", () => this.along("advance"));
    part.back.addEventListener("click", () => this.along("withdraw"));
    part.out.addEventListener("click", () => this.needle && this.command("withdraw", { distance_mm: this.needle.depth_mm + 1 }));
    part.steps.addEventListener("change", ({ target }) => target.value === "own" && part.own.focus());
    part.own.addEventListener("input", () => (part.ownStep.checked = true));
    for (const button of part.turns) button.addEventListener("click", () => this.turnTip(Number(button.dataset.left), Number(button.dataset.cephalad)));
    part.endOn.addEventListener("click", () => this.alongBeam());
    part.aim.addEventListener("submit", (event) => {
      event.preventDefault();
      this.command("redirect", { left_deg: number(part.aimLeft), cephalad_deg: number(part.aimCephalad) });
    });
    wire.on("events", ({ events }) => events.forEach((event) => this.happened(event)));
  }

  get needle() {
    return this.state?.needle?.in_skin ? this.state.needle : null;
  }

  get stepMm() {
    const chosen = this.part.steps.querySelector("input:checked").value;
    return chosen === "own" ? number(this.part.own) : Number(chosen);
  }

  step(value) {
    this.part.steps.querySelector(`input[value="${value}"]`).checked = true;
  }

  command(kind, fields) {
    if (Object.values(fields).some((value) => typeof value === "number" && !Number.isFinite(value))) return;
    this.wire.command(kind, fields);
  }

  along(kind) {
    if (!(this.stepMm > 0)) return;
    const turn = kind === "advance" ? { turn_deg: number(this.part.turnWhile) || 0 } : {};
    this.command(kind, { distance_mm: this.stepMm, ...turn });
  }

  markSkin() {
    if (this.part.panel.dataset.stage !== "chosen") return; // a needle to mark for, and none in the skin yet
    this.overlay.ask((place) => {
      this.part.mark.focus();
      if (place) this.command("mark skin", place);
    }, "Choose the place of the skin mark: arrow keys move the cross, Shift moves it far, Enter marks, Escape leaves");
  }

  insert() {
    const clock = { bevel_clock_deg: this.bevel.clock };
    const aim = { left_deg: number(this.part.insertLeft), cephalad_deg: number(this.part.insertCephalad) };
    this.command("insert needle", this.part.downBeam.checked ? clock : { ...aim, ...clock });
  }

  // The tip goes one way, so the hub, which the aim is told of, goes the other.
  turnTip(left, cephalad) {
    if (!this.needle) return;
    const step = number(this.part.turnStep), { aim } = this.needle;
    this.command("redirect", { left_deg: aim.left_deg - left * step, cephalad_deg: aim.cephalad_deg - cephalad * step });
  }

  // Along the ray through the entry: the needle is then a dot, wherever on the image it is.
  alongBeam() {
    if (!this.needle || !this.state.pose) return;
    const { primary_deg: p, secondary_deg: s, isocentre_mm: centre } = this.state.pose;
    const [a, b] = [p, s].map((angle) => (angle * Math.PI) / 180);
    const receptor = [Math.sin(a) * Math.cos(b), -Math.cos(a) * Math.cos(b), Math.sin(b)];
    const focus = centre.map((mm, axis) => mm - this.part.sourceIsocentreMm * receptor[axis]);
    const way = focus.map((mm, axis) => mm - this.needle.entry_mm[axis]);
    const length = Math.hypot(...way);
    this.command("redirect", { direction: way.map((mm) => mm / length) });
  }

  take(state) {
    this.state = state;
    const { part, needle } = this;
    const chosen = state.needle?.code ?? "";
    const stage = needle ? "in" : chosen ? "chosen" : "none";
    part.panel.dataset.stage = stage;
    if (state.needle) {
      part.name.textContent = state.needle.words;
      if (document.activeElement !== part.codes && chosen) part.codes.value = chosen;
    }
    part.unmark.hidden = !state.skin_mark;
    part.mark.textContent = state.skin_mark ? "Mark again" : "Mark the skin on the image";
    part.marked.textContent = state.skin_mark ? "The skin is marked at the tip of the metal pointer." : "Give some X-rays, then click where the needle shall go in.";
    part.insert.disabled = !state.skin_mark;
    if (state.pose && document.activeElement !== part.insertLeft && document.activeElement !== part.insertCephalad && part.downBeam.checked) {
      part.insertLeft.value = fixedInput(state.pose.left_deg);
      part.insertCephalad.value = fixedInput(state.pose.cephalad_deg);
    }
    this.bevel.take(state.needle?.bevel_clock_deg ?? this.bevel.clock, Boolean(needle));
    this.force.take(needle);
    if (!needle) return;
    part.depth.textContent = fixed(needle.depth_mm, 1);
    part.length.textContent = `deep of ${plain(needle.length_mm)}`;
    part.counts.textContent = `pass ${needle.passes} · turned ${needle.redirections} · bone ${needle.bone_contacts}`;
    part.aimWords.textContent = needle.aim.words;
    for (const [field, value] of [[part.aimLeft, needle.aim.left_deg], [part.aimCephalad, needle.aim.cephalad_deg]]) {
      if (document.activeElement !== field) field.value = fixedInput(value);
    }
  }

  happened(event) {
    if (event.kind !== "needle moved") return;
    this.force.moved(event);
    this.sound.needle(event);
    this.part.felt.replaceChildren(...event.felt.map(badge));
    this.part.felt.dataset.last = event.felt.at(-1)?.what ?? "";
  }
}

export const FELT = { give: "a give", bone: "bone", scrape: "scrapes along bone", layer: "another layer" };

function badge({ what, depth_mm: depth, force_n: newtons }) {
  const made = document.createElement("li");
  made.className = `felt felt-${what}`;
  made.textContent = `${FELT[what] ?? what} ${fixed(depth, 1)} mm · ${fixed(newtons, 1)} N`;
  return made;
}

const fixedInput = (value) => String(Math.round(value * 10) / 10 + 0);
