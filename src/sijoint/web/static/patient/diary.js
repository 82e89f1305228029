// The diary on the phone: an answer is kept here first, its warning signs are shown at once, and it is sent when it can be.

import { answerOf, fieldsOf, missing } from "./diary_answer.js";
import { flagsOf } from "./flags.js";
import { fillForm, openQuestions, showAsked } from "./diary_questions.js";
import { cardOf, dropAnswer, keepAnswer, keepCard, waitingAnswers } from "./phone_store.js";
import { sendWaiting } from "./sending.js";

const SEND_EVERY_MS = 20000;
const path = location.pathname.split("/").slice(0, 3).join("/");
const byId = (id) => document.getElementById(id);
const form = byId("diary-form");
let card = null;
let clockOffMs = 0; // what the server's clock is ahead of the phone's
let openedAt = new Date();
let shownId = "";
let backChosen = false; // the patient pressed "my pain is back"
let reached = true; // the server, when it was last asked

const serverNow = () => Date.now() + clockOffMs;

async function start() {
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/d/worker.js", { scope: "/d/" }).catch(() => {});
  const inPage = byId("card");
  const kept = inPage ? { ...JSON.parse(inPage.textContent), off: 0 } : await cardOf(path).catch(() => null);
  if (!kept) {
    byId("asked").textContent = "This phone has not opened your diary yet. Open your link once with a network.";
    return;
  }
  card = kept;
  if (inPage) {
    clockOffMs = Date.parse(card.now) - Date.now();
    card.off = clockOffMs;
    await keepCard(path, card).catch(() => {});
  } else {
    clockOffMs = card.off;
    fillForm(card, serverNow());
    byId("emergency-phone").textContent = card.emergency_phone;
    byId("clinic-phone").textContent = card.clinic_phone;
  }
  form.addEventListener("submit", give);
  form.addEventListener("change", changed);
  byId("again").addEventListener("click", () => location.replace(path));
  const back = byId("back-button");
  if (back) {
    back.hidden = false;
    back.addEventListener("click", chooseBack);
  }
  addEventListener("online", send);
  addEventListener("offline", showNetwork);
  setInterval(send, SEND_EVERY_MS);
  form.classList.add("scripted");
  changed();
  showNetwork();
  await send();
}

function chooseBack() {
  form.elements.prompt.value = "back";
  backChosen = true;
  byId("form-place").hidden = false;
  byId("back-button").hidden = true;
  changed();
  form.scrollIntoView();
  form.elements.index[0].focus({ preventScroll: true });
}

function changed() {
  const data = new FormData(form);
  byId("sign-answers").hidden = data.get("signs") !== "some";
  const chosen = form.elements.prompt.selectedOptions[0];
  const daily = byId("function-questions");
  daily.hidden = !chosen || chosen.dataset.function !== "yes";
  if (!daily.hidden) daily.open = true;
  const soFar = answerOf(data, card, undefined);
  showFlags(byId("flags"), flagsOf(soFar, serverNow(), card.flags));
}

async function give(event) {
  event.preventDefault();
  const data = new FormData(form);
  const left = missing(data, card);
  showMissing(left);
  if (left.length) return;
  const now = new Date();
  const id = data.get("entry_id") || newId();
  const fields = [...fieldsOf(data), ["entry_id", id], ["opened", openedAt.toISOString()], ["answered", now.toISOString()]];
  shownId = id;
  const flags = flagsOf(answerOf(data, card, "not asked"), now.getTime() + clockOffMs, card.flags);
  try {
    await keepAnswer({ id, path, fields, given: now.getTime(), refused: "" });
  } catch {
    form.submit(); // a browser that keeps nothing, such as a private window: the plain form still sends
    return;
  }
  const asked = card.questions.find((one) => one.id === data.get("prompt"));
  if (asked) asked.answered = true;
  await keepCard(path, card).catch(() => {});
  form.elements.entry_id.value = newId();
  showGiven("Your answer is on this phone", "It is sent as soon as there is a network. You need not do anything.", flags, []);
  await send();
}

