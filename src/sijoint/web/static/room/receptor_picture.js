// The small picture beside the receptor's words: the C round the patient on the table, across and along.
// Angles and distances are the pose's; the patient is a sign. The same drawing as the program's printed one.

const MM_PER_PIXEL = 11;
const BODY = [180, 110], DETECTOR = 169, TUBE = 85, ARC = 640;
const SVG = "http://www.w3.org/2000/svg";

const radians = (degrees) => (degrees * Math.PI) / 180;

// Unit vector from the isocentre to the receptor (patient LPS), receptor behind the patient at 0/0.
export function receptorDirection(leftDeg, cephaladDeg) {
  const left = radians(leftDeg), up = radians(cephaladDeg);
  return [Math.sin(left) * Math.cos(up), Math.cos(left) * Math.cos(up), Math.sin(up)];
}

function axesOf(leftDeg, cephaladDeg) {
  const left = radians(leftDeg), up = radians(cephaladDeg);
  const u = [Math.cos(left), -Math.sin(left), 0];
  const n = receptorDirection(leftDeg, cephaladDeg);
  return { u, v: [-Math.sin(left) * Math.sin(up), -Math.cos(left) * Math.sin(up), Math.cos(up)], n };
}

const plus = (...vectors) => [0, 1, 2].map((k) => vectors.reduce((sum, vector) => sum + vector[k], 0));
const times = (size, vector) => vector.map((part) => size * part);

// across: seen from the feet, the patient's left at the left; along: head at the left.
const PANELS = [
  { centre: [78, 84], flat: ([x, y]) => [-x, -y], caption: "from the feet", letters: ["L", "R"] },
  { centre: [232, 84], flat: ([, y, z]) => [-z, -y], caption: "from the left", letters: ["head", "feet"] },
];

export function drawReceptor(svg, { leftDeg, cephaladDeg, sourceIsocentreMm, sourceDetectorMm }) {
  const { u, v, n } = axesOf(leftDeg, cephaladDeg);
  const parts = [];
  PANELS.forEach(({ centre, flat, caption, letters }, panel) => {
    const at = (place) => flat(place).map((mm, k) => centre[k] + mm / MM_PER_PIXEL);
    const hull = (places) => outline(places.map(at)).map((point) => point.map((x) => x.toFixed(1)).join()).join(" ");
    const box = (face, half, depth) => [0, depth].flatMap((d) => corners(half).map(([a, b]) => plus(face, times(a, u), times(b, v), times(d, n))));
    const focus = times(-sourceIsocentreMm, n), plate = times(sourceDetectorMm - sourceIsocentreMm, n);
    const hangs = u[1] < -1e-9 || (Math.abs(u[1]) <= 1e-9 && u[0] < 0) ? u : times(-1, u); // the open side of the C
    const arc = Array.from({ length: 31 }, (_, k) => radians(k * 6)).map((angle) => at(plus(times(ARC * Math.cos(angle), n), times(ARC * Math.sin(angle), hangs))));
    parts.push(text(centre[0], 8, caption, "caption"));
    parts.push(line("arc", arc));
    parts.push(polygon("beam", hull([focus, ...corners(DETECTOR - 20).map(([a, b]) => plus(plate, times(a, u), times(b, v)))])));
    parts.push(polygon("tube", hull(box(focus, TUBE, -130))));
    parts.push(polygon("receptor", hull(box(plate, DETECTOR, 90))));
    parts.push(...patient(panel, at));
    const reach = panel === 0 ? 31 : 58;
    letters.forEach((letter, end) => parts.push(text(centre[0] + (end ? reach : -reach), panel === 0 ? 88 : 106, letter, panel === 0 ? "letter" : "caption")));
  });
  svg.replaceChildren(...parts);
}

function patient(panel, at) {
  const [half, deep] = BODY;
  const turn = Array.from({ length: 48 }, (_, k) => radians(k * 7.5));
  const table = panel === 0 ? [[-260, -132, 0], [260, -132, 0]] : [[0, -132, -560], [0, -132, 560]];
  const body = panel === 0
    ? turn.map((a) => [half * Math.cos(a), deep * Math.sin(a), 0])
    : turn.map((a) => [0, deep * Math.sin(a), 330 * Math.sign(Math.cos(a)) * Math.sqrt(Math.abs(Math.cos(a))) - 60]);
  const shapes = [line("table", table.map(at)), polygon("body", body.map(at).map((point) => point.join()).join(" "))];
  if (panel === 1) shapes.push(polygon("body", turn.map((a) => at([0, 85 * Math.sin(a) - 20, 360 + 85 * Math.cos(a)]).join()).join(" ")));
  return shapes;
}

const corners = (half) => [[-half, -half], [half, -half], [half, half], [-half, half]];

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

const polygon = (kind, points) => element("polygon", { class: kind, points });
const line = (kind, points) => element("polyline", { class: kind, points: points.map((point) => point.join()).join(" ") });

function text(x, y, words, kind) {
  const made = element("text", { x, y, class: kind, "text-anchor": "middle", "dominant-baseline": "central" });
  made.textContent = words;
  return made;
}

// The points that enclose all, in order round them (Andrew's monotone chain).
function outline(points) {
  const ordered = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (row) => row.reduce((kept, point) => {
    while (kept.length > 1) {
      const [[ax, ay], [bx, by]] = kept.slice(-2);
      if ((bx - ax) * (point[1] - ay) > (by - ay) * (point[0] - ax)) break;
      kept.pop();
    }
    return [...kept, point];
  }, []);
  return [...half(ordered).slice(0, -1), ...half(ordered.reverse()).slice(0, -1)];
}
