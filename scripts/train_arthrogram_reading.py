"""Fit the weights of the arthrogram reading to rendered arthrograms and write them into ``guidance/arthrogram.toml``.

    python scripts/train_arthrogram_reading.py --seeds 12

Multinomial logistic regression with a quadratic penalty on standardised features; the cases come from the generator of the
tests (tests/guidance/rendered_arthrograms.py), each once as it is and once misregistered by up to 2 mm and 2°. Seeds from
1000 on are kept for testing and never used here.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parents[1]
RULE = ROOT / "src/sijoint/guidance/arthrogram.toml"
MARK = "# --- weights below are written by scripts/train_arthrogram_reading.py ---\n"
CLASSES = (
    "intra_articular",
    "ligament",
    "periarticular",
    "muscle",
    "vascular",
    "mixed_with_vascular",
    "foraminal",
    "ventral_leak",
)
# Contrast at the rim soaks the same ligaments: in doubt the reading says ligament, which an intra-articular target refuses too.
WEIGHT = {"periarticular": 0.4}
# size goes with the volume, not with the place; a leak counts fully from a small share on
LEFT_OUT = ("spread", "width", "length", "cephalad", "foramen", "ventral")


def gathered(first: int, count: int) -> list[dict]:
    """Features and labels of rendered cases, ready for JSON."""
    sys.path.insert(0, str(ROOT / "tests/guidance"))
    from rendered_arthrograms import KINDS, NoSuchCase, make_case, misregistered, world

    from sijoint.frames import Side
    from sijoint.guidance.arthrogram_rule import load_arthrogram_rule
    from sijoint.guidance.contrast_features import contrast_evidence

    rows, rule = [], load_arthrogram_rule()
    for seed in range(first, first + count):
        for kind in KINDS:
            for side in Side:
                rng = np.random.default_rng([seed, 99])
                volume, strength = float(rng.choice([0.3, 0.5, 0.7])), float(rng.choice([180.0, 240.0]))
                try:
                    case = make_case(kind, side, seed, volume_ml=volume, strength=strength)
                except NoSuchCase:
                    continue
                for moved in (0, 1):
                    runs = misregistered(case.runs, rng, 2 * rng.random(), 2 * rng.random()) if moved else case.runs
                    evidence = contrast_evidence(runs, world().body, side, case.believed_tip_mm, rule)
                    rows.append(
                        {
                            "kind": kind,
                            "side": side.value,
                            "seed": seed,
                            "label": case.label,
                            "moved": moved,
                            "vol": {where.value: ml for where, ml in case.volumes.items()},
                            "f": evidence.values,
                        }
                    )
    return rows


def fitted(rows: list[dict], names: tuple[str, ...], penalty: float) -> dict[str, dict[str, float]]:
    """Weights by class on the raw features, classes weighted equally."""
    features = np.array([[row["f"][name] for name in names] for row in rows])
    truth = np.array([CLASSES.index(row["label"]) for row in rows])
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    x = np.column_stack([(features - mean) / scale, np.ones(len(rows))])
    share = (
        np.array([WEIGHT.get(row["label"], 1.0) for row in rows]) / np.bincount(truth, minlength=len(CLASSES))[truth]
    )
    share /= share.sum()
    shape = (x.shape[1], len(CLASSES))

    def loss(flat: NDArray) -> tuple[float, NDArray]:
        weights = flat.reshape(shape)
        scores = x @ weights
        scores -= scores.max(axis=1, keepdims=True)
        chance = np.exp(scores)
        chance /= chance.sum(axis=1, keepdims=True)
        value = -(share * np.log(chance[np.arange(len(truth)), truth] + 1e-12)).sum() + penalty * (flat**2).sum()
        chance[np.arange(len(truth)), truth] -= 1
        return value, (x.T @ (chance * share[:, None])).ravel() + 2 * penalty * flat

    weights = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B").x.reshape(shape)
    raw = weights[:-1] / scale[:, None]
    bias = weights[-1] - mean @ raw
    return {
        name: {"bias": round(float(bias[n]), 2)}
        | {feature: round(float(raw[k, n]), 2) for k, feature in enumerate(names)}
        for n, name in enumerate(CLASSES)
    }


def write(scores: dict[str, dict[str, float]], made_by: str) -> None:
    head = RULE.read_text(encoding="utf-8").split(MARK)[0]
    lines = [f"made_by = {json.dumps(made_by)}\n"] if "made_by =" not in head else []
    head = "\n".join(
        f"made_by = {json.dumps(made_by)}" if line.startswith("made_by =") else line for line in head.split("\n")
    )
    for name, weights in scores.items():
        lines.append(f"[scores.{name}]\n" + "".join(f"{feature} = {value}\n" for feature, value in weights.items()))
    RULE.write_text(head + MARK + "".join(lines), encoding="utf-8")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seeds", type=int, default=12)
    options.add_argument("--penalty", type=float, default=0.0005)
    options.add_argument(
        "--rows", type=Path, help="features gathered before (JSON); gathered and written here when absent"
    )
    asked = options.parse_args()
    from sijoint.guidance.contrast_features import FEATURES

    if asked.rows and asked.rows.exists():
        rows = json.loads(asked.rows.read_text(encoding="utf-8"))
    else:
        rows = gathered(0, asked.seeds)
        if asked.rows:
            asked.rows.write_text(json.dumps(rows), encoding="utf-8")
    names = tuple(name for name in FEATURES if name not in LEFT_OUT)
    scores = fitted(rows, names, asked.penalty)
    seeds = sorted({row["seed"] for row in rows})
    write(
        scores,
        f"multinomial logistic regression, penalty {asked.penalty}, {len(rows)} readings of rendered injections on the bundled "
        f"pelvis, seeds {seeds[0]}..{seeds[-1]}, both sides, 0.3-0.7 mL, half of them misregistered by up to 2 mm and 2 degrees",
    )
    print(f"{len(rows)} readings; weights written to {RULE.name}")


if __name__ == "__main__":
    main()
