// Sheets that lie beside the image when asked for, one at a time; and the end of the procedure.

export class Sheets {
  constructor(sheets) {
    this.sheets = sheets;
    for (const one of sheets) one.addEventListener("toggle", ({ newState }) => newState === "open" && this.opened(one));
    addEventListener("keydown", ({ key }) => key === "Escape" && this.opened(null));
  }

  // They stay while the hand works elsewhere: a pedal press does not close them.
  opened(one) {
    for (const other of this.sheets) if (other !== one && other.matches(":popover-open")) other.hidePopover();
    one?.querySelector("input, select, button")?.focus();
  }

  toggle(id) {
    document.getElementById(id).togglePopover();
  }
}

export class Ending {
  constructor(wire, part) {
    Object.assign(this, { part });
    part.ask.addEventListener("click", () => part.sheet.showModal());
    part.ended.querySelector("#stay").addEventListener("click", () => (part.ended.hidden = true));
    part.form.addEventListener("submit", (event) => {
      if (event.submitter?.value === "back") return;
      wire.command("end", { abandoned_because: part.why.value.trim() });
    });
  }

  take({ ended = false, steers, needle, syringes }) {
    this.part.ask.hidden = ended;
    this.part.ask.disabled = !steers;
    this.part.doc.classList.toggle("ended", ended);
    const drugGiven = Number(syringes?.drug?.given_ml) > 0;
    this.part.form.querySelector("#end-needle").hidden = !needle?.in_skin;
    this.part.form.querySelector("#end-no-drug").hidden = drugGiven;
    if (ended && !this.shown) {
      this.shown = true;
      this.part.sheet.close();
      this.part.ended.hidden = false;
      this.part.ended.querySelector("a")?.focus();
    }
  }
}
