// What is typed is kept on the way, so that nothing is lost when the page is left. Next and Back keep it without this, too.

const WAIT_MS = 800;
const form = document.querySelector("form[data-autosave]");
const kept = document.getElementById("kept");
let timer = 0;
let last = "";

function typed() {
  const body = new URLSearchParams(new FormData(form));
  body.set("go", "keep");
  return body;
}

async function keep() {
  const body = typed();
  if (body.toString() === last) return;
  last = body.toString();
  try {
    const answer = await fetch(form.action, { method: "POST", body, keepalive: true });
    kept.textContent = answer.ok ? "Kept." : "Not kept yet: press Next to keep it.";
  } catch {
    last = "";
    kept.textContent = "No network: what you typed stays on this page.";
  }
}

last = typed().toString();
for (const kind of ["input", "change"]) {
  form.addEventListener(kind, () => {
    clearTimeout(timer);
    timer = setTimeout(keep, WAIT_MS);
  });
}
addEventListener("pagehide", () => {
  clearTimeout(timer);
  keep();
});
form.addEventListener("submit", () => {
  clearTimeout(timer);
  last = typed().toString();
});
