// What the hand meets: resistance now, and its course over the depth of this pass, with gives and bone where they were felt.

const SVG = "http://www.w3.org/2000/svg";
const WIDE = 320, HIGH = 84, LEFT = 26, BELOW = 16;
const EVERY_MM = 0.5; // between two figures of an advance
const LEAST_N = 4, LEAST_MM = 60; // the axes never show less

export class ForceChart {
  constructor(svg, bar, words) {
    Object.assign(this, { svg, bar, words });
    this.forget();
    this.draw();
  }

  forget() {
    Object.assign(this, { course: [], felt: [], depth: 0, now: 0, length: LEAST_MM });
  }

  moved({ how, depth_mm: depth, resistance_n: newtons, felt }) {
    if (how === "insert" || how === "out") this.forget();
    if (how === "advance") {
      const from = this.depth;
      this.course = this.course.filter((one) => one.depth <= from + 1e-6);
      newtons.forEach((n, k) => this.course.push({ depth: Math.min(from + EVERY_MM * (k + 1), depth), newtons: n }));
      this.felt = [...this.felt.filter((one) => one.depth_mm <= from + 1e-6), ...felt];
    }
    this.now = how === "advance" ? (newtons.at(-1) ?? 0) : 0;
    this.depth = depth;
    this.draw();
  }

  take(needle) {
    if (!needle) return;
    this.length = Math.max(LEAST_MM, needle.length_mm);
    if (Math.abs(needle.depth_mm - this.depth) < 0.01) return this.draw();
    // a page that came later knows the last advance only
    this.depth = needle.depth_mm;
    const from = needle.depth_mm - EVERY_MM * needle.resistance_n.length;
    this.course = needle.resistance_n.map((newtons, k) => ({ depth: Math.max(0, from + EVERY_MM * (k + 1)), newtons }));
    this.felt = needle.felt;
    this.now = needle.resistance_n.at(-1) ?? 0;
    return this.draw();
  }

  draw() {
    const most = Math.max(LEAST_N, ...this.course.map((one) => one.newtons)) * 1.1;
    const x = (mm) => LEFT + (mm / this.length) * (WIDE - LEFT - 4);
    const y = (newtons) => HIGH - BELOW - (newtons / most) * (HIGH - BELOW - 10);
    const parts = [];
    for (let mm = 0; mm <= this.length; mm += 20) {
      parts.push(make("line", { class: "grid", x1: x(mm), x2: x(mm), y1: 8, y2: HIGH - BELOW }));
      parts.push(make("text", { x: x(mm), y: HIGH - 4, "text-anchor": "middle" }, `${mm}`));
    }
    parts.push(make("line", { class: "grid", x1: LEFT, x2: WIDE - 4, y1: y(0), y2: y(0) }));
    parts.push(make("text", { x: LEFT - 4, y: 14, "text-anchor": "end" }, `${most.toFixed(0)} N`));
    parts.push(make("text", { x: LEFT - 4, y: HIGH - 4, "text-anchor": "end" }, "mm"));
    if (this.course.length) {
      const points = this.course.map((one) => `${x(one.depth)},${y(one.newtons)}`);
      parts.push(make("polygon", { class: "area", points: [`${x(this.course[0].depth)},${y(0)}`, ...points, `${x(this.course.at(-1).depth)},${y(0)}`].join(" ") }));
      parts.push(make("polyline", { class: "course", points: points.join(" ") }));
    }
    for (const { what, depth_mm: depth } of this.felt.filter((one) => one.what !== "layer")) {
      parts.push(make("line", { class: `at-${what}`, x1: x(depth), x2: x(depth), y1: 8, y2: y(0) }));
    }
    parts.push(make("line", { class: "tip", x1: x(this.depth), x2: x(this.depth), y1: 4, y2: HIGH - BELOW + 3 }));
    this.svg.setAttribute("viewBox", `0 0 ${WIDE} ${HIGH}`);
    this.svg.replaceChildren(...parts);
    this.bar.max = most;
    this.bar.value = this.now;
    this.words.textContent = `${this.now.toFixed(1)} N`;
  }
}

function make(name, attributes, words) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (words) made.textContent = words;
  return made;
}
