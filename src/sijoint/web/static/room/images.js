// The second monitor: an image to compare with, copied from the live one or chosen from those the room has kept; and saving.

import { clock } from "./figures.js";

export class Images {
  constructor(part, screen, address, onTold) {
    Object.assign(this, { part, screen, address, onTold });
    this.known = "";
    part.copy.addEventListener("click", () => this.copy());
    part.choose.addEventListener("change", () => this.choose(part.choose.value));
    part.save.addEventListener("click", () => this.save());
    part.swap.addEventListener("click", () => {
      const large = document.body.classList.toggle("reference-large");
      part.swap.setAttribute("aria-pressed", String(large));
    });
  }

  take({ images, pose, session_ms: now }) {
    Object.assign(this, { pose, now });
    if (!images) return; // not prepared yet
    const known = images.map((one) => one.sha256).join();
    if (known === this.known) return;
    this.known = known;
    const chosen = this.part.choose.value;
    const [copied] = this.part.choose.options;
    const kept = [...images].reverse().map((one) => new Option(`${clock(one.at_s)} · ${one.words}`, one.sha256));
    this.part.choose.replaceChildren(copied, ...kept);
    this.part.choose.value = chosen;
  }

  copy() {
    if (!this.screen.copyTo(this.part.canvas)) return;
    this.part.choose.value = "";
    this.say(`copied at ${clock(this.now / 1000)} · ${this.pose?.words ?? ""}`);
  }

  async choose(sha256) {
    if (!sha256) return;
    const image = new Image();
    image.src = this.addressOf(sha256);
    await image.decode().then(
      () => {
        this.part.canvas.width = image.naturalWidth;
        this.part.canvas.height = image.naturalHeight;
        this.part.canvas.getContext("2d").drawImage(image, 0, 0);
        this.say(this.part.choose.selectedOptions[0].textContent);
      },
      () => this.onTold("That image cannot be shown now; choose it again in a moment."),
    );
  }

  say(words) {
    this.part.words.textContent = words;
    this.part.panel.classList.add("filled");
  }

  addressOf(sha256) {
    return this.address.replace("SHA256", sha256);
  }

  // The newest image that the room has kept, as a file; without one there is nothing to save.
  save() {
    const newest = this.known.split(",").at(-1);
    if (!newest) return this.onTold("Nothing is kept yet: press the pedal first.");
    const link = document.createElement("a");
    link.href = `${this.addressOf(newest)}?save=1`;
    link.download = "";
    link.click();
    return this.onTold("The last kept image is saved as a PNG file.");
  }
}
