// The four cuts together: one common point, one field, one window, one way of looking; and in words what each shows.

import { Cut, basis } from "./cut.js";
import { add, cross, dot, length, minus, scaled, unit } from "./vectors.js";

const WINDOWS = { bone: [-250, 900], soft: [-160, 240] };
const HEAD = [0, 0, 1];
const NEAR_MM = 2;

export class Cuts {
  constructor(page, volume, facts, chosen, cleft) {
    Object.assign(this, { volume, facts, chosen, cleft, plans: facts.plans });
    const plan = this.plans[chosen];
    this.target = plan.target_mm;
    this.point = [...this.target];
    this.middle = [...this.target];
    this.angle = 0;
    this.controls = {
      window: page.querySelector("#window"), zoom: page.querySelector("#zoom"), backUp: page.querySelector("#back-up"),
    };
    this.cuts = [...page.querySelectorAll(".cut")].map((figure) => new Cut(figure, this));
    const needle = this.cuts.find((cut) => cut.name === "needle");
    Object.assign(needle.slider, { min: -90, max: 90, step: 1 });
    for (const control of Object.values(this.controls)) control.addEventListener("input", () => this.draw());
    page.querySelector("#to-target").addEventListener("click", () => this.goTo([...this.target], true));
    this.draw();
  }

  get window() {
    return WINDOWS[this.controls.window.value];
  }

  get field() {
    return Number(this.controls.zoom.value);
  }

  // Directions on the screen. As the patient lies: prone, back up, patient's left at the left. Else as radiologists hang a CT.
  axes(name) {
    const lies = this.controls.backUp.checked ? -1 : 1;
    if (name === "axial") return basis([lies, 0, 0], [0, lies, 0]);
    if (name === "coronal") return basis([lies, 0, 0], [0, 0, -1]);
    if (name === "sagittal") return basis([0, 1, 0], [0, 0, -1]);
    const down = unit(this.plans[this.chosen].direction);
    const up = unit(add(HEAD, down, -dot(HEAD, down)));
    let across = cross(up, down);
    if (across[0] > 0) across = scaled(across, -1); // the patient's left at the left
    const turn = (this.angle * Math.PI) / 180;
    return basis(unit(add(scaled(across, Math.cos(turn)), up, Math.sin(turn))), down);
  }

  offset(cut) {
    return cut.name === "needle" ? this.angle : Math.round(2 * dot(minus(this.point, this.target), this.axis(cut))) / 2;
  }

  axis(cut) {
    return { axial: [0, 0, 1], coronal: [0, 1, 0], sagittal: [1, 0, 0] }[cut.name];
  }

  shift(cut, to) {
    if (cut.name === "needle") this.angle = ((to + 90 + 360) % 180) - 90 || 0;
    else this.point = add(this.point, this.axis(cut), to - this.offset(cut));
    this.draw();
  }

  goTo(point, centre = false) {
    this.point = point;
    if (centre) this.middle = [...point];
    this.draw();
  }

  draw() {
    cancelAnimationFrame(this.due);
    this.due = requestAnimationFrame(() => this.cuts.forEach((cut) => cut.draw()));
  }

  words(cut) {
    const place = { axial: ["cephalad", "caudad"], coronal: ["dorsal", "ventral"], sagittal: ["to the patient's left", "to the patient's right"] }[cut.name];
    if (!place) {
      const turned = this.angle ? `turned ${Math.abs(this.angle)}° round the needle` : "across the body";
      return `The whole planned way lies in this cut, ${turned}. ${this.nearest(this.point)}`;
    }
    const mm = this.offset(cut);
    const where = mm ? `${Math.abs(mm).toFixed(1)} mm ${place[mm > 0 ? 0 : 1]} of the target` : "Through the target";
    return `${where[0].toUpperCase()}${where.slice(1)}. ${this.crossing(cut)}`;
  }

  crossing(cut) {
    const { path_mm: path } = this.plans[this.chosen];
    const off = path.map((point) => dot(minus(point, this.point), this.axis(cut)));
    let depth = 0;
    for (let n = 1; n < path.length; n += 1) {
      const step = length(minus(path[n], path[n - 1]));
      if (off[n] < 0 !== off[n - 1] < 0 || Math.abs(off[n]) < 1e-6) {
        const share = off[n - 1] / (off[n - 1] - off[n] || 1);
        const at = add(path[n - 1], minus(path[n], path[n - 1]), Math.max(0, Math.min(1, share)));
        return `The needle crosses ${(depth + share * step).toFixed(0)} mm deep. ${this.nearest(at)}`;
      }
      depth += step;
    }
    return Math.min(...off.map(Math.abs)) <= NEAR_MM ? "The needle touches this cut." : "The needle does not cross this cut.";
  }

  nearest(at) {
    let best = { gap: Infinity, words: "" };
    for (const risk of this.facts.risks) {
      for (const point of risk.points_mm) {
        const gap = length(minus(point, at)) - risk.radius_mm;
        if (gap < best.gap) best = { gap, words: risk.words };
      }
    }
    return Number.isFinite(best.gap) ? `About ${Math.max(0, best.gap).toFixed(0)} mm from there to the ${best.words}.` : "";
  }
}
