// The pedal: X-rays while it is held, by space bar, mouse, pen or finger. Whatever takes the hand away lifts it.

export class Pedal {
  constructor(wire, button, lamp, purpose) {
    Object.assign(this, { wire, button, lamp, purpose });
    this.down = false;
    button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      button.setPointerCapture(event.pointerId);
      this.press();
    });
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) button.addEventListener(kind, () => this.lift());
    button.addEventListener("contextmenu", (event) => event.preventDefault()); // a long touch is a press here
    button.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.repeat) return;
      event.preventDefault();
      this.press();
    });
    button.addEventListener("keyup", (event) => event.key === "Enter" && this.lift());
    button.addEventListener("blur", () => this.lift());
    addEventListener("blur", () => this.lift());
    document.addEventListener("visibilitychange", () => document.hidden && this.lift());
    wire.on("line", ({ open }) => !open && this.lift());
  }

  press() {
    if (this.down || this.button.disabled) return;
    this.down = true;
    performance.mark("pedal down");
    this.wire.command("pedal", { down: true, purpose: this.purpose() });
    this.light(true);
  }

  lift() {
    if (!this.down) return;
    this.down = false;
    this.wire.command("pedal", { down: false });
    this.light(false);
  }

  light(on) {
    this.button.setAttribute("aria-pressed", String(on));
    this.lamp.classList.toggle("x-rays", on);
  }
}
