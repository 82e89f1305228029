// What the drug still waits for, as the rules of the server say it; and the physician's own word on the contrast.

import { capital } from "./figures.js";

// Which finding of the gate speaks of which line of the list. What is none of them stands below on its own.
const LINES = [
  { key: "run", words: "Contrast seen since the needle last moved", codes: ["gate.no-contrast", "gate.no-stored-run"] },
  {
    key: "judged",
    words: "Judged by you, and fit for this target",
    codes: ["gate.no-judgement", "gate.pattern-refused", "gate.particulate", "gate.outside-target"],
  },
  {
    key: "views",
    words: "Two views far enough apart, one after contrast",
    codes: ["gate.few-views", "gate.no-view-after-contrast", "gate.views-alike"],
  },
];

export class Gate {
  constructor(wire, part) {
    Object.assign(this, { wire, part });
    part.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const pattern = new FormData(part.form).get("pattern");
      if (!pattern) return;
      wire.command("judge contrast", { pattern });
      part.sheet.hidePopover();
    });
    part.leave.addEventListener("click", () => part.sheet.hidePopover());
    wire.on("events", ({ events }) => {
      if (events.some((event) => event.kind === "needle moved")) part.form.reset();
    });
  }

  take({ gate, needle, steers, ended, phase, syringes }) {
    if (!gate) return;
    if (ended) return this.end(Number(syringes?.drug?.given_ml) > 0);
    const inSkin = Boolean(needle?.in_skin);
    const rest = gate.findings.filter(({ code }) => !LINES.some(({ codes }) => codes.includes(bare(code))));
    const rows = LINES.map(({ words, codes }) => {
      const missing = gate.findings.filter(({ code }) => codes.includes(bare(code)));
      return line(inSkin && missing.length ? missing.map(({ sentence }) => sentence).join(" ") : words, inSkin && !missing.length);
    });
    rows.push(...rest.map(({ sentence, severity }) => line(capital(sentence), severity === "note" || severity === "review", severity)));
    this.part.list.replaceChildren(...rows);
    this.part.answer.textContent = gate.allowed ? "The drug may be given." : "The drug is held back.";
    this.part.answer.dataset.allowed = String(gate.allowed);
    const runSeen = inSkin && !gate.findings.some(({ code }) => LINES[0].codes.includes(bare(code)));
    this.part.open.disabled = !runSeen || !steers || ended || phase === "injecting";
    this.part.open.classList.toggle("due", runSeen && gate.findings.some(({ code }) => bare(code) === "gate.no-judgement"));
    return undefined;
  }

  end(given) {
    this.part.answer.textContent = given ? "The drug was given." : "No drug was given.";
    this.part.answer.dataset.allowed = String(given);
    this.part.list.replaceChildren();
    this.part.open.disabled = true;
  }
}

// A finding may name what it is of behind its code: "gate.particulate:methylprednisolone_40".
const bare = (code) => code.split(/[:@[]/)[0];

function line(words, done, severity = "") {
  const item = document.createElement("li");
  item.className = done ? "done" : "open";
  if (severity) item.dataset.severity = severity;
  const mark = document.createElement("span");
  mark.className = "mark";
  mark.textContent = severity ? (done ? "note" : "stop") : done ? "done" : "missing";
  const text = document.createElement("span");
  text.textContent = words;
  item.append(mark, text);
  return item;
}
