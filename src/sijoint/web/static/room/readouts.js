// What a console always shows: dose, seconds, technique, the clock, how the line is, and what is being waited for.

import { clock, fixed } from "./figures.js";

const PHASES = { preparing: "Preparing", ready: "Ready", pressing: "X-rays on", injecting: "Injecting", ended: "Ended", parked: "Resting", stopped: "Stopped" };

export class Readouts {
  constructor(part, facts) {
    Object.assign(this, { part, facts });
    this.purposeChosen = false;
    this.pressing = false;
  }

  drawn(picture) {
    const { part } = this;
    this.dose(picture.seconds, picture.kermaMgy, picture.dapMgyCm2);
    part("session-clock").textContent = clock(picture.sessionMs / 1000);
    const kind = picture.held ? "Last image hold" : picture.moving ? "Live · turning" : "Live";
    part("image-kind").textContent = picture.subtraction ? `${kind} · subtraction` : kind;
    part("console").classList.toggle("held", picture.held);
    part("no-image").hidden = true;
    if (!picture.held) this.measure(picture);
  }

  // From the pedal to the first live picture, for whoever measures the room.
  measure() {
    if (!performance.getEntriesByName("pedal down").length) return;
    performance.measure("pedal to image", "pedal down");
    performance.clearMarks("pedal down");
  }

  dose(seconds, kermaMgy, dapMgyCm2) {
    this.part("dose-seconds").textContent = fixed(seconds, 1);
    this.part("dose-kerma").textContent = fixed(kermaMgy, kermaMgy < 10 ? 3 : 1);
    this.part("dose-dap").textContent = fixed(dapMgyCm2, dapMgyCm2 < 100 ? 2 : 0);
  }

  take(state) {
    const { part } = this;
    part("console").dataset.phase = state.phase;
    part("phase").textContent = PHASES[state.phase] ?? state.phase;
    part("session-clock").textContent = clock(state.session_ms / 1000);
    if (state.dose) this.dose(state.dose.fluoroscopy_seconds, state.dose.kerma_reference_mgy, state.dose.dose_area_product_mgy_cm2);
    const { technique, settings } = state;
    part("technique").textContent = technique ? `${fixed(technique.kvp, 0)} kV · ${fixed(technique.ma, 1)} mA` : "–";
    part("rate").textContent = settings ? `${settings.pulses_per_s} pulses/s${settings.zoom > 1 ? ` · ${settings.zoom}×` : ""}` : "";
    this.waiting(state);
    const able = state.steers && ["ready", "pressing"].includes(state.phase);
    part("pedal").disabled = !able;
    part("single").disabled = !able || state.phase === "pressing";
    part("watching").hidden = state.steers || state.ended;
    for (const controls of document.querySelectorAll("[data-controls]")) controls.inert = !state.steers || state.ended || state.phase === "preparing";
    this.purpose(state);
  }

  waiting({ phase, share, sentence, picture }) {
    const waits = ["preparing", "parked", "stopped"].includes(phase);
    this.part("preparing").hidden = !waits;
    this.part("preparing-share").value = share ?? 0;
    this.part("preparing-share").hidden = phase !== "preparing";
    this.part("preparing-words").textContent = sentence || `${PHASES[phase] ?? phase} …`;
    this.part("no-image").hidden = waits || picture !== null;
  }

  // What the next view is for, as long as the person has not said it: the room's own words, in the order of a procedure.
  purpose({ needle, pose, syringes, skin_mark: mark, version }) {
    const stage = [needle?.in_skin, needle?.passes, Boolean(mark), Number(syringes?.contrast?.given_ml) > 0].join();
    if (stage !== this.stage) this.purposeChosen = false;
    this.stage = stage;
    if (this.purposeChosen || document.activeElement === this.part("purpose") || version === undefined) return;
    const lateral = pose && Math.abs(pose.left_deg) > 60;
    const contrast = Number(syringes?.contrast?.given_ml) > 0;
    const value = needle?.in_skin ? (contrast ? "after contrast" : lateral ? "lateral safety" : "needle on target") : mark ? "trajectory" : "scout";
    this.part("purpose").value = value;
  }

  line({ open, forGood, sentence }) {
    const { part } = this;
    part("line").dataset.open = String(open);
    part("line-words").textContent = open ? "Connected" : forGood ? "Closed" : "Reconnecting …";
    part("lost").hidden = open;
    if (!open) part("phase").textContent = forGood ? "Closed" : "Line lost";
    part("lost-words").textContent = sentence || (forGood
      ? "This room is closed for this page."
      : "The line to the room was lost. The pedal is up, nothing of what was done is lost, and the page is connecting again.");
    part("console").classList.toggle("off-line", !open);
  }
}
