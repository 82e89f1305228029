// The collimator: half sizes at the isocentre by slider and number, and its edges drawn on the image before they are set.

const LEAST_MM = 5; // half a field below this is no field
const SVG = "http://www.w3.org/2000/svg";

export class Field {
  constructor(wire, part, wholeHalfMm) {
    Object.assign(this, { wire, part, wholeHalfMm });
    this.half = [wholeHalfMm, wholeHalfMm];
    this.picture = null;
    this.zoom = 1;
    this.adjusting = false;
    this.edges = document.createElementNS(SVG, "rect");
    this.edges.setAttribute("class", "blades");
    part.overlay.append(this.edges);
    for (const one of [part.width, part.height, part.widthNumber, part.heightNumber]) {
      one.addEventListener("input", () => this.preview(one));
      one.addEventListener("change", () => this.set());
    }
    part.open.addEventListener("click", () => {
      this.half = [wholeHalfMm, wholeHalfMm];
      this.set();
    });
  }

  preview(changed) {
    const { width, height, widthNumber, heightNumber } = this.part;
    const numbers = changed === widthNumber || changed === heightNumber;
    const sizes = numbers ? [widthNumber, heightNumber] : [width, height];
    this.half = sizes.map((one) => Math.min(this.wholeHalfMm, Math.max(LEAST_MM, one.valueAsNumber / 2 || LEAST_MM)));
    this.adjusting = true;
    this.write(changed);
    this.draw();
  }

  set() {
    this.wire.command("collimate", { half_width_mm: this.half[0], half_height_mm: this.half[1] });
    this.adjusting = false;
  }

  take(state) {
    this.picture = state.picture;
    this.zoom = state.settings?.zoom ?? 1;
    this.turned = (state.settings?.quarter_turns ?? 0) % 2 === 1;
    if (this.adjusting) return;
    const set = state.collimator;
    const whole = this.wholeHalfMm;
    this.half = set ? [set.half_width_mm ?? whole, set.half_height_mm ?? whole] : [whole, whole];
    this.write();
    this.draw();
  }

  write(except) {
    const { width, height, widthNumber, heightNumber } = this.part;
    const size = this.half.map((mm) => String(Math.round(2 * mm)));
    [[width, 0], [widthNumber, 0], [height, 1], [heightNumber, 1]].forEach(([one, side]) => {
      if (one !== except) one.value = size[side];
    });
  }

  draw() {
    const picture = this.picture;
    if (!picture) return;
    const field = picture.height - picture.strip_rows;
    const perMm = picture.width / (2 * (this.wholeHalfMm / this.zoom));
    const [across, down] = this.turned ? [this.half[1], this.half[0]] : this.half;
    const width = Math.min(picture.width, 2 * across * perMm), height = Math.min(field, 2 * down * perMm);
    const place = { x: (picture.width - width) / 2, y: picture.strip_rows + (field - height) / 2, width, height };
    for (const [name, value] of Object.entries(place)) this.edges.setAttribute(name, value);
    this.edges.classList.toggle("adjusting", this.adjusting);
    this.edges.classList.toggle("open", width >= picture.width - 1 && height >= field - 1);
  }
}
