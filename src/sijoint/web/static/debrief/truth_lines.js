// What the simulator knows at a moment, as lines for the picture in three dimensions and as a sentence.

const NEEDLE = [255, 255, 255];
const PLAN = [245, 189, 98];
const CONTRAST = [192, 132, 252];

export function truthLines(truth, plan, target) {
  const lines = [];
  if (plan) lines.push({ points: plan.path_mm, colour: PLAN, radius: 0.45 });
  if (target) lines.push({ points: [target], colour: PLAN, radius: 2, dots: true });
  if (truth?.contrast_mm?.length) lines.push({ points: truth.contrast_mm, colour: CONTRAST, radius: 0.9, dots: true });
  if (truth?.needle_mm?.length > 1) lines.push({ points: truth.needle_mm, colour: NEEDLE, radius: 0.8 });
  return lines;
}

export function truthWords(truth) {
  if (!truth) return "Nothing is known of the truth at this moment.";
  const volumes = Object.entries(truth.volumes_ml ?? {}).filter(([, ml]) => ml >= 0.005);
  const fluid = volumes.length ? `Fluid: ${volumes.map(([place, ml]) => `${ml.toFixed(2)} mL ${place}`).join(", ")}.` : "No fluid yet.";
  if (!truth.tip_mm) return `No needle in the skin. ${fluid}`;
  const where = truth.tip_in_cleft ? "in the cleft" : `outside the cleft, in ${truth.tip_tissue}`;
  return `Tip ${where}, ${truth.to_target_mm.toFixed(1)} mm from the target. ${fluid}`;
}
