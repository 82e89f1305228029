// Figures as a person reads them: as many places as mean something, a true minus sign, a dash for what is not known.

const true_minus = (text) => text.replace("-", "−");

export const fixed = (value, places) => (value === null || value === undefined || Number.isNaN(Number(value)) ? "–" : true_minus(Number(value).toFixed(places)));
export const degrees = (value) => `${fixed(value, 1)}°`;
export const signed = (value) => true_minus(`${value >= 0 ? "+" : ""}${Number(value).toFixed(0)}`);
export const whole = (value) => String(Math.round(value) + 0);

// A volume or a length without noise behind its decimals.
export const plain = (value, places = 2) => (value === null || value === undefined ? "–" : true_minus(String(Number(Number(value).toFixed(places)))));

export function clock(seconds) {
  const total = Math.max(0, Math.floor(seconds || 0));
  return `${Math.floor(total / 60)}:${String(total % 60).padStart(2, "0")}`;
}

export const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);
