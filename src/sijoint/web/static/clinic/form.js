/* A line of a procedure shows the fields of its own kind; the first thing that is the matter gets the focus. */
function showLine(row) {
  const kind = row.querySelector("[data-line-kind]").value;
  for (const part of row.querySelectorAll(".of-line")) {
    part.hidden = !part.dataset.kinds.split(" ").includes(kind);
  }
}

for (const row of document.querySelectorAll("[data-lines] [data-line]")) {
  row.querySelector("[data-line-kind]").addEventListener("change", () => showLine(row));
  showLine(row);
}

const summary = document.querySelector(".error-summary");
if (summary) summary.focus();
