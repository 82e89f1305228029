// Where the receptor is and where it shall go: a pad to drag, arrows, number fields, named views; and the table under it.

import { drawReceptor } from "./receptor_picture.js";
import { degrees, signed, whole } from "./figures.js";

const PAD_DEG = 50; // degrees from the middle of the pad to its edge; the number fields go further
const WHILE_PRESSED_MS = 200; // a drag under X-rays is told so often, a drag without them once

export class Gantry {
  constructor(wire, part, distances, overlay) {
    Object.assign(this, { wire, part, distances, overlay });
    this.pose = null;
    this.goal = null;
    this.pressed = false;
    this.toldAt = 0;
    this.dragging = false;
    part.pad.addEventListener("pointerdown", (event) => this.grab(event));
    part.pad.addEventListener("pointermove", (event) => this.dragging && this.drag(event));
    for (const kind of ["pointerup", "pointercancel"]) part.pad.addEventListener(kind, () => this.release());
    for (const button of part.arrows) button.addEventListener("click", () => this.nudge(Number(button.dataset.left), Number(button.dataset.cephalad)));
    for (const button of part.views) button.addEventListener("click", () => this.go(Number(button.dataset.left), Number(button.dataset.cephalad)));
    part.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.go(part.left.valueAsNumber, part.cephalad.valueAsNumber);
    });
    part.planned.addEventListener("click", () => this.goTo({ ...tiltOf(this.plan.receptor), isocentre_mm: this.plan.isocentre_mm }));
    part.toJoint.addEventListener("click", () => this.goTo({ ...tiltOf(this.pose), isocentre_mm: this.plan.isocentre_mm }));
    part.centreHere.addEventListener("click", () => this.centreOnPlace());
    for (const button of part.table) button.addEventListener("click", () => this.shift(JSON.parse(button.dataset.shift)));
  }

  take(state) {
    this.pressed = state.phase === "pressing";
    this.pose = state.pose;
    this.plan = state.plan;
    this.part.planned.hidden = this.part.toJoint.hidden = !this.plan;
    if (!this.pose) return;
    this.part.centreHere.disabled = !state.picture;
    if (!this.pose.turning && !this.dragging) this.goal = null;
    const { left, cephalad, words, raw, table } = this.part;
    words.textContent = this.pose.words;
    raw.textContent = `DICOM ${degrees(this.pose.primary_deg)} / ${degrees(this.pose.secondary_deg)}`;
    if (document.activeElement !== left) left.value = whole(this.pose.left_deg);
    if (document.activeElement !== cephalad) cephalad.value = whole(this.pose.cephalad_deg);
    this.part.centre.textContent = centreInWords(this.pose.isocentre_mm);
    for (const button of table) button.disabled = !state.steers;
    this.part.warnings.textContent = this.pose.warnings.join(" ");
    this.draw();
  }

  draw() {
    const { left_deg: leftDeg, cephalad_deg: cephaladDeg } = this.goal ?? this.pose;
    place(this.part.actual, this.pose.left_deg, this.pose.cephalad_deg);
    place(this.part.wanted, leftDeg, cephaladDeg);
    this.part.wanted.classList.toggle("away", this.goal !== null);
    drawReceptor(this.part.picture, { leftDeg, cephaladDeg, ...this.distances });
  }

  grab(event) {
    if (!this.pose || event.button !== 0) return;
    this.part.pad.setPointerCapture(event.pointerId);
    this.dragging = true;
    this.drag(event);
  }

  drag({ clientX, clientY }) {
    const box = this.part.pad.getBoundingClientRect();
    const across = ((clientX - box.left) / box.width) * 2 - 1, down = ((clientY - box.top) / box.height) * 2 - 1;
    const inside = (share) => Math.round(Math.max(-1, Math.min(1, share)) * PAD_DEG);
    this.goal = { left_deg: inside(-across), cephalad_deg: inside(-down) };
    this.draw();
    this.part.words.textContent = `to ${tiltInWords(this.goal)}`;
    if (this.pressed && performance.now() - this.toldAt > WHILE_PRESSED_MS) this.tell("move");
  }

  release() {
    if (!this.dragging) return;
    this.dragging = false;
    if (this.goal) this.tell(this.pressed ? "move" : "position");
  }

  nudge(left, cephalad) {
    if (!this.pose) return;
    const from = this.goal ?? this.pose, step = Number(this.part.step.value);
    this.go(from.left_deg + left * step, from.cephalad_deg + cephalad * step);
  }

  go(leftDeg, cephaladDeg) {
    if (!this.pose || !Number.isFinite(leftDeg) || !Number.isFinite(cephaladDeg)) return;
    this.goal = { left_deg: leftDeg, cephalad_deg: cephaladDeg };
    this.draw();
    this.tell(this.pressed ? "move" : "position");
  }

  goTo(place) {
    if (this.pose) this.wire.command("position", place);
  }

  shift(direction) {
    const step = Number(this.part.tableStep.value);
    const isocentre = this.pose.isocentre_mm.map((mm, axis) => mm + direction[axis] * step);
    this.goTo({ ...tiltOf(this.goal ?? this.pose), isocentre_mm: isocentre });
  }

  // A place chosen on the image, at the depth of the middle, becomes the middle.
  centreOnPlace() {
    this.overlay.ask((place) => {
      this.part.centreHere.focus();
      if (place) this.goTo({ ...tiltOf(this.pose), ...place });
    }, "Choose the new middle: arrow keys move the cross, Enter takes it, Escape leaves");
  }

  tell(kind) {
    this.toldAt = performance.now();
    this.wire.command(kind, this.goal);
  }

  refused() {
    if (this.dragging || !this.pose) return;
    this.goal = null;
    this.draw();
  }
}

const tiltOf = ({ left_deg, cephalad_deg }) => ({ left_deg, cephalad_deg });

export function tiltInWords({ left_deg: left, cephalad_deg: up }) {
  const parts = [];
  if (left) parts.push(`${Math.abs(left)}° to the patient's ${left > 0 ? "left" : "right"}`);
  if (up) parts.push(`${Math.abs(up)}° ${up > 0 ? "cephalad" : "caudad"}`);
  return parts.length ? `receptor ${parts.join(", ")}` : "receptor straight behind the patient";
}

// LPS millimetres as a person at the table says them; raw numbers, from the CT's own origin.
function centreInWords([x, y, z]) {
  return `centre ${signed(x)} left, ${signed(y)} dorsal, ${signed(z)} cranial mm (CT)`;
}

function place(mark, leftDeg, cephaladDeg) {
  const at = (value) => Math.max(-46, Math.min(46, (-value / PAD_DEG) * 50)) + 50;
  mark.setAttribute("cx", at(leftDeg));
  mark.setAttribute("cy", at(cephaladDeg));
}
