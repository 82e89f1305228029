// The planner's page: reads the CT, the plans and the meshes, and joins cuts, view map, preview and 3-D picture.

import { readMeshes } from "../debrief/mesh.js";
import { Solid } from "../debrief/solid.js";
import { Cuts } from "./cuts.js";
import { showFreely } from "./free_look.js";
import { RoomLine } from "./room_line.js";
import { ViewMap } from "./view_map.js";
import { readVolume } from "./volume.js";

const page = document.getElementById("planner");
const { at, plan, room } = page.dataset;
const part = (id) => document.getElementById(id);
const line = new RoomLine(room);
let facts = null;

async function go(left, up) {
  part("go-left").value = left;
  part("go-up").value = up;
  map.mark(left, up);
  look(left, up);
  if (!line.channel || !facts) return;
  part("went").textContent = "Telling the room …";
  part("went").textContent = await line.move(left, up, facts.isocentre_mm);
}

function look(left, up) {
  const picture = part("preview");
  picture.classList.add("loading");
  const address = `${at}/view.png?left_deg=${left}&cephalad_deg=${up}&plan=${plan}`;
  const next = new Image();
  next.onload = () => {
    picture.src = next.src;
    picture.classList.remove("loading");
    const words = part("cell-words").textContent.split(":")[0];
    picture.alt = `Simulated image, receptor ${left} degrees to the patient's left and ${up} degrees cephalad`;
    part("preview-words").textContent = `Simulated: ${words[0].toLowerCase()}${words.slice(1)}`;
  };
  next.onerror = () => {
    picture.classList.remove("loading");
    part("went").textContent = "That view could not be shown: choose another.";
  };
  next.src = address;
}

const map = new ViewMap(page, go);
map.mark(Number(part("go-left").value), Number(part("go-up").value));
part("go").addEventListener("submit", (event) => {
  event.preventDefault();
  const [left, up] = [Number(part("go-left").value), Number(part("go-up").value)];
  part("cell-words").textContent = `Receptor ${left}° to the left, ${up}° cephalad`;
  go(left, up);
});
for (const button of page.querySelectorAll(".go-to")) {
  button.addEventListener("click", () => {
    const [left, up] = [Number(button.dataset.left), Number(button.dataset.up)];
    part("cell-words").textContent = button.parentElement.querySelector("strong").textContent;
    go(left, up);
  });
}

const WAYS = { chosen: [255, 255, 255], other: [120, 135, 145], target: [245, 189, 98] };

function lines() {
  const chosen = facts.plans[plan - 1];
  const others = facts.plans.filter((one) => one !== chosen).map((one) => ({ points: one.path_mm, colour: WAYS.other, radius: 0.5 }));
  return [...others, { points: chosen.path_mm, colour: WAYS.chosen, radius: 0.9 }, { points: [chosen.target_mm], colour: WAYS.target, radius: 2.2, dots: true }];
}

try {
  const [volume, told, meshes] = await Promise.all([
    readVolume(`${at}/ct.nii`),
    fetch(`${at}/plan.json?plan=${plan}`).then((answer) => answer.json()),
    readMeshes(`${at}/scene.bin`),
  ]);
  facts = told;
  new Cuts(page, volume, facts, plan - 1, meshes.find((mesh) => mesh.role === "cleft"));
  new Solid(part("solid"), meshes, facts.side).show(lines());
  part("free-look").addEventListener("click", () => showFreely(part, page.dataset.niivue, `${at}/ct.nii`, facts.plans[plan - 1]));
  page.dataset.ready = "yes";
} catch (why) {
  part("cuts-why").textContent = why.message;
  part("cuts-why").hidden = false;
}
