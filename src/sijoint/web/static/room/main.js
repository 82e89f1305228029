// The room's page: finds its parts, hands each what it needs, and passes on what the line brings.

import { driveFromOtherPages } from "./drive.js";
import { Ending, Sheets } from "./sheets.js";
import { Field } from "./field.js";
import { Gantry } from "./gantry.js";
import { Gate } from "./gate.js";
import { Images } from "./images.js";
import { Keys } from "./keys.js";
import { Needle } from "./needle.js";
import { Overlay } from "./overlay.js";
import { Patient } from "./patient.js";
import { Pedal } from "./pedal.js";
import { Physics } from "./physics.js";
import { Readouts } from "./readouts.js";
import { Screen } from "./screen.js";
import { Sound } from "./sound.js";
import { Syringes } from "./syringes.js";
import { showTabs } from "./tabs.js";
import { Twin } from "./twin.js";
import { Wire } from "./wire.js";

const part = (id) => document.getElementById(id);
const all = (selector) => [...document.querySelectorAll(selector)];
const page = part("console");
const facts = JSON.parse(page.dataset.facts);

const address = new URL(page.dataset.live, location.href);
address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
const wire = new Wire(address);

const sound = new Sound(part("sound"));
const readouts = new Readouts(part, facts);
const screen = new Screen(part("frame"), part("live"), (picture) => {
  wire.drawn(picture.sequence);
  readouts.drawn(picture);
});
const overlay = new Overlay(part("overlay"), screen);
const purpose = () => part("purpose").value;
const pedal = new Pedal(wire, part("pedal"), page, purpose);
const distances = { sourceIsocentreMm: facts.source_isocentre_mm, sourceDetectorMm: facts.source_detector_mm };

const gantry = new Gantry(wire, {
  pad: part("pad"), actual: part("pad-actual"), wanted: part("pad-wanted"), picture: part("receptor-picture"),
  words: part("receptor-words"), raw: part("receptor-raw"), warnings: part("receptor-warnings"), step: part("receptor-step"),
  form: part("receptor-form"), left: part("receptor-left"), cephalad: part("receptor-cephalad"), centre: part("centre-words"),
  arrows: all("#receptor-arrows button"), views: all("#receptor-views button[data-left]"),
  table: all("#table-arrows button"), tableStep: part("table-step"), centreHere: part("centre-here"), planned: part("planned-view"), toJoint: part("to-joint"),
}, distances, overlay);

const field = new Field(wire, {
  overlay: part("overlay"), width: part("field-width"), height: part("field-height"),
  widthNumber: part("field-width-mm"), heightNumber: part("field-height-mm"), open: part("field-open"),
}, facts.half_field_mm);

const needle = new Needle(wire, {
  panel: part("needle"), codes: part("needle-code"), choose: part("needle-choose"), name: part("needle-name"),
  mark: part("mark-skin"), unmark: part("unmark-skin"), marked: part("marked"), insert: part("insert"),
  downBeam: part("down-beam"), insertLeft: part("insert-left"), insertCephalad: part("insert-cephalad"),
  forward: part("forward"), back: part("back"), out: part("needle-out"), steps: part("needle-steps"), own: part("own-step"), ownStep: part("own-step-chosen"),
  depth: part("depth"), length: part("needle-length"), counts: part("needle-counts"), felt: part("felt"),
  force: part("force"), resistance: part("resistance"), resistanceWords: part("resistance-words"), turns: all("#tip-arrows button"), turnStep: part("turn-step"), turnWhile: part("turn-while"),
  endOn: part("end-on"), aim: part("aim-form"), aimLeft: part("aim-left"), aimCephalad: part("aim-cephalad"), aimWords: part("aim-words"),
  clock: { hours: part("bevel-hours"), hand: part("bevel-hand"), minus: part("bevel-minus"), plus: part("bevel-plus"), field: part("bevel-hour"), words: part("bevel-words") },
  sourceIsocentreMm: facts.source_isocentre_mm,
}, overlay, sound);

const syringe = (use) => ({
  form: part(`${use}-form`), name: part(`${use}-name`), left: part(`${use}-left`), bar: part(`${use}-bar`), volume: part(`${use}-volume`),
  rate: part(`${use}-rate`), watch: part(`${use}-watch`), button: part(`${use}-inject`), why: part(`${use}-why`),
});
const syringes = new Syringes(wire, {
  panel: part("syringes"), letGo: part("let-go"), gauge: part("gauge"), pressure: part("pressure"), pressureOf: part("pressure-of"),
  rows: { skin: syringe("skin"), contrast: syringe("contrast"), drug: syringe("drug") },
});
const gate = new Gate(wire, {
  list: part("gate-list"), answer: part("gate-answer"), open: part("judge"), sheet: part("judging"), form: part("judge-form"), leave: part("judge-leave"),
});
const patient = new Patient(part("patient-words"), part("patient-nrs"));
const physics = new Physics(wire, part("physics"));
const twin = new Twin(wire, { table: part("twin-table"), log: part("twin-log"), voice: part("voice"), last: part("last-word") });
const images = new Images({
  copy: part("copy"), choose: part("reference-choice"), save: part("save"), canvas: part("reference"), words: part("reference-words"),
  panel: part("reference-panel"), swap: part("reference-swap"),
}, screen, page.dataset.image, (words) => twin.tell(words));
const sheets = new Sheets(all("[popover]"));
const ending = new Ending(wire, { form: part("end-form"), why: part("end-why"), ask: part("end"), sheet: part("end-sheet"), ended: part("ended-sheet"), doc: page });

wire.on("picture", (picture) => {
  if (picture.width !== screen.size.width || picture.height !== screen.size.height) overlay.resize(picture);
  screen.show(picture);
});
wire.on("line", (line) => readouts.line(line));
wire.on("refused", () => gantry.refused());
wire.on("state", (state) => {
  for (const one of [readouts, gantry, field, needle, syringes, gate, patient, physics, images, ending]) one.take(state);
  sound.xrays(state.phase === "pressing");
});

part("single").addEventListener("click", () => wire.command("pulse", { pulses: facts.single_image_pulses, purpose: purpose() }));
part("purpose").addEventListener("change", () => (readouts.purposeChosen = true));

const shift = (left, cephalad) => () => gantry.nudge(left, cephalad);
const hours = (by) => () => needle.bevel.turn(by * 30);
new Keys({
  press: () => pedal.press(),
  lift: () => pedal.lift(),
  keys: {
    ArrowLeft: shift(1, 0), ArrowRight: shift(-1, 0), ArrowUp: shift(0, 1), ArrowDown: shift(0, -1),
    ".": () => needle.along("advance"), ",": () => needle.along("withdraw"), "[": hours(-1), "]": hours(1),
    1: () => needle.step("1"), 2: () => needle.step("2"), 5: () => needle.step("5"),
    m: () => part("mark-skin").click(), c: () => images.copy(), s: () => images.save(), x: () => part("single").click(),
    j: () => part("judge").click(), l: () => syringes.letGo(), escape: () => syringes.letGo(),
    t: () => sheets.toggle("twin"), a: () => sheets.toggle("advanced"), u: () => part("sound").click(), "?": () => sheets.toggle("help"),
  },
}, { enabled: part("keys-enabled") });

driveFromOtherPages(page.dataset.room, gantry);
showTabs(part("tabs"), page);
wire.open();
