// The body map and the list below it are one: touching a place ticks its box, and the box paints the place.

const map = document.getElementById("body-map");
const told = document.getElementById("body-map-told");
const boxes = new Map([...document.querySelectorAll("input[name=area]")].map((box) => [box.value, box]));

function paint(spot) {
  const marked = boxes.get(spot.dataset.area).checked;
  spot.setAttribute("aria-pressed", String(marked));
}

function toggle(spot) {
  const box = boxes.get(spot.dataset.area);
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

function tell() {
  const names = [...map.querySelectorAll("[aria-pressed=true]")].map((spot) => spot.getAttribute("aria-label"));
  told.textContent = names.length ? `Marked: ${names.join("; ")}.` : "Nothing marked yet.";
}

map.removeAttribute("hidden");
document.getElementById("area-more").open = Boolean(document.querySelector(".error-summary"));
for (const spot of map.querySelectorAll(".spot")) {
  paint(spot);
  spot.addEventListener("click", () => toggle(spot));
  spot.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    toggle(spot);
  });
}
document.addEventListener("change", (event) => {
  if (event.target.name !== "area") return;
  const spot = map.querySelector(`[data-area="${CSS.escape(event.target.value)}"]`);
  if (spot) paint(spot);
  tell();
});
tell();
