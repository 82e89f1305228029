// What the patient said last: words, and a figure of ten cells without a face.

import { capital } from "./figures.js";
import { painInWords } from "./told.js";

export class Patient {
  constructor(words, figure) {
    Object.assign(this, { words, figure });
    figure.replaceChildren(...Array.from({ length: 10 }, () => document.createElement("span")));
  }

  take({ patient }) {
    const nrs = patient?.nrs ?? 0;
    this.words.textContent = patient ? capital(painInWords(patient)) : "Has said nothing yet.";
    [...this.figure.children].forEach((cell, n) => cell.classList.toggle("felt", n < nrs));
    this.figure.dataset.strong = String(nrs >= 7);
  }
}
