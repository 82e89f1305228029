// Sheets that lie beside the image when asked for, and the end of the procedure.

export class Sheets {
  toggle(id) {
    document.getElementById(id).togglePopover();
  }
}

export class Ending {
  constructor(wire, part) {
    Object.assign(this, { part });
    part.ask.addEventListener("click", () => part.sheet.showModal());
    part.form.addEventListener("submit", (event) => {
      if (event.submitter?.value === "back") return;
      wire.command("end", { abandoned_because: part.why.value.trim() });
    });
  }

  take({ ended, steers, needle, syringes }) {
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
