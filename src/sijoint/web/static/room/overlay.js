// What lies over the image and never in it: a cross to choose a place with, by pointer or by arrow keys.

const SVG = "http://www.w3.org/2000/svg";
const STEP = 4, FAR = 24; // pixels of the picture a key moves the cross

export class Overlay {
  constructor(svg, screen) {
    Object.assign(this, { svg, screen });
    this.cross = document.createElementNS(SVG, "path");
    this.cross.setAttribute("class", "cross");
    svg.append(this.cross);
    this.chosen = null;
    svg.addEventListener("pointermove", (event) => this.chosen && this.to(screen.placeOf(event)));
    svg.addEventListener("click", (event) => {
      if (!this.chosen) return;
      this.to(screen.placeOf(event));
      this.take();
    });
    svg.addEventListener("keydown", (event) => this.key(event));
  }

  resize({ width, height }) {
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  }

  // Ask for a place; ``chosen`` is called with it, or with null when the person lets it be.
  ask(chosen, words) {
    this.chosen = chosen;
    this.svg.classList.add("asking");
    this.svg.setAttribute("aria-label", words);
    this.to(this.place ?? { column: this.screen.size.width / 2, row: this.screen.size.height / 2 });
    this.svg.setAttribute("tabindex", "0");
    this.svg.focus();
  }

  to({ column, row }) {
    const { width, height } = this.screen.size;
    this.place = { column: Math.max(0, Math.min(width - 1, column)), row: Math.max(0, Math.min(height - 1, row)) };
    const { column: x, row: y } = this.place, far = width / 24, near = width / 90;
    this.cross.setAttribute("d", [[1, 0], [-1, 0], [0, 1], [0, -1]].map(([a, b]) => `M${x + a * near} ${y + b * near}L${x + a * far} ${y + b * far}`).join(""));
  }

  key(event) {
    if (!this.chosen) return;
    const step = event.shiftKey ? FAR : STEP;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    if (event.key in moves) {
      const [across, down] = moves[event.key];
      this.to({ column: this.place.column + across, row: this.place.row + down });
    } else if (event.key === "Enter") this.take();
    else if (event.key === "Escape") this.leave(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  take() {
    this.leave(this.place);
  }

  leave(place) {
    const chosen = this.chosen;
    this.chosen = null;
    this.svg.classList.remove("asking");
    this.svg.removeAttribute("tabindex");
    this.svg.setAttribute("aria-label", "the live image");
    chosen?.(place);
  }
}
