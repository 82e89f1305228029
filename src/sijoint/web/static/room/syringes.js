// The three syringes, the pressure at the plunger while fluid goes in, and the hand that can let go of it at any moment.

import { Gauge } from "./gauge.js";
import { capital, plain } from "./figures.js";

export class Syringes {
  constructor(wire, part) {
    Object.assign(this, { wire, part });
    this.gauge = new Gauge(part.gauge, part.pressure, part.pressureOf);
    this.phase = "";
    for (const [use, row] of Object.entries(part.rows)) {
      row.form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.inject(use, row);
      });
    }
    part.letGo.addEventListener("click", () => this.letGo());
    wire.on("plunger", ({ use, given_ml: given, pressure_kpa: kpa }) => {
      this.gauge.show(kpa, `${use}: ${plain(given)} mL in`);
    });
  }

  inject(use, { volume, rate, watch }) {
    const fields = { volume_ml: volume.value.replace(",", ".") };
    if (rate) fields.rate_ml_s = rate.valueAsNumber;
    if (watch) fields.watch_s = watch.valueAsNumber;
    if (!Number(fields.volume_ml) || Object.values(fields).some(Number.isNaN)) return volume.focus();
    return this.wire.command(`inject ${use}`, fields);
  }

  letGo() {
    if (this.phase === "injecting") this.wire.command("let go");
  }

  take(state) {
    this.phase = state.phase;
    const injecting = state.phase === "injecting";
    this.part.letGo.hidden = !injecting;
    this.part.panel.classList.toggle("injecting", injecting);
    for (const [use, row] of Object.entries(this.part.rows)) this.row(use, row, state, injecting);
    const last = state.syringes?.drug?.pressure_kpa ? "drug" : "contrast";
    const kpa = state.syringes?.[last]?.pressure_kpa;
    if (!injecting && kpa) this.gauge.show(kpa, `${last}: highest of the last push`);
  }

  row(use, row, state, injecting) {
    const syringe = state.syringes?.[use];
    if (!syringe) return;
    row.name.textContent = capital(syringe.agents.map((one) => one.name).join(" + "));
    row.left.textContent = `${plain(syringe.left_ml)} of ${plain(syringe.drawn_ml)} mL left`;
    row.bar.max = Number(syringe.drawn_ml) || 1;
    row.bar.value = Number(syringe.left_ml);
    if (row.seen !== syringe.left_ml && document.activeElement !== row.volume) row.volume.value = plain(offered(syringe));
    row.seen = syringe.left_ml;
    const needsNeedle = use !== "skin" && !state.needle?.in_skin;
    const held = use === "drug" && !state.gate?.allowed;
    const empty = !(Number(syringe.left_ml) > 0);
    row.button.disabled = injecting || needsNeedle || held || empty || !state.steers || state.ended;
    row.why.textContent = empty ? "empty" : needsNeedle ? "needs a needle in the skin" : held ? "held back: see the list" : "";
  }
}

// What the order has in the syringe, as far as it is left; more may be drawn up, and another volume written.
const offered = ({ agents, left_ml: left }) => Math.min(agents.reduce((sum, one) => sum + Number(one.volume_ml), 0), Number(left));