async function send() {
  const told = await sendWaiting(path).catch(() => null);
  reached = navigator.onLine && (!told || !told.waiting || told.unlock);
  const waiting = await waitingAnswers(path).catch(() => []);
  if (told) {
    const mine = told.receipts.find((one) => one.id === shownId);
    if (mine) showGiven(`Your answer has arrived`, `${mine.label}. Receipt ${mine.number}.`, mine.flags, mine.notes);
    const no = told.refused.find((one) => one.id === shownId);
    if (no) showGiven("Your answer was not taken", no.refused, [], []);
  }
  showWaiting(waiting, told && told.unlock);
  showNetwork();
}

function showWaiting(waiting, unlock) {
  const place = byId("waiting");
  const pending = waiting.filter((one) => !one.refused).length;
  const lines = [];
  if (pending) lines.push(paragraph(`${pending} ${pending === 1 ? "answer waits" : "answers wait"} on this phone to be sent.`, "notice warn"));
  if (pending && unlock) {
    const line = paragraph("", "notice");
    const link = document.createElement("a");
    link.href = path;
    link.textContent = "Type your year of birth to send it.";
    line.append(link);
    lines.push(line);
  }
  for (const one of waiting.filter((each) => each.refused)) {
    const line = paragraph(`An answer could not be taken: ${one.refused} `, "notice danger");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Remove it from this phone";
    button.addEventListener("click", async () => {
      await dropAnswer(one.id);
      line.remove();
    });
    line.append(button);
    lines.push(line);
  }
  place.replaceChildren(...lines);
}

function showNetwork() {
  const place = byId("network");
  place.hidden = navigator.onLine && reached;
  place.textContent = navigator.onLine
    ? "The clinic cannot be reached just now. What you answer is kept on this phone and sent later."
    : "No network. What you answer is kept on this phone and sent later.";
  if (!byId("given").hidden) return;
  showAsked(byId("asked"), card, serverNow());
  if (!byId("card")) byId("form-place").hidden = !backChosen && !openQuestions(card, serverNow()).length;
}

function showGiven(head, words, flags, notes) {
  byId("form-place").hidden = true;
  byId("asked").hidden = true;
  const back = byId("back-button");
  if (back) back.hidden = true;
  const place = byId("given");
  byId("given-head").textContent = head;
  byId("given-words").textContent = words;
  showFlags(byId("given-flags"), flags);
  byId("given-notes").replaceChildren(...notes.map((one) => paragraph(one.patient, "notice")));
  if (place.hidden) {
    place.hidden = false;
    place.focus();
    scrollTo(0, 0);
  }
}

function showFlags(place, flags) {
  const texts = [...new Map(flags.map((one) => [one.patient, one])).values()];
  const said = texts.map((one) => one.patient).join("\n");
  if (place.dataset.said === said) return; // a screen reader is not told the same twice
  place.dataset.said = said;
  place.replaceChildren(...texts.map((one) => paragraph(one.patient, `flag flag-${one.severity}`)));
}

function showMissing(left) {
  form.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
  form.querySelectorAll(".missing").forEach((one) => one.remove());
  for (const { name, words } of left) {
    const field = byId(name);
    const line = paragraph(words, "missing");
    field.setAttribute("aria-invalid", "true");
    if (field instanceof HTMLDetailsElement) field.open = true;
    field.querySelector("legend, label, summary").after(line);
  }
  if (left.length) {
    const first = byId(left[0].name);
    first.scrollIntoView({ block: "start" });
    first.querySelector("input, select").focus({ preventScroll: true });
  }
}

function paragraph(text, className) {
  const made = document.createElement("p");
  made.className = className;
  made.textContent = text;
  return made;
}

function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
}

start();
