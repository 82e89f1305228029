// The instructor's window: asks for the truth a few times a second while it is in sight, and shows it in the body and in words.

import { readMeshes } from "./mesh.js";
import { Solid } from "./solid.js";
import { truthLines, truthWords } from "./truth_lines.js";

const page = document.getElementById("instructor");
const part = (id) => document.getElementById(id);
const { at } = page.dataset;
const EVERY_MS = 600;
const SLOWLY_MS = 2500;

let [count, solid, plan, last] = [0, null, null, ""];

async function prepare() {
  const told = await fetch(`${at}/still.json`).then((answer) => answer.json());
  if (told.doing) {
    part("doing").textContent = `Preparing the picture: ${told.doing} …`;
    setTimeout(prepare, EVERY_MS);
    return;
  }
  if (told.never) {
    part("doing").textContent = told.never;
    return;
  }
  plan = told.plan;
  solid = new Solid(part("solid"), await readMeshes(`${at}/scene.bin`), told.side);
  solid.show(truthLines(null, plan, plan.target_mm));
  part("doing").textContent = "";
  page.dataset.ready = "yes";
  last = "";
}

async function look() {
  let wait = document.hidden ? SLOWLY_MS : EVERY_MS;
  try {
    const answer = await fetch(`${at}/now.json?after=${count}`);
    if (!answer.ok) throw new Error(answer.status);
    show(await answer.json());
  } catch {
    part("doing").textContent = "The server does not answer: trying again …";
    page.dataset.lost = "yes";
    wait = SLOWLY_MS;
  }
  setTimeout(look, wait);
}

function show(now) {
  if (page.dataset.lost) {
    delete page.dataset.lost;
    part("doing").textContent = "";
  }
  part("to-debrief").hidden = !now.ended;
  for (const moment of now.moments) part("feed").prepend(row("li", [["span", moment.clock], ["span", moment.words]]));
  count = now.count;
  const text = JSON.stringify([now.truth, now.near, now.then]);
  if (text === last) return;
  last = text;
  part("truth-words").textContent = now.truth ? truthWords(now.truth) : "Nothing has been done yet.";
  solid?.show(truthLines(now.truth, plan, plan?.target_mm));
  showNear(now.near);
  showVolumes(now.truth?.volumes_ml ?? {});
  showState(now.then);
}

function showNear(near) {
  const none = [row("tr", [["td", "no needle in the skin"], ["td", ""], ["td", ""]])];
  const rows = near.map((one) => {
    const made = row("tr", [["td", one.words], ["td", one.mm.toFixed(1)], ["td", one.found_by === "label" ? "its own label" : "bony landmarks"]]);
    made.children[1].className = "number";
    return made;
  });
  part("near").replaceChildren(...(rows.length ? rows : none));
}

function showVolumes(volumes) {
  const all = Object.entries(volumes).sort((a, b) => b[1] - a[1]);
  const total = all.reduce((sum, [, ml]) => sum + ml, 0);
  const rows = all.map(([place, ml]) => {
    const made = row("tr", [["td", place], ["td", ml.toFixed(2)], ["td", ""]]);
    made.children[1].className = "number";
    const bar = document.createElement("span");
    bar.className = "share";
    bar.style.width = `${Math.round((90 * ml) / total)}%`;
    made.children[2].append(bar, ` ${Math.round((100 * ml) / total)} %`);
    return made;
  });
  part("volumes").replaceChildren(...(rows.length ? rows : [row("tr", [["td", "nothing injected"], ["td", ""], ["td", ""]])]));
}

function showState(then) {
  if (!then) return;
  const facts = [
    ["C-arm", then.receptor || "not moved yet"], ["Depth", then.depth_mm === null ? "–" : `${then.depth_mm.toFixed(1)} mm`],
    ["Passes", `${then.passes}, redirections ${then.redirections}`], ["X-rays", `${then.presses} presses, ${then.fluoroscopy_s.toFixed(1)} s`],
    ["Patient", then.patient || "says nothing"], ["Gate", then.gate || "not asked yet"],
  ];
  part("then").replaceChildren(...facts.flatMap(([name, words]) => [...row("div", [["dt", name], ["dd", words]]).children]));
}

function row(name, cells) {
  const made = document.createElement(name);
  for (const [cell, words] of cells) {
    const one = document.createElement(cell);
    one.textContent = words;
    made.append(one);
  }
  return made;
}

look();
prepare();
