// The view map: arrow keys walk through the directions, a click or Enter goes there, another measure colours it anew.

export class ViewMap {
  constructor(page, go) {
    this.table = page.querySelector("#map");
    this.words = page.querySelector("#cell-words");
    this.measure = page.querySelector("#measure");
    this.scales = [...page.querySelectorAll(".scale")];
    this.rows = [...this.table.rows].map((row) => [...row.cells]);
    this.go = go;
    this.table.addEventListener("click", (event) => this.choose(event.target.closest("td")));
    this.table.addEventListener("focusin", (event) => this.tell(event.target.closest("td")));
    this.table.addEventListener("pointerover", (event) => this.tell(event.target.closest("td")));
    this.table.addEventListener("keydown", (event) => this.key(event));
    this.measure.addEventListener("change", () => this.colour());
  }

  tell(cell) {
    if (cell) this.words.textContent = cell.getAttribute("aria-label");
  }

  choose(cell) {
    if (!cell) return;
    this.focus(cell);
    if (!cell.classList.contains("out")) this.go(Number(cell.dataset.left), Number(cell.dataset.up));
  }

  mark(left, up) {
    const away = (cell) => Math.hypot(Number(cell.dataset.left) - left, Number(cell.dataset.up) - up);
    const cells = this.rows.flat();
    const nearest = cells.reduce((best, cell) => (away(cell) < away(best) ? cell : best));
    for (const cell of cells) {
      const here = cell === nearest && away(cell) < 4; // half a cell's diagonal: a lateral lies beyond the map
      cell.classList.toggle("chosen", here);
      cell.setAttribute("aria-selected", here);
    }
  }

  focus(cell) {
    this.table.querySelector('td[tabindex="0"]')?.setAttribute("tabindex", "-1");
    cell.setAttribute("tabindex", "0");
    cell.focus();
  }

  key(event) {
    const cell = event.target.closest("td");
    const [row, column] = [cell.parentElement.rowIndex, cell.cellIndex];
    const last = this.rows[0].length - 1;
    const to = {
      ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1], ArrowUp: [row - 1, column], ArrowDown: [row + 1, column],
      Home: [row, 0], End: [row, last], PageUp: [0, column], PageDown: [this.rows.length - 1, column],
    }[event.key];
    if (to) {
      event.preventDefault();
      const next = this.rows[to[0]]?.[to[1]];
      if (next) this.focus(next);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.choose(cell);
    }
  }

  colour() {
    const at = this.measure.selectedIndex;
    for (const scale of this.scales) scale.hidden = scale.dataset.for !== this.measure.value;
    this.table.toggleAttribute("data-diverging", this.scales[at].hasAttribute("data-diverging"));
    for (const row of this.rows) {
      for (const cell of row) {
        if (!cell.dataset.steps) continue;
        const chosen = cell.classList.contains("chosen");
        cell.className = `s${cell.dataset.steps.split(",")[at]}${chosen ? " chosen" : ""}`;
      }
    }
  }
}
