// What was typed into the diary's form, as the warning signs read it and as it is sent.

const SIGNS = { none: "no" };
const decimal = (text) => String(text || "").trim().replace(",", ".");

/** The values of an answer by the names that the table uses; `silent` stands for a question without an answer. */
export function answerOf(data, card, silent) {
  const said = (name) => data.get(name) || silent;
  const answer = {
    index_nrs: data.get("index"),
    rest_nrs: data.get("rest"),
    scale: "0 to 10",
    analgesic_taken: said("analgesic"),
    asleep_or_resting: said("resting"),
    temperature_c: decimal(data.get("temperature")),
    glucose_mg_dl: glucose(data, card),
    blood_pressure_systolic: decimal(data.get("systolic")),
    blood_pressure_diastolic: decimal(data.get("diastolic")),
  };
  for (const sign of card.signs) answer[sign.field] = SIGNS[data.get("signs")] || said(sign.field);
  return answer;
}

function glucose(data, card) {
  const value = decimal(data.get("glucose"));
  if (value === "" || data.get("glucose_unit") !== "mmol/L") return value;
  return Math.round(Number(value) * Number(card.mg_dl_per_mmol_l));
}

/** The form's fields as pairs, without those that are set when an answer is given. */
export function fieldsOf(data) {
  return [...data.entries()].filter(([name, value]) => value !== "" && name !== "entry_id");
}

/** What is still to be answered, each with the words shown beside it. */
export function missing(data, card) {
  const left = [];
  const need = (name, words) => {
    if (!data.get(name)) left.push({ name, words });
  };
  if (!data.get("prompt")) left.push({ name: "prompt-field", words: "Choose the moment." });
  need("index", "Choose a number.");
  need("rest", "Choose a number.");
  need("analgesic", "Choose yes or no.");
  need("resting", "Choose yes or no.");
  need("signs", "Choose one.");
  if (data.get("signs") === "some" && card.signs.every((sign) => !data.get(sign.field))) {
    left.push({ name: card.signs[0].field, words: "Say which one it is." });
  }
  for (const [name, words] of [["temperature", "a number such as 37.5"], ["glucose", "a number"], ["systolic", "a number"], ["diastolic", "a number"], ["percent", "a number from 0 to 100"]]) {
    const value = decimal(data.get(name));
    if (value !== "" && !(Number(value) >= 0 && Number(value) <= 9999)) left.push({ name: "readings-more", words: `Type ${words}.` });
  }
  return left;
}
