"""How long one step of flow in the joint takes: a fifteenth of a second at 0.05 mL/s on the bundled pelvis.

Aim: 5 ms in the median and 20 ms at 99 % at a pitch of 1 mm. One process, one thread; on a busy machine start it with
``chrt -f 50 python benchmarks/flow.py``. Writes benchmarks/results/flow.json.
"""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from machine import machine

from sijoint.anatomy import Chart, Joint, bundled_pelvis, extract_joint
from sijoint.formulary import agent
from sijoint.frames import Side
from sijoint.injectate import Fluid, draw_capacity_ml
from sijoint.injectate.flow_rules import flow_rules
from sijoint.injectate.joint_causes import draw_paths
from sijoint.injectate.joint_fluid import JointFluid

RATE_ML_S, STEPS_PER_S = 0.05, 15
RESULT = Path(__file__).parent / "results" / "flow.json"


def filled(joint: Joint, seed: int, volume_ml: float, rate_ml_s: float) -> dict[str, Any]:
    """Time of each step, and how well the volume is kept, for one drawn joint."""
    rng = np.random.default_rng(seed)
    fluid = JointFluid(joint, draw_capacity_ml(rng), draw_paths(rng, joint), flow_rules(), rng)
    contrast = Fluid("contrast", agent("iohexol_240").viscosity_mpa_s)
    fluid.enter_at(joint.inferior_recess_mm)
    took, overfill, fullest, outside, given = [], 0.0, 0.0, 0.0, 0.0
    while given < volume_ml:
        start = time.perf_counter()
        outs = list(fluid.take(contrast, rate_ml_s / STEPS_PER_S, rate_ml_s))
        took.append(time.perf_counter() - start)
        given += rate_ml_s / STEPS_PER_S
        outside += sum(sum(out.fluids_ml.values()) for out in outs)
        overfill, fullest = max(overfill, fluid.overfill_ml()), max(fullest, fluid.fullest_share())
    return {
        "ms": [1000 * one for one in took],
        "balance_ml": abs(given - outside - fluid.volume_ml),
        "overfill_ml": overfill,
        "fullest_share": fullest,
        "cells": len(fluid.sheet.full_ml),
    }


def summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    ms = np.concatenate([run["ms"] for run in runs])
    return {
        "joints": len(runs),
        "cells": [run["cells"] for run in runs],
        "steps": len(ms),
        "median_ms": round(float(np.median(ms)), 2),
        "p95_ms": round(float(np.percentile(ms, 95)), 2),
        "p99_ms": round(float(np.percentile(ms, 99)), 2),
        "max_ms": round(float(ms.max()), 2),
        "worst_balance_ml": max(run["balance_ml"] for run in runs),
        "worst_overfill_ml": max(run["overfill_ml"] for run in runs),
        "fullest_share": round(max(run["fullest_share"] for run in runs), 4),
    }


def at_half_pitch(joint: Joint) -> Joint:
    """The same joint with cells half as long."""
    chart, away = joint.chart, -0.25 * joint.chart.pitch_mm
    places = (away + np.arange(2 * n) * chart.pitch_mm / 2 for n in joint.synovial.shape)
    a, b = np.meshgrid(*places, indexing="ij")
    height = chart.sample(chart.height_mm, a, b)
    origin = chart.origin_mm + away * (chart.axis_a + chart.axis_b)
    fine = Chart(origin, chart.axis_a, chart.axis_b, chart.normal, chart.pitch_mm / 2, height)
    block = np.ones((2, 2))
    synovial = np.kron(joint.synovial, block).astype(bool)
    return replace(joint, chart=fine, synovial=synovial, width_mm=np.kron(joint.width_mm, block))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--volume-ml", type=float, default=2.0)
    options.add_argument("--no-half", action="store_true", help="leave out the grid of half the pitch")
    asked = options.parse_args()
    patient = bundled_pelvis()
    both = [extract_joint(patient, side) for side in Side]
    filled(both[0], 1, 0.02, RATE_ML_S)  # compiles
    seeds = range(1, asked.seeds + 1)
    document = {
        "machine": machine(),
        "aim": {"median_ms": 5, "p99_ms": 20, "balance_ml": 1e-9, "overfill_ml": 0.002, "fullest_share": 1.05},
        "step": {"rate_ml_s": RATE_ML_S, "seconds": 1 / STEPS_PER_S, "volume_ml": asked.volume_ml},
        "pitch_1_mm": summary([filled(joint, seed, asked.volume_ml, RATE_ML_S) for joint in both for seed in seeds]),
        "fast_push_0.3_ml_s": summary([filled(both[0], seed, asked.volume_ml, 0.3) for seed in seeds]),
    }
    if not asked.no_half:
        document["pitch_0.5_mm"] = summary([filled(at_half_pitch(both[0]), 1, 1.0, RATE_ML_S)])
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()
