"""Write docs/scenarios.md from the scenario table and from what `sij scenarios --seeds N --workers 2 --json` printed.

sij scenarios --seeds 24 --workers 2 --json > shares.json
python scripts/make_scenarios_page.py shares.json > docs/scenarios.md
"""

import json
import sys
from pathlib import Path

from sijoint.cohort import scenarios

INTRODUCTION = """# Scenarios

A scenario of `src/sijoint/cohort/scenarios.toml` sets **causes only**: where the pain comes from, how a body answers to placebo
and steroid, the operator's first aim error, a plane that gives too early, a vein, a leak that opens above a volume, target,
recipe, policy, answers, and the side that each document states. What follows is found out by physics and rules. The
table also states what should follow; that is compared after the run and read by nothing else, and no code knows a
scenario's name.

    sij demo --scenario NAME
    sij scenarios --seeds 50 --workers 2      # part of `make deep`

The contrast is judged by a virtual operator, from the frames alone, and it may be wrong; the run goes on from there. So the
share of seeds that end as expected is a measurement, not a promise of 100 %.
"""


def main() -> None:
    found = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    print(INTRODUCTION)
    print("| scenario | shows | as expected, left side, 256² frames | otherwise |\n|---|---|---|---|")
    for name, one in scenarios().items():
        result = found[name]
        good = round(result["share"] * result["seeds"])
        others: dict[str, list[int]] = {}
        for seed, differences in result["not_as_expected"]:
            others.setdefault(differences[0], []).append(seed)
        told = "; ".join(f"{what} (seed {', '.join(map(str, seeds))})" for what, seeds in others.items())
        print(f"| `{name}` | {one.shows} | {good} of {result['seeds']} | {told} |")


if __name__ == "__main__":
    main()
