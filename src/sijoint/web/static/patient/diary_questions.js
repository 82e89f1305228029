// Which questions the diary has now, by the server's clock as far as the phone knows it.

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const moment = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });

export function openQuestions(card, nowMs) {
  return card.questions
    .filter((one) => !one.answered && Date.parse(one.opens) <= nowMs && nowMs <= Date.parse(one.closes))
    .sort((one, other) => Date.parse(one.closes) - Date.parse(other.closes));
}

const missedQuestions = (card, nowMs) => card.questions.filter((one) => !one.answered && Date.parse(one.closes) < nowMs).reverse();

function nextQuestion(card, nowMs) {
  const coming = card.questions.filter((one) => Date.parse(one.opens) > nowMs);
  return coming.sort((one, other) => Date.parse(one.opens) - Date.parse(other.opens))[0];
}

/** One line on what is asked now, or when the next question comes. */
export function showAsked(place, card, nowMs) {
  const [open] = openQuestions(card, nowMs);
  const next = nextQuestion(card, nowMs);
  const strong = document.createElement("strong");
  if (open) {
    strong.textContent = open.label;
    place.replaceChildren("It is time: ", strong, ".");
  } else if (next) {
    strong.textContent = moment.format(new Date(next.opens));
    place.replaceChildren("Nothing to answer now. The next question comes on ", strong, ".");
  } else {
    place.textContent = "The diary is over. Thank you. When your pain comes back, tell us here.";
  }
}

/** The empty page's form, filled from what the phone keeps. */
export function fillForm(card, nowMs) {
  const options = [
    ...openQuestions(card, nowMs).map((one) => option(one.id, `Now: ${one.label} (open until ${time.format(new Date(one.closes))})`, one.asks_function)),
    option("back", "My pain is back", false),
    ...missedQuestions(card, nowMs).map((one) => option(one.id, `Too late: ${one.label} (kept, not counted)`, one.asks_function)),
  ];
  document.getElementById("prompt").replaceChildren(...options);
  if (card.movement) document.querySelector("#index .hint").textContent = `Do it once now: ${card.movement}, if your leg is strong.`;
  document.getElementById("sign-list").replaceChildren(
    ...card.signs.map((sign) => {
      const line = document.createElement("li");
      line.textContent = capital(sign.words);
      return line;
    }),
  );
  const hint = document.querySelector("#sign-answers .hint");
  document.getElementById("sign-answers").replaceChildren(hint, ...card.signs.map(signQuestion));
}

function option(value, words, asksFunction) {
  const made = document.createElement("option");
  made.value = value;
  made.textContent = words;
  made.dataset.function = asksFunction ? "yes" : "no";
  return made;
}

function signQuestion(sign) {
  const field = document.createElement("fieldset");
  field.className = "field answers";
  field.id = sign.field;
  const legend = document.createElement("legend");
  legend.textContent = capital(sign.words);
  const row = document.createElement("div");
  row.className = "answers-row";
  for (const [value, words] of [["yes", "Yes"], ["no", "No"], ["unknown", "Don’t know"]]) {
    const label = document.createElement("label");
    label.className = "choice";
    const input = document.createElement("input");
    input.type = "radio";
    input.name = sign.field;
    input.value = value;
    label.append(input, ` ${words}`);
    row.append(label);
  }
  field.append(legend, row);
  return field;
}

const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);
