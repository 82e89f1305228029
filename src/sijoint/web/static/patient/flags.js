// The warning signs of a diary answer, read from the table that the server hands over (pathway/flag_table.py).
// The server reads the same table; a test runs both over many answers.

const MINUTES_AFTER = "minutes_after";
const RANK = { note: 0, review: 1, stop: 2, absolute: 3 };
const MINUTE = 60000;

/** The rules that an answer raises, worst first. `answer`: its values by name; `answeredMs`: by the server's clock. */
export function flagsOf(answer, answeredMs, table) {
  const value = (name) => (name === MINUTES_AFTER ? minutesAfter(answeredMs, table) : answer[name]);
  const raised = table.rules.filter((rule) => rule.any_of.some((group) => group.every((test) => passes(test, value(test.of)))));
  return raised
    .map((rule, place) => ({ rule, place }))
    .sort((one, other) => RANK[other.rule.severity] - RANK[one.rule.severity] || one.place - other.place)
    .map(({ rule }) => rule);
}

function minutesAfter(answeredMs, table) {
  return table.injected_at === null ? null : (answeredMs - Date.parse(table.injected_at)) / MINUTE;
}

function passes(test, value) {
  if (value === null || value === undefined || value === "") return false;
  if (test.among.length) return test.among.includes(String(value));
  const number = Number(value);
  if (Number.isNaN(number)) return false;
  return (
    (test.low === null || number >= Number(test.low)) &&
    (test.above === null || number > Number(test.above)) &&
    (test.high === null || number <= Number(test.high))
  );
}
