// What a yes is told at once, before the page is sent. The words come from the server.

for (const place of document.querySelectorAll("[data-at-once]")) {
  const show = () => {
    const yes = document.querySelector(`input[name="${place.dataset.atOnce}"]:checked`)?.value === "yes";
    place.hidden = !yes;
    place.textContent = yes ? place.dataset.words : "";
  };
  document.addEventListener("change", show);
  show();
}
