// One cut: its plane through the common point, the CT in it, and over it the plan, the cleft and what is at risk.

import { add, cross, dot, minus, scaled } from "./vectors.js";

export const RISK_COLOURS = { foramen: "#f0855f", nerve: "#f2d13c", vessel: "#ef476f", bowel: "#b98a5e", notch: "#5cc98b" };
const [NEEDLE, CLEFT, CROSS] = ["#ffffff", "#38bdf8", "rgb(45 212 191 / 55%)"];
const NEAR_MM = 2;
const RISK_NEAR_MM = 3;
const LETTERS = [["L", "R"], ["P", "A"], ["H", "F"]];
const HALF_PIXELS = 1; // a canvas pixel is one pixel of the cut

export class Cut {
  constructor(figure, shared) {
    this.figure = figure;
    this.name = figure.dataset.cut;
    this.shared = shared;
    this.canvas = figure.querySelector("canvas");
    this.slider = figure.querySelector("input");
    this.told = figure.querySelector("output");
    this.pen = this.canvas.getContext("2d");
    this.image = this.pen.createImageData(this.canvas.width / HALF_PIXELS, this.canvas.height / HALF_PIXELS);
    this.slider.addEventListener("input", () => shared.shift(this, Number(this.slider.value)));
    this.canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      shared.shift(this, Number(this.slider.value) + Math.sign(event.deltaY) * (event.shiftKey ? 5 : 1));
    }, { passive: false });
    this.canvas.addEventListener("pointerdown", (event) => this.touched(event));
    this.canvas.addEventListener("pointermove", (event) => event.buttons && this.touched(event));
  }

  // The plane's directions to the right and down on the screen, and out of it, from the person's choice of how to look.
  get axes() {
    return this.shared.axes(this.name);
  }

  get mmPerPixel() {
    return this.shared.field / this.canvas.width;
  }

  centre() {
    const { right, down, out } = this.axes;
    const { middle, point } = this.shared;
    return add(add(scaled(right, dot(middle, right)), scaled(down, dot(middle, down))), scaled(out, dot(point, out)));
  }

  place(at) {
    const { right, down, out } = this.axes;
    const from = minus(at, this.at);
    return [
      this.canvas.width / 2 + dot(from, right) / this.mmPerPixel,
      this.canvas.height / 2 + dot(from, down) / this.mmPerPixel,
      dot(from, out),
    ];
  }

  touched(event) {
    const box = this.canvas.getBoundingClientRect();
    const { right, down } = this.axes;
    const x = ((event.clientX - box.left) / box.width - 0.5) * this.canvas.width * this.mmPerPixel;
    const y = ((event.clientY - box.top) / box.height - 0.5) * this.canvas.height * this.mmPerPixel;
    this.shared.goTo(add(add(this.at, right, x), down, y));
  }

  draw() {
    const { right, down } = this.axes;
    const { width, height } = this.canvas;
    const mm = this.mmPerPixel;
    this.at = this.centre();
    const corner = add(add(this.at, right, -mm * (width / 2)), down, -mm * (height / 2));
    const [low, high] = this.shared.window;
    this.shared.volume.cut(this.image, corner, scaled(right, mm), scaled(down, mm), low, high);
    this.pen.putImageData(this.image, 0, 0);
    this.drawRisks();
    this.drawCleft();
    this.drawPlans();
    this.drawCross();
    this.drawLetters();
    this.slider.value = this.shared.offset(this);
    const words = this.shared.words(this);
    this.told.textContent = words;
    this.slider.setAttribute("aria-valuetext", words);
  }

  drawRisks() {
    for (const risk of this.shared.facts.risks) {
      this.pen.fillStyle = RISK_COLOURS[risk.kind] ?? "#ffffff";
      for (const point of risk.points_mm) {
        const [x, y, off] = this.place(point);
        const near = Math.max(RISK_NEAR_MM, risk.radius_mm);
        if (Math.abs(off) > near) continue;
        const radius = Math.max(2.2, Math.sqrt(Math.max(risk.radius_mm ** 2 - off ** 2, 0)) / this.mmPerPixel);
        this.pen.globalAlpha = risk.radius_mm > 1 ? 0.3 : 0.75;
        this.pen.beginPath();
        this.pen.arc(x, y, Math.min(radius, 24), 0, 2 * Math.PI);
        this.pen.fill();
      }
    }
    this.pen.globalAlpha = 1;
  }

  // The line in which the cleft's surface meets the plane.
  drawCleft() {
    const { cleft } = this.shared;
    if (!cleft) return;
    const placed = [];
    for (let n = 0; n < cleft.vertices.length; n += 3) placed.push(this.place(cleft.vertices.subarray(n, n + 3)));
    this.pen.strokeStyle = CLEFT;
    this.pen.lineWidth = 1.6;
    this.pen.beginPath();
    for (let n = 0; n < cleft.faces.length; n += 3) {
      const ends = [];
      for (const [i, j] of [[0, 1], [1, 2], [2, 0]]) {
        const [a, b] = [placed[cleft.faces[n + i]], placed[cleft.faces[n + j]]];
        if (a[2] < 0 === b[2] < 0) continue;
        const share = a[2] / (a[2] - b[2]);
        ends.push([a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]);
      }
      if (ends.length === 2) {
        this.pen.moveTo(...ends[0]);
        this.pen.lineTo(...ends[1]);
      }
    }
    this.pen.stroke();
  }

  drawPlans() {
    const { plans, chosen } = this.shared;
    plans.forEach((plan, n) => n !== chosen && this.way(plan.path_mm, "#9fb0bc", 1));
    const plan = plans[chosen];
    this.way(plan.path_mm, NEEDLE, 2.2);
    const [x, y, off] = this.place(plan.target_mm);
    this.pen.globalAlpha = Math.abs(off) <= NEAR_MM ? 1 : 0.35;
    this.pen.strokeStyle = "#f5bd62";
    this.pen.lineWidth = 1.8;
    this.pen.beginPath();
    this.pen.arc(x, y, 6, 0, 2 * Math.PI);
    this.pen.stroke();
    this.pen.globalAlpha = 1;
  }

  way(path, colour, wide) {
    const placed = path.map((point) => this.place(point));
    this.pen.strokeStyle = colour;
    this.pen.lineCap = "round";
    for (let n = 1; n < placed.length; n += 1) {
      const [a, b] = [placed[n - 1], placed[n]];
      const near = Math.min(Math.abs(a[2]), Math.abs(b[2])) <= NEAR_MM || a[2] < 0 !== b[2] < 0;
      this.pen.globalAlpha = near ? 1 : 0.22;
      this.pen.lineWidth = near ? wide : wide * 0.6;
      this.pen.beginPath();
      this.pen.moveTo(a[0], a[1]);
      this.pen.lineTo(b[0], b[1]);
      this.pen.stroke();
    }
    this.pen.globalAlpha = 1;
  }

  drawCross() {
    const [x, y] = this.place(this.shared.point);
    const { width, height } = this.canvas;
    this.pen.strokeStyle = CROSS;
    this.pen.lineWidth = 1;
    this.pen.beginPath();
    for (const [a, b, c, d] of [[0, y, x - 12, y], [x + 12, y, width, y], [x, 0, x, y - 12], [x, y + 12, x, height]]) {
      this.pen.moveTo(a, b);
      this.pen.lineTo(c, d);
    }
    this.pen.stroke();
  }

  drawLetters() {
    const { right, down } = this.axes;
    const { width, height } = this.canvas;
    this.pen.font = "600 14px system-ui, sans-serif";
    this.pen.fillStyle = "#f5bd62";
    this.pen.textAlign = "center";
    this.pen.textBaseline = "middle";
    this.pen.fillText(letter(scaled(right, -1)), 12, height / 2);
    this.pen.fillText(letter(right), width - 12, height / 2);
    this.pen.fillText(letter(scaled(down, -1)), width / 2, 12);
    this.pen.fillText(letter(down), width / 2, height - 12);
  }
}

function letter(direction) {
  const axis = [0, 1, 2].reduce((most, n) => (Math.abs(direction[n]) > Math.abs(direction[most]) ? n : most), 0);
  return LETTERS[axis][direction[axis] > 0 ? 0 : 1];
}

export function basis(right, down) {
  return { right, down, out: cross(right, down) };
}
