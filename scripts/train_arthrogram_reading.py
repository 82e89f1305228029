"""Fit the weights of the arthrogram reading to rendered injections and write them into ``guidance/arthrogram.toml``.

    python scripts/train_arthrogram_reading.py out/arthrograms/*.jsonl

Multinomial logistic regression with a quadratic penalty on standardised features, each cut to its usual range; the rows come
from arthrogram_cases.py. Penalty and cut are those with the least loss on pelves left out in turn, so that no pelvis judges its
own weights.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parents[1]
RULE = ROOT / "src/sijoint/guidance/arthrogram.toml"
MARK = "# --- weights below are written by scripts/train_arthrogram_reading.py ---\n"
PENALTIES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2)
TAILS_PERCENT = (
    1.0,
    2.0,
    5.0,
    10.0,
)  # of the readings on either side of what is usual: a few wild values of a feature decide nothing
FOLDS = 5
# What follows from other features, or goes with the volume and not with the place.
LEFT_OUT = ("views", "foramen", "ventral", "width", "length")


def read_rows(paths: list[Path]) -> list[dict]:
    rows = [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if "features" in row]


def matrix(rows: list[dict], names: tuple[str, ...]) -> NDArray:
    return np.array([[row["features"][name] for name in names] for row in rows])


def fitted(x: NDArray, truth: NDArray, classes: int, penalty: float) -> tuple[NDArray, NDArray]:
    """Weights (features, classes) and bias (classes,) on the raw features; every reading counts the same."""
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-6
    standard = np.column_stack([(x - mean) / scale, np.ones(len(x))])
    shape = (standard.shape[1], classes)
    each = np.arange(len(truth))

    def loss(flat: NDArray) -> tuple[float, NDArray]:
        weights = flat.reshape(shape)
        chance = softmax(standard @ weights)
        value = -np.log(chance[each, truth] + 1e-12).mean() + penalty * (weights[:-1] ** 2).sum()
        chance[each, truth] -= 1
        slope = standard.T @ chance / len(truth)
        slope[:-1] += 2 * penalty * weights[:-1]
        return value, slope.ravel()

    found = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 2000})
    weights = found.x.reshape(shape)
    raw = weights[:-1] / scale[:, None]
    return raw, weights[-1] - mean @ raw


def softmax(scores: NDArray) -> NDArray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def left_out_loss(x: NDArray, truth: NDArray, pelvis: NDArray, classes: int, penalty: float) -> float:
    """Mean log loss of pelves that were left out of the fit, a fifth of them at a time."""
    losses = []
    names = sorted(set(pelvis))
    for fold in range(FOLDS):
        out = np.isin(pelvis, names[fold::FOLDS])
        if not out.any() or out.all():
            continue
        weights, bias = fitted(x[~out], truth[~out], classes, penalty)
        chance = softmax(x[out] @ weights + bias)
        losses.append(-np.log(chance[np.arange(out.sum()), truth[out]] + 1e-12))
    return float(np.concatenate(losses).mean())


def usual_range(x: NDArray, percent: float) -> NDArray:
    """Low and high end (2, features) of what is usual."""
    return np.percentile(x, [percent, 100 - percent], axis=0)


def write(
    usual: NDArray, weights: NDArray, bias: NDArray, classes: list[str], names: tuple[str, ...], made_by: str
) -> None:
    head = RULE.read_text(encoding="utf-8").split(MARK)[0]
    head = "\n".join(
        f"made_by = {json.dumps(made_by)}" if line.startswith("made_by =") else line for line in head.split("\n")
    )
    blocks = [
        f"[scores.{name}]\nbias = {bias[n]:.3f}\n"
        + "".join(f"{key} = {weights[k, n]:.3f}\n" for k, key in enumerate(names))
        for n, name in enumerate(classes)
    ]
    ranges = [f"{name} = [{low:.3f}, {high:.3f}]\n" for name, low, high in zip(names, *usual, strict=True)]
    RULE.write_text(head + MARK + "[usual]\n" + "".join(ranges) + "".join(blocks), encoding="utf-8")


def told_seeds(rows: list[dict]) -> str:
    library = sorted(int(pelvis) for pelvis in {row["pelvis"] for row in rows} - {"bundled"})
    said = ["the bundled pelvis"] if any(row["pelvis"] == "bundled" for row in rows) else []
    said += [f"{len(library)} library pelves ({library[0]}..{library[-1]})"] if library else []
    seeds = sorted({row["seed"] for row in rows})
    return " and ".join(said) + f", case seeds {seeds[0]}..{seeds[-1]}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("rows", type=Path, nargs="+")
    asked = options.parse_args()
    rows = read_rows(asked.rows)
    names = tuple(name for name in rows[0]["features"] if name not in LEFT_OUT)
    classes = sorted({row["label"] for row in rows})
    x, truth = matrix(rows, names), np.array([classes.index(row["label"]) for row in rows])
    pelvis = np.array([row["pelvis"] for row in rows])
    if len(set(pelvis)) < 2:
        options.error("the penalty is chosen on pelves left out in turn: give rows of two pelves or more")
    ranges = {percent: usual_range(x, percent) for percent in TAILS_PERCENT}
    losses = {
        (percent, penalty): left_out_loss(np.clip(x, *ranges[percent]), truth, pelvis, len(classes), penalty)
        for percent in TAILS_PERCENT
        for penalty in PENALTIES
    }
    percent, penalty = min(losses, key=lambda one: losses[one])
    weights, bias = fitted(np.clip(x, *ranges[percent]), truth, len(classes), penalty)
    made_by = (
        f"scripts/train_arthrogram_reading.py: multinomial logistic regression, features cut at {percent:g} and {100 - percent:g} %, "
        f"penalty {penalty:g}, both by pelves left out, {len(rows)} readings of scripts/arthrogram_cases.py in {told_seeds(rows)}, "
        "geometry wrong by up to 2 mm and 2 degrees"
    )
    write(ranges[percent], weights, bias, classes, names, made_by)
    for (tail, one), loss in losses.items():
        print(f"cut at {tail:g} %, penalty {one:g}: loss {loss:.3f} on pelves left out")
    print(made_by)


if __name__ == "__main__":
    main()
