// What the patient said last: words, and a figure of ten cells without a face.

export class Patient {
  constructor(words, figure) {
    Object.assign(this, { words, figure });
    figure.replaceChildren(...Array.from({ length: 10 }, () => document.createElement("span")));
  }

  take({ patient }) {
    const nrs = patient?.nrs ?? 0;
    this.words.textContent = patient?.words ?? "Has said nothing yet.";
    [...this.figure.children].forEach((cell, n) => cell.classList.toggle("felt", n < nrs));
    this.figure.dataset.strong = String(nrs >= 7);
  }
}
