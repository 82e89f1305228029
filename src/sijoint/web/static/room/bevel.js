// The bevel as a clock face: looking from the hub along the needle, 12 is towards the head.

const SVG = "http://www.w3.org/2000/svg";
const HOUR_DEG = 30;

export class Bevel {
  constructor(part, onHour) {
    Object.assign(this, { part, onHour });
    this.clock = 0;
    this.inSkin = false;
    part.hours.replaceChildren(...Array.from({ length: 12 }, (_, hour) => this.hourMark(hour)));
    part.minus.addEventListener("click", () => this.turn(-HOUR_DEG));
    part.plus.addEventListener("click", () => this.turn(HOUR_DEG));
    part.field.addEventListener("change", () => {
      const hour = part.field.valueAsNumber;
      if (Number.isFinite(hour)) this.to(hour * HOUR_DEG);
    });
  }

  hourMark(hour) {
    const angle = (hour * HOUR_DEG * Math.PI) / 180;
    const mark = document.createElementNS(SVG, "circle");
    mark.setAttribute("cx", 50 + 38 * Math.sin(angle));
    mark.setAttribute("cy", 50 - 38 * Math.cos(angle));
    mark.setAttribute("r", hour % 3 ? 3 : 5);
    mark.addEventListener("click", () => this.to(hour * HOUR_DEG));
    return mark;
  }

  turn(by) {
    this.to(this.clock + by);
  }

  to(degrees) {
    const clock = ((degrees % 360) + 360) % 360;
    if (this.inSkin) this.onHour(clock);
    else this.show(clock); // before the skin it is only held so
  }

  take(clock, inSkin) {
    const wasIn = this.inSkin;
    this.inSkin = inSkin;
    if (inSkin || wasIn) this.show(clock);
  }

  show(clock) {
    this.clock = clock;
    this.part.hand.setAttribute("transform", `rotate(${clock} 50 50)`);
    const hour = Math.round((clock / HOUR_DEG) * 10) / 10 || 12;
    if (document.activeElement !== this.part.field) this.part.field.value = String(hour);
    this.part.words.textContent = `opening at ${hour} o'clock`;
  }
}
