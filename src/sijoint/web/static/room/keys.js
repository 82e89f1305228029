// Single keys for what a hand does most. They can be switched off, and are off wherever something is typed or chosen.
// The space bar is the pedal, also after a click on a button; only a button reached by the Tab key is pressed by it.

const TYPED = "input:not([type=range]):not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]";

export class Keys {
  constructor(acts, part) {
    Object.assign(this, { acts, part });
    part.enabled.checked = localStorage.getItem("sij-room-keys") !== "off";
    part.enabled.addEventListener("change", () => localStorage.setItem("sij-room-keys", part.enabled.checked ? "on" : "off"));
    this.tabbed = false;
    addEventListener("pointerdown", () => (this.tabbed = false), { capture: true });
    addEventListener("keydown", ({ key }) => key === "Tab" && (this.tabbed = true), { capture: true });
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
      if (this.tabbed && event.target.closest("button, summary, a, input") && !event.target.closest("#pedal")) return;
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
    if (!this.tabbed || event.target.closest?.("#pedal")) event.preventDefault(); // a button acts when the key comes up
    this.acts.lift();
  }
}
