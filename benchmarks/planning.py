"""How long a look ahead takes: the view map and the ranked plans of one side of the bundled pelvis.

    python benchmarks/planning.py [--repeat 7]

Not counted: reading the CT, the joints, the body and its structures at risk, which are found once a patient, and the
compilation of the kernels, which is kept. Writes benchmarks/results/planning.json.
"""

import argparse
import json
import time
from pathlib import Path

from machine import machine

from sijoint.anatomy import body_of, bundled_pelvis, structures_at_risk
from sijoint.frames import Side, load_carm_model
from sijoint.guidance import JointThird, plan, view_map
from sijoint.model import Target

RESULT = Path(__file__).parent / "results" / "planning.json"
ASKED = (
    ("joint", Target.INTRA_ARTICULAR, JointThird.LOWER),
    ("joint, upper third", Target.INTRA_ARTICULAR, JointThird.UPPER),
    ("ligament", Target.LIGAMENT, JointThird.LOWER),
)


def milliseconds(work, repeat: int) -> dict[str, float]:
    """Least, middle and longest of several runs, after one that is not counted."""
    work()
    spent = []
    for _ in range(repeat):
        began = time.perf_counter()
        work()
        spent.append(1000 * (time.perf_counter() - began))
    spent.sort()
    return {"min_ms": round(spent[0], 1), "median_ms": round(spent[repeat // 2], 1), "max_ms": round(spent[-1], 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=7)
    repeat = parser.parse_args().repeat
    carm = load_carm_model()
    body = body_of(bundled_pelvis())
    result = {}
    for side in Side:
        structures_at_risk(body, side)
        best = plan(body, side, Target.INTRA_ARTICULAR, carm)[0]

        def both(side: Side = side) -> None:
            view_map(body, side, carm, plan=plan(body, side, Target.INTRA_ARTICULAR, carm)[0])

        rows = {"view map and plans of the joint": milliseconds(both, repeat)}
        rows["view map"] = milliseconds(lambda: view_map(body, side, carm, plan=best), repeat)  # noqa: B023
        for name, target, third in ASKED:
            rows[f"plans: {name}"] = milliseconds(lambda: plan(body, side, target, carm, third=third), repeat)  # noqa: B023
        result[side.value] = rows
    document = {"machine": machine(), "sides": result, "repeat": repeat}
    RESULT.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()
