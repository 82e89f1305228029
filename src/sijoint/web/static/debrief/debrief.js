// The debrief's player: a moment is chosen by the time line, the slider, the list or by playing; image, state and truth follow.

import { readMeshes } from "./mesh.js";
import { Solid } from "./solid.js";
import { truthLines, truthWords } from "./truth_lines.js";

const page = document.getElementById("debrief");
const part = (id) => document.getElementById(id);
const { at, images } = page.dataset;
const TICK_MS = 100;

class Player {
  constructor(course, solid) {
    Object.assign(this, { course, solid, now: 0, seconds: 0 });
    this.svg = part("course").querySelector("svg");
    this.buttons = [...page.querySelectorAll("[data-moment]")];
    const { left, right, lasts } = this.svg.dataset;
    const width = this.svg.viewBox.baseVal.width;
    Object.assign(this, { from: Number(left) / width, to: Number(right) / width, lasts: Number(lasts) });
    this.listen();
    this.show(0);
  }

  listen() {
    part("scrub").addEventListener("input", () => this.show(Number(part("scrub").value)));
    part("first").addEventListener("click", () => this.show(0));
    part("before").addEventListener("click", () => this.show(this.now - 1));
    part("after").addEventListener("click", () => this.show(this.now + 1));
    part("play").addEventListener("click", () => this.play(!this.timer));
    for (const button of this.buttons) button.addEventListener("click", () => this.show(Number(button.dataset.moment)));
    const seek = (event) => {
      const box = this.svg.getBoundingClientRect();
      const share = ((event.clientX - box.left) / box.width - this.from) / (this.to - this.from);
      this.toSecond(Math.max(0, Math.min(1, share)) * this.lasts);
    };
    this.svg.addEventListener("pointerdown", seek);
    this.svg.addEventListener("pointermove", (event) => event.buttons && seek(event));
  }

  play(on) {
    clearInterval(this.timer);
    this.timer = on ? setInterval(() => this.tick(), TICK_MS) : null;
    part("play").textContent = on ? "Pause" : "Play";
    part("play").setAttribute("aria-pressed", String(on));
    if (on && this.seconds >= this.lasts) this.toSecond(0);
  }

  tick() {
    this.toSecond(this.seconds + (TICK_MS / 1000) * Number(part("speed").value));
    if (this.seconds >= this.lasts) this.play(false);
  }

  toSecond(seconds) {
    const { moments } = this.course;
    let last = 0;
    while (last + 1 < moments.length && moments[last + 1].at_s <= seconds) last += 1;
    this.show(last, Math.min(seconds, this.lasts));
  }

  show(number, seconds) {
    const { moments } = this.course;
    const next = Math.max(0, Math.min(moments.length - 1, number));
    const moment = moments[next];
    this.seconds = seconds ?? moment.at_s;
    const share = this.from + (this.to - this.from) * Math.min(1, this.seconds / this.lasts);
    part("cursor").style.left = `${100 * share}%`;
    part("clock").textContent = clock(this.seconds);
    if (next === this.now && this.shown) return;
    [this.now, this.shown] = [next, true];
    part("scrub").value = next;
    part("scrub").setAttribute("aria-valuetext", `${clock(moment.at_s)}: ${moment.words}`);
    part("happened").textContent = moment.words;
    this.buttons.forEach((button, n) => button.toggleAttribute("aria-current", n === next));
    keepInView(this.buttons[next]);
    this.showState(moment.then);
    this.showImage(moment.then);
    this.showTruth(moment);
  }

  showState(then) {
    const rows = [
      ["C-arm", then.receptor || "not moved yet"],
      ["Needle", then.needle || "not chosen yet"],
      ["Depth", then.depth_mm === null ? "no needle in the skin" : `${then.depth_mm.toFixed(1)} mm`],
      ["Felt last", then.felt || "–"],
      ["Force", then.resistance_n.length ? `${Math.max(...then.resistance_n).toFixed(1)} N at most, ${then.resistance_n.at(-1).toFixed(1)} N at the end` : "–"],
      ["Passes", `${then.passes}, redirections ${then.redirections}`],
      ["X-rays", `${then.presses} presses, ${then.fluoroscopy_s.toFixed(1)} s`],
      ["Dose", `${then.dose_area_mgy_cm2.toFixed(0)} mGy·cm², ${then.kerma_mgy.toFixed(2)} mGy`],
      ["Patient", then.patient || "says nothing"],
      ["Given", `contrast ${then.contrast_ml.toFixed(1)} mL, drug ${then.drug_ml.toFixed(1)} mL`],
      ["Gate", then.gate || "not asked yet"],
    ];
    part("then").replaceChildren(...rows.flatMap(([name, words]) => [element("dt", name), element("dd", words)]));
  }

  showImage(then) {
    const picture = part("seen");
    picture.hidden = !then.image;
    part("no-image").hidden = Boolean(then.image);
    if (!then.image || picture.dataset.sha === then.image) return;
    picture.dataset.sha = then.image;
    picture.src = images.replace("SHA256", then.image);
    picture.alt = `Simulated X-ray that was on the screen, ${then.image_receptor}`;
    part("seen-words").textContent = `What the screen showed: ${then.image_receptor}`;
  }

  // The truth after the last command that began not later than this moment.
  truthAt(moment) {
    const { track } = this.course;
    const own = track.findLast((one) => one.command_id === moment.command_id && moment.command_id);
    return own ?? track.findLast((one) => one.at_s <= moment.at_s + 0.001) ?? (track.length ? null : this.fromLastInjection());
  }

  fromLastInjection() {
    const path = this.course.last_path_mm;
    return path.length ? { needle_mm: path, tip_mm: null, volumes_ml: {}, contrast_mm: [] } : null;
  }

  showTruth(moment) {
    const truth = this.truthAt(moment);
    part("truth-words").textContent = truth || this.course.track.length ? truthWords(truth) : "No needle was injected through.";
    this.solid?.show(truthLines(truth, this.course.plan, this.course.target_mm));
  }
}

function keepInView(button) {
  const list = part("moments");
  const [top, bottom] = [button.offsetTop - list.offsetTop, button.offsetTop - list.offsetTop + button.offsetHeight];
  if (top < list.scrollTop || bottom > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight / 2;
}

function element(name, words) {
  const made = document.createElement(name);
  made.textContent = words;
  return made;
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

try {
  const answer = await fetch(`${at}/course.json`);
  if (!answer.ok) throw new Error("The course could not be read: load the page again.");
  const course = await answer.json();
  let solid = null;
  if (course.plan) solid = new Solid(part("solid"), await readMeshes(`${at}/scene.bin`), course.side);
  new Player(course, solid);
  page.dataset.ready = "yes";
} catch (why) {
  part("why").textContent = why.message;
  part("why").hidden = false;
}
