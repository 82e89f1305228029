// The CT as a volume, by NiiVue, for machines with WebGL 2. Everything that it shows stands in the cuts too.

const RAS = ([x, y, z]) => [-x, -y, z];

export async function showFreely(part, library, ct, plan) {
  const words = part("free-words");
  part("free-volume").hidden = false;
  if (!document.createElement("canvas").getContext("webgl2")) {
    words.textContent = "This browser has no WebGL 2: use the cuts above, which need none.";
    part("free-canvas").hidden = true;
    return;
  }
  words.textContent = "Loading …";
  try {
    await loaded(library);
    const view = new window.niivue.Niivue({ backColor: [0.04, 0.06, 0.07, 1], isResizeCanvas: true, logLevel: "error" });
    await view.attachToCanvas(part("free-canvas"));
    await view.loadVolumes([{ url: new URL(ct, location.href).href, name: "ct.nii", cal_min: 120, cal_max: 900, colormap: "ct_bones" }]);
    view.setSliceType(view.sliceTypeRender);
    view.volScaleMultiplier = 1.9;
    view.setRenderAzimuthElevation(plan.entry_mm[0] > 0 ? 25 : -25, 12);
    view.loadConnectome(asTube(plan));
    words.textContent = "Drag to turn, scroll to zoom. The white line is the planned needle.";
  } catch {
    words.textContent = "The volume could not be shown on this machine: use the cuts above.";
  }
}

function asTube(plan) {
  const outside = plan.entry_mm.map((mm, n) => mm - 50 * plan.direction_at_skin[n]); // the shaft that stays outside the skin
  const ends = [outside, ...plan.path_mm.filter((_, n, all) => n % 6 === 0 || n === all.length - 1)].map(RAS);
  return {
    name: "plan", nodeColormap: "gray", edgeColormap: "gray", nodeMinColor: 0, nodeMaxColor: 1, nodeScale: 1.5, edgeMin: 0.1, edgeMax: 1, edgeScale: 1,
    nodes: ends.map(([x, y, z]) => ({ name: "", x, y, z, colorValue: 1, sizeValue: 1 })),
    edges: ends.slice(1).map((_, n) => ({ first: n, second: n + 1, colorValue: 1 })),
  };
}

function loaded(address) {
  if (window.niivue) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
}
