/* Printing opens what is folded, and the contents say where the reader is. */
const folded = () => document.querySelectorAll("details:not([open])");
let opened = [];
window.addEventListener("beforeprint", () => {
  opened = [...folded()];
  for (const one of opened) one.open = true;
});
window.addEventListener("afterprint", () => {
  for (const one of opened) one.open = false;
});
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
