// Under "Advanced": pulse rate, technique, brightness, magnification, subtraction, edges and turns. Limits come from the room.

const NUMBERS = ["kvp", "ma", "brightness", "contrast", "edge"];
const CHOICES = ["pulses_per_s", "zoom", "quarter_turns"];
const SWITCHES = ["automatic", "inverted", "mirror", "subtraction"];

export class Physics {
  constructor(wire, form) {
    Object.assign(this, { wire, form });
    form.addEventListener("change", (event) => this.changed(event.target));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.querySelector("#wait").addEventListener("click", () => this.wait(form.querySelector("#wait-seconds").valueAsNumber));
  }

  wait(seconds) {
    if (seconds > 0) this.wire.command("wait", { seconds });
  }

  changed({ name, value, checked, valueAsNumber }) {
    if (!name) return undefined;
    if (name === "kvp" || name === "ma") return this.technique();
    if (NUMBERS.includes(name)) return this.tell({ [name]: valueAsNumber });
    if (CHOICES.includes(name)) return this.tell({ [name]: Number(value) });
    if (name === "automatic" && !checked) return this.technique();
    return this.tell({ [name]: checked });
  }

  technique() {
    const { kvp, ma } = this.form.elements;
    this.tell({ kvp: kvp.valueAsNumber, ma: ma.valueAsNumber });
  }

  tell(fields) {
    if (!Object.values(fields).some(Number.isNaN)) this.wire.command("settings", fields);
  }

  take({ settings, technique, steers }) {
    if (!settings) return;
    const { elements } = this.form;
    const limits = settings.choices ?? {};
    for (const name of NUMBERS) {
      const field = elements[name];
      if (limits[name]) [field.min, field.max] = limits[name];
      const value = settings[name] ?? technique?.[name];
      if (document.activeElement !== field && value !== null && value !== undefined) field.value = Number(Number(value).toFixed(name === "kvp" || name === "ma" ? 1 : 2));
    }
    for (const name of CHOICES) {
      const field = elements[name];
      if (limits[name] && field.options.length !== limits[name].length) {
        field.replaceChildren(...limits[name].map((one) => new Option(String(one), String(one))));
      }
      if (document.activeElement !== field) field.value = String(settings[name]);
    }
    for (const name of SWITCHES) elements[name].checked = Boolean(settings[name]);
    elements.kvp.disabled = elements.ma.disabled = settings.automatic;
    this.form.inert = !steers;
  }
}
