// Single keys for what a hand does most. They can be switched off, and are off wherever something is typed or chosen.

const TYPED = "input:not([type=range]):not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]";

export class Keys {
  constructor(acts, part) {
    Object.assign(this, { acts, part });
    part.enabled.checked = localStorage.getItem("sij-room-keys") !== "off";
    part.enabled.addEventListener("change", () => localStorage.setItem("sij-room-keys", part.enabled.checked ? "on" : "off"));
    addEventListener("keydown", (event) => this.down(event));
    addEventListener("keyup", (event) => this.up(event));
  }

  heard(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return false;
    return this.part.enabled.checked && !event.target.closest?.(TYPED);
  }

  down(event) {
    if (!this.heard(event)) return;
    if (event.key === " ") {
      if (event.target.closest("button, summary, a, [role=button], input") && !event.target.closest("#pedal")) return;
      event.preventDefault();
      if (!event.repeat) this.acts.press();
      return;
    }
    const arrows = event.key.startsWith("Arrow");
    if (arrows && event.target.closest("input, [role=slider], #overlay")) return;
    const act = this.acts.keys[arrows ? event.key : event.key.toLowerCase()];
    if (!act || (event.repeat && !arrows)) return;
    event.preventDefault();
    act(event);
  }

  up(event) {
    if (event.key !== " ") return;
    if (event.target.closest?.("#pedal")) event.preventDefault();
    this.acts.lift();
  }
}
