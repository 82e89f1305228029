"""Confusion and calibration of the arthrogram reading on rendered injections that it was not fitted to.

    python scripts/evaluate_arthrogram_reading.py --seeds out/held_seeds/*.jsonl --pelves out/held_pelves/*.jsonl --write

``--seeds``: other injections in pelves of the training, ``--pelves``: pelves never seen. Rows are those of arthrogram_cases.py;
the probabilities are recomputed from their features with the shipped weights. ``--write`` puts the tables into
docs/arthrogram-reading.md. Everything here is simulation.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from arthrogram_measures import (
    PATTERNS,
    Judged,
    accuracy,
    brier,
    brier_inside,
    confidence,
    ece,
    ece_inside,
    falsely_inside,
    feared_missed,
    found_inside,
    inside_confidence,
    interval,
    place_accuracy,
)
from numpy.typing import NDArray

from sijoint.guidance.arthrogram import reading_of
from sijoint.guidance.arthrogram_rule import load_arthrogram_rule
from sijoint.model import ContrastPattern

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/arthrogram-reading.md"
MARKS = ("<!-- tables written by scripts/evaluate_arthrogram_reading.py -->\n", "<!-- end of tables -->\n")
SHORT = dict(
    zip(
        PATTERNS,
        ("IA-I", "IA-II", "IA-leak", "peri", "ligam.", "muscle", "vascular", "foram.", "ventral", "mixed", "none"),
        strict=True,
    )
)
BINS = np.array([0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0])


def read_rows(paths: Sequence[Path]) -> list[dict]:
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]


def judged(rows: Sequence[dict]) -> Judged:
    rule = load_arthrogram_rule()
    readings = [reading_of(row["features"], rule) for row in rows]
    return Judged(
        np.array([PATTERNS.index(row["label"]) for row in rows]),
        np.array([PATTERNS.index(one.pattern.name.lower()) for one in readings]),
        np.array(
            [[one.probabilities.get(ContrastPattern[name.upper()], 0.0) for name in PATTERNS] for one in readings]
        ),
        np.array([row["pelvis"] for row in rows]),
    )


MEASURES: tuple[tuple[str, Callable[[Judged], float], str], ...] = (
    ("pattern right (11)", accuracy, "{:.0%}"),
    ("right, intra-articular as one", place_accuracy, "{:.0%}"),
    ("intra-articular found", found_inside, "{:.0%}"),
    ("called intra-articular wrongly", falsely_inside, "{:.1%}"),
    ("vessel, foramen or ventral leak missed", feared_missed, "{:.1%}"),
    ("Brier score, 11 patterns", brier, "{:.3f}"),
    ("calibration error, likeliest pattern", ece, "{:.3f}"),
    ("Brier score, in the joint or not", brier_inside, "{:.3f}"),
    ("calibration error, in the joint or not", ece_inside, "{:.3f}"),
)


def measures_table(sets: dict[str, Judged]) -> list[str]:
    lines = ["| measure | " + " | ".join(f"{name} (n = {len(one.truth)})" for name, one in sets.items()) + " |"]
    lines.append("|" + "---|" * (len(sets) + 1))
    for name, measure, form in MEASURES:
        cells = []
        for one in sets.values():
            low, high = interval(one, measure)
            cells.append(f"{form.format(measure(one))} ({form.format(low)} to {form.format(high)})")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def confusion_table(one: Judged) -> list[str]:
    lines = [
        "| true \\ read | " + " | ".join(SHORT[name] for name in PATTERNS) + " | n |",
        "|" + "---|" * (len(PATTERNS) + 2),
    ]
    for k, name in enumerate(PATTERNS):
        row = one.truth == k
        if row.any():
            counts = [int((one.read[row] == n).sum()) for n in range(len(PATTERNS))]
            lines.append(
                f"| {SHORT[name]} | " + " | ".join(str(count or "·") for count in counts) + f" | {row.sum()} |"
            )
    return lines


def reliability_table(one: Judged) -> list[str]:
    lines = [
        "| probability said | likeliest pattern: n, said, came true | in the joint: n, said, came true |",
        "|---|---|---|",
    ]
    said = [confidence(one), inside_confidence(one)]
    for low, high in pairwise(BINS):
        cells = []
        for chance, came in said:
            keep = (chance >= low) & ((chance < high) | (high == 1.0))
            cells.append(f"{keep.sum()}, {chance[keep].mean():.2f}, {came[keep].mean():.2f}" if keep.any() else "0")
        lines.append(f"| {low:.2f}-{high:.2f} | " + " | ".join(cells) + " |")
    return lines


def groups(rows: Sequence[dict]) -> dict[str, dict[str, NDArray[np.bool_]]]:
    """Which rows belong to which group, by what may matter."""

    def by(value: Callable[[dict], float], edges: Sequence[float], unit: str) -> dict[str, NDArray[np.bool_]]:
        values = np.array([value(row) for row in rows])
        named = {}
        for low, high in pairwise([-np.inf, *edges, np.inf]):
            name = (
                f"below {high:g} {unit}"
                if low == -np.inf
                else f"{low:g} {unit} and more"
                if high == np.inf
                else f"{low:g}-{high:g} {unit}"
            )
            named[name.strip()] = (values >= low) & (values < high)
        return named

    def known(name: str) -> Callable[[dict], float]:
        return lambda row: float(row.get(name, np.nan))

    sexes = sorted({row["sex"] for row in rows if "sex" in row})
    return {
        "tube voltage": by(lambda row: row["kvp"], (75, 90), "kVp"),
        "dose": by(lambda row: row["setting"]["dose"], (0.6, 1.0), "of usual"),
        "patient moved": by(lambda row: row["setting"]["moved_mm"], (0.01, 1.0), "mm"),
        "breathing": {
            "held": np.array([not row["setting"]["breathing"] for row in rows]),
            "seen": np.array([row["setting"]["breathing"] for row in rows]),
        },
        "registration wrong by": by(lambda row: row["shift_mm"] + row["turn_deg"], (1.0, 2.5), "mm + deg"),
        "volume": by(lambda row: row["setting"]["volume_ml"], (0.45, 0.65), "mL"),
        "body mass index": by(known("bmi"), (25, 31), ""),
        "age": by(known("age_years"), (40, 60), "years"),
        "sex": {name: np.array([row.get("sex") == name for row in rows]) for name in sexes},
        "side": {name: np.array([row["side"] == name for row in rows]) for name in ("left", "right")},
    }


def groups_table(rows: Sequence[dict], one: Judged) -> list[str]:
    lines = [
        "| group | n | right, IA as one | IA found | called IA wrongly | feared missed | calibration error (likeliest) |",
        "|---|---|---|---|---|---|---|",
    ]
    for about, named in groups(rows).items():
        for name, keep in named.items():
            if keep.sum() < 20:
                continue
            part = one.where(keep)
            low, high = interval(part, place_accuracy)
            lines.append(
                f"| {about}: {name} | {keep.sum()} | {place_accuracy(part):.0%} ({low:.0%} to {high:.0%}) | {found_inside(part):.0%} | "
                f"{falsely_inside(part):.1%} | {feared_missed(part):.1%} | {ece(part):.3f} |"
            )
    return lines


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seeds", type=Path, nargs="+", default=[])
    options.add_argument("--pelves", type=Path, nargs="+", required=True)
    options.add_argument("--write", action="store_true")
    asked = options.parse_args()
    sets = {"held-out seeds": read_rows(asked.seeds), "held-out pelves": read_rows(asked.pelves)}
    refused = {name: sum("features" not in row for row in rows) for name, rows in sets.items()}
    sets = {name: [row for row in rows if "features" in row] for name, rows in sets.items() if rows}
    judgements = {name: judged(rows) for name, rows in sets.items()}
    rows, one = sets["held-out pelves"], judgements["held-out pelves"]
    lines = [
        "All figures: simulation. Intervals: 95 %, by drawing whole pelves with replacement (single readings of fewer than five pelves). "
        + "; ".join(
            f"{name}: {len(set(j.pelvis))} pelves, {refused[name]} readings refused" for name, j in judgements.items()
        )
        + ".",
        "",
        *measures_table(judgements),
        "",
        "Confusion on held-out pelves (counts):",
        "",
        *confusion_table(one),
        "",
        "Reliability on held-out pelves:",
        "",
        *reliability_table(one),
        "",
        "Groups, on held-out pelves:",
        "",
        *groups_table(rows, one),
    ]
    text = "\n".join(lines) + "\n"
    print(text)
    if asked.write:
        head, rest = PAGE.read_text(encoding="utf-8").split(MARKS[0])
        PAGE.write_text(head + MARKS[0] + "\n" + text + "\n" + MARKS[1] + rest.split(MARKS[1])[1], encoding="utf-8")


if __name__ == "__main__":
    main()
