"""Render injections in pelves of the library and read them apart, as rows for training and judging the arthrogram reading.

    python scripts/arthrogram_cases.py --pelves bundled 1000-1023 --seeds 1000-1000 --out out/arthrograms

Each pelvis is a case of its own: a CT with labels, one injection of every kind with a drawn volume, rate, voltage, dose and
movement (tests/guidance/rendered_arthrograms.py). The images go to files, their geometry turned and shifted by up to 2 mm and
2 degrees, and a process that has these files and the CT alone reads them. One JSON line a reading, with the truth beside it.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

os.environ.setdefault("NUMBA_NUM_THREADS", "1")  # the pool is the parallelism

import numpy as np
import SimpleITK as sitk

from sijoint.anatomy import PatientCT, bundled_pelvis, draw_pelvis, sample_pelvis
from sijoint.frames import Side
from sijoint.guidance.reading_process import AnatomyFiles, read_arthrograms_apart
from sijoint.guidance.run_files import write_runs

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/guidance"))
MOST_MM, MOST_DEG = 2.0, 2.0


def person(seed: int) -> dict:
    """Sex, age and body mass index of a library pelvis."""
    drawn = draw_pelvis(seed)
    return {"sex": drawn.sex.value, "age_years": drawn.age_years, "bmi": drawn.bmi}


def rows_of(pelvis: str, seeds: range, kinds: tuple[str, ...], rows: int) -> list[dict]:
    """Truth and reading of every case in one pelvis."""
    from rendered_arthrograms import KINDS, NoSuchCase, drawn_setting, make_case, misregistered, world_of

    if pelvis == "bundled":
        who, patient, sides = {}, bundled_pelvis(), tuple(Side)
    else:
        who = person(int(pelvis))
        patient, sides = sample_pelvis(int(pelvis)), tuple(Side)
    w = world_of(patient)
    found: list[dict] = []
    with tempfile.TemporaryDirectory() as folder:
        images: list[Path] = []
        for seed in seeds:
            for kind in kinds or KINDS:
                for side in sides:
                    rng = np.random.default_rng([seed, KINDS.index(kind), list(Side).index(side), number_of(pelvis)])
                    setting = drawn_setting(rng, rows)
                    try:
                        case = make_case(kind, side, int(rng.integers(2**31)), setting, w)
                    except NoSuchCase:
                        continue
                    shift, turn = MOST_MM * rng.random(), MOST_DEG * rng.random()
                    images.append(Path(folder) / f"{len(images):04d}")
                    write_runs(images[-1], misregistered(case.runs, rng, shift, turn), side, case.believed_tip_mm)
                    truth = {**asdict(case.truth), "volumes": {k.value: v for k, v in case.truth.volumes.items()}}
                    found.append(
                        {
                            **{"pelvis": pelvis, **who, "side": side.value, "kind": kind, "seed": seed},
                            **{"label": case.label, "truth": truth, "setting": asdict(setting)},
                            **{"shift_mm": shift, "turn_deg": turn, "kvp": case.runs[0].before.technique.kvp},
                        }
                    )
        files = None if pelvis == "bundled" else AnatomyFiles(*written(patient, Path(folder)))
        for row, reading in zip(found, read_arthrograms_apart(images, files), strict=True):
            if isinstance(reading, Exception):
                row["refused"] = str(reading)
            else:
                shares = {pattern.name.lower(): share for pattern, share in reading.probabilities.items()}
                row |= {"pattern": reading.pattern.name.lower(), "probabilities": shares, "features": reading.features}
    return found


def number_of(pelvis: str) -> int:
    return 0 if pelvis == "bundled" else int(pelvis)


def written(patient: PatientCT, folder: Path) -> tuple[Path, Path]:
    """The patient's CT and labels as files."""
    paths = folder / "ct.nii.gz", folder / "labels.nii.gz"
    for path, values in zip(paths, (patient.ct.hu, patient.labels.values), strict=True):
        image = sitk.GetImageFromArray(np.ascontiguousarray(values.transpose(2, 1, 0)))
        matrix = patient.ct.grid.world_from_index
        spacing = np.linalg.norm(matrix[:3, :3], axis=0)
        image.SetSpacing(spacing.tolist())
        image.SetOrigin(matrix[:3, 3].tolist())
        image.SetDirection((matrix[:3, :3] / spacing).ravel().tolist())
        sitk.WriteImage(image, str(path))
    return paths


def kept(pelvis: str, seeds: range, kinds: tuple[str, ...], rows: int, out: Path) -> str:
    """Rows of one pelvis as a file, made only once."""
    name = "".join(f"_{kind.replace(' ', '-')}" for kind in kinds)
    path = out / f"{pelvis}_{seeds.start}-{seeds.stop - 1}_{rows}{name}.jsonl"
    if path.exists():
        return f"{path.name}: there already"
    started = time.time()
    found = rows_of(pelvis, seeds, kinds, rows)
    part = path.with_suffix(".part")
    part.write_text("".join(json.dumps(row) + "\n" for row in found), encoding="utf-8")
    part.replace(path)
    return f"{path.name}: {len(found)} readings in {time.time() - started:.0f} s"


def numbers(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pelves", nargs="+", default=["bundled"])
    options.add_argument("--seeds", type=numbers, default=range(1000, 1001))
    options.add_argument("--kinds", nargs="*", default=())
    options.add_argument("--rows", type=int, default=256)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--out", type=Path, required=True)
    asked = options.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    pelves = [one for text in asked.pelves for one in (["bundled"] if text == "bundled" else map(str, numbers(text)))]
    if any(one != "bundled" and int(one) < 1000 for one in pelves):
        options.error("seeds below 1000 belong to the validation plan: the reading never sees them")
    with ProcessPoolExecutor(asked.workers) as pool:
        jobs = [pool.submit(kept, one, asked.seeds, tuple(asked.kinds), asked.rows, asked.out) for one in pelves]
        for job in jobs:
            print(job.result(), flush=True)


if __name__ == "__main__":
    main()
