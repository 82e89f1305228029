"""A kept kernel is never older than any source it was compiled from."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numba

import sijoint.fluoroscopy
from sijoint.fluoroscopy.kernel_cache import NAME, keep_kernels_by_source, source_digest

ROOM = Path(sijoint.fluoroscopy.__file__).parent


def test_any_change_of_any_source_starts_a_new_folder(tmp_path):
    room = tmp_path / "room"
    shutil.copytree(ROOM, room, ignore=shutil.ignore_patterns("__pycache__", "data"))
    same = source_digest(room)
    assert same == source_digest(ROOM)
    (room / "blur.py").write_text((room / "blur.py").read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert source_digest(room) != same


def test_a_place_that_cannot_be_written_leaves_numba_its_own(monkeypatch, tmp_path):
    nowhere = tmp_path / "file"
    nowhere.write_text("", encoding="utf-8")
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(nowhere))
    assert keep_kernels_by_source() is None
    assert str(nowhere) == numba.config.CACHE_DIR


def test_folders_unused_for_a_month_go_and_no_others(monkeypatch, tmp_path):
    old, young, other = (tmp_path / name for name in (f"{NAME}old", f"{NAME}young", "somebody-else"))
    for folder in (old, young, other):
        folder.mkdir()
    os.utime(old, (0, 0))
    os.utime(other, (0, 0))
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    kept = keep_kernels_by_source()
    assert kept is not None
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([kept.name, young.name, other.name])


def test_kernels_are_kept_there(tmp_path):
    code = "import sijoint.fluoroscopy as f, numpy as np; f.LineIntegrator(f.Grid.from_spacing((3, 3, 3), (1, 1, 1)), np.ones((3, 3, 3)), kernel='rays')"
    code = code.replace("f.Grid", "__import__('sijoint.frames').frames.Grid")
    geometry = "from sijoint.frames import *; g = ProjectionGeometry.of(CArmPose(0, 0, (1, 1, 1), 1000, 500), Detector(4, 4, 1.0))"
    run = f"{geometry}\n{code}.integrate(g)"
    subprocess.run([sys.executable, "-c", run], check=True, env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)})
    folder = tmp_path / f"{NAME}{source_digest(ROOM)}"
    assert list(folder.rglob("by_rays*.nbi"))
