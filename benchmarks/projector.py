"""Our projector beside its peers: the same rays, two threads, runs interleaved, one table of ratios.

    python benchmarks/projector.py                  # the bundled CT at 1 mm, RTK beside us; about five minutes
    python benchmarks/projector.py --quick          # fewer poses and runs; about two minutes
    python benchmarks/projector.py --peers all      # every peer that can be installed; long
    python benchmarks/projector.py --ct CT.nii.gz --name "abdomen and pelvis" --mm 1

Every turn of every program is one frame to warm up and one that is timed, and each timed frame is of another pose, turned by
0.01 degree. The ratio is that of the minima; its range is that of the ratios within each round. Preparing the volume is
timed apart. Writes results/peers-<name>.json and the tables in results/README.md. Asserts nothing.
"""

import argparse
import json
import os
import re
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bead import bead_widths
from bodies import Body, body_of, noisy, write_body
from contestants import OURS, PEERS, Contestant, NotThere, contestants
from machine import machine
from poses import LATERAL, OBLIQUE, STRAIGHT, WIDTH_MM, Pose, slowest
from referee import error_of, reference
from table import write_tables

from sijoint.fluoroscopy import kernel_name

RESULTS = Path(__file__).parent / "results"
THREADS = min(2, os.cpu_count() or 1)
LONG_MS, SLOW_MS = 1000, 6000  # longer frames are timed seven times, slower ones three times and not warmed up for
SEARCH_SIZE = 512


def main() -> None:
    asked = _arguments()
    body = body_of(asked.ct, asked.name, asked.mm)
    print(f"{body.words}; {THREADS} threads", flush=True)
    before = machine()
    sizes, rounds = (512, 1024), ({512: 7, 1024: 7} if asked.quick else {512: 15, 1024: 9})
    with tempfile.TemporaryDirectory(prefix="sijoint-bench-") as name:
        folder = Path(name)
        there, preparation, missing = contestants(
            [*_peers(asked.peers), *_kernels()], THREADS, write_body(body, folder)
        )
        programs = {one.key: one.name for one in there}
        poses = [STRAIGHT, OBLIQUE, *([] if asked.quick else [LATERAL]), *_slowest_of_ours(there)]
        rows = [
            row for size in sizes for pose in poses for row in _timed(body, pose, size, there, rounds[size], folder)
        ]
        rough = noisy(body)
        write_body(rough, folder)
        there = [one for one in there if _ready(one, folder)]
        noise = [row for pose in (STRAIGHT, OBLIQUE) for row in _errors(rough, pose, 512, there, folder, body)]
        beads = bead_widths(rough, [one for one in there if one.key in (*OURS, "rtk")], folder)
        for one in there:
            one.close()
    document = {
        "body": body.words,
        "name": body.name,
        "threads": THREADS,
        "quick": asked.quick,
        "machine": before,
        "load_afterwards": machine()["load"],
        "programs": programs,
        "preparation_ms": preparation,
        "missing": missing,
        "rows": rows,
        "noise": noise,
        "beads": beads,
    }
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"peers-{re.sub('[^a-z0-9]+', '-', body.name.lower()).strip('-')}.json"
    file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    write_tables(RESULTS)
    print(f"written: {file.name} and README.md in benchmarks/results")


def _arguments() -> argparse.Namespace:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--ct", type=Path, help="a CT (NIfTI file or DICOM folder) instead of the bundled pelvis")
    ask.add_argument("--name", default="bundled pelvis", help="what that CT is, in the table and the file's name")
    ask.add_argument("--mm", type=float, default=1.0, help="voxel size to which the CT is brought; 0 keeps its own")
    ask.add_argument("--peers", default="rtk", help=f"none, all, or names with commas: {', '.join(PEERS)}")
    ask.add_argument("--quick", action="store_true")
    asked = ask.parse_args()
    if asked.ct and asked.name == "bundled pelvis":
        ask.error("say with --name what the CT is")
    return asked


def _peers(asked: str) -> list[str]:
    return {"none": [], "all": list(PEERS)}.get(asked, asked.split(","))


def _kernels() -> list[str]:
    """OURS; where AVX2 is the best that the processor has, "compiled" is it already."""
    return [key for key in OURS if key != "compiled-avx2" or "AVX2" not in kernel_name()]


def _ready(one: Contestant, folder: Path) -> bool:
    try:
        one.prepare(folder)
    except NotThere as reason:
        print(f"stopped: {reason}", flush=True)
        return False
    return True


def _slowest_of_ours(there: list[Contestant]) -> list[Pose]:
    found: list[Pose] = []
    for one in there:
        if one.key in OURS:
            pose = slowest(f"slowest reachable, {one.key}", lambda pose, one=one: one.frame(pose.view(SEARCH_SIZE)))  # type: ignore[misc]
            if all((pose.primary_deg, pose.secondary_deg) != (p.primary_deg, p.secondary_deg) for p in found):
                found.append(pose)
            print(pose.words, flush=True)
    return found


def _timed(
    body: Body, pose: Pose, size: int, there: list[Contestant], rounds: int, folder: Path
) -> list[dict[str, Any]]:
    """Interleaved runs of one view: per program the milliseconds of every round, and the image's error."""
    rows = {row["program"]: row | {"ms": []} for row in _errors(body, pose, size, there, folder)}
    for n in range(rounds):
        for one in there:
            if one.key not in rows or n >= _rounds_of(rows[one.key]["ms"], rounds):
                continue
            try:
                if n == 0 or min(rows[one.key]["ms"]) < SLOW_MS:
                    one.frame(pose.turned(2 * n + 1).view(size))  # to warm up
                rows[one.key]["ms"].append(one.frame(pose.turned(2 * n + 2).view(size)))
            except NotThere as reason:
                print(f"stopped: {reason}", flush=True)
                del rows[one.key]
    for row in rows.values():
        print(
            f"{size:5d}² {pose.words:40s} {row['program']:12s} {min(row['ms']):8.2f} ms  error {row['rrmse']:.1e}",
            flush=True,
        )
    return list(rows.values())


def _rounds_of(spent: list[float], rounds: int) -> int:
    """How many timed frames a program gets, after those that it had."""
    if not spent or min(spent) < LONG_MS:
        return rounds
    return 7 if min(spent) < SLOW_MS else 3


def _errors(
    body: Body, pose: Pose, size: int, there: list[Contestant], folder: Path, smooth: Body | None = None
) -> list[dict[str, Any]]:
    """The error of every program's image of the exact pose. Noise hides where the body is cut: ``smooth`` tells it."""
    view = pose.view(size)
    ref = reference(body, view)
    if smooth:
        ref = replace(ref, inner=reference(smooth, view).inner)
    rows = []
    for one in there:
        try:
            error = error_of(one.image(view, folder), ref)
        except NotThere as reason:
            print(f"stopped: {reason}", flush=True)
            continue
        rows.append(
            {
                "program": one.key,
                "size": size,
                "pixel_mm": round(WIDTH_MM / size, 4),
                "pose": pose.name,
                "primary_deg": pose.primary_deg,
                "secondary_deg": pose.secondary_deg,
                **asdict(error),
            }
        )
    return rows


if __name__ == "__main__":
    main()
