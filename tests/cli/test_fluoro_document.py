"""What docs/fluoroscopy.md tells a reader to type does what it says."""

import json
import re
import shlex
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from sijoint.anatomy import bundled_pelvis
from sijoint.cli.app import main
from sijoint.cli.fluoro_view import places
from sijoint.fluoroscopy import volume_from_hu
from sijoint.frames import PatientPosition, ReceptorTilt, load_carm_model
from sijoint.room.body_extent import lying_patient

TEXT = (Path(__file__).parents[2] / "docs" / "fluoroscopy.md").read_text(encoding="utf-8")
PLANNED_TARGET = (43.0, -61.3, 62.8)  # left, bundled pelvis


def snippet(beginning):
    """The one block of Python that begins so."""
    (found,) = (code for code in re.findall(r"```python\n(.+?)```", TEXT, re.DOTALL) if code.startswith(beginning))
    return found


def command(word):
    """The arguments of the one line of the document that holds the word."""
    (line,) = (line for line in re.findall(r"^    sij (fluoro .+)$", TEXT, re.MULTILINE) if word in line)
    return shlex.split(line)


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run a command in an empty folder; what it told as JSON."""
    monkeypatch.chdir(tmp_path)
    kept = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGHUP)}

    def told(arguments):
        monkeypatch.setattr(sys, "argv", ["sij", *arguments, "--json", "--rows", "128"])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert ended.value.code == 0, said.err
        return json.loads(said.out)

    yield told
    for name, handler in kept.items():
        signal.signal(name, handler)


def test_the_needle_of_the_document_goes_through_the_skin_to_the_joint(run):
    arguments = command("needle.tiff")
    hub, tip = places(arguments[arguments.index("--needle") + 1], "--needle")
    assert np.linalg.norm(tip - PLANNED_TARGET) < 2
    scan = bundled_pelvis().ct
    patient = lying_patient(volume_from_hu(scan.grid, scan.hu), PatientPosition.HFP)
    assert patient.distance_mm(tip) == 0 < patient.distance_mm(hub)
    told = run(arguments)
    assert told["needle"]["tip_mm"] == list(tip)
    assert told["warnings"] == []


def test_the_contrast_of_the_document_is_seen_at_the_joint(run, tmp_path):
    exec(snippet("import SimpleITK"), {})
    told = run([*command("--subtract"), "--at", ",".join(map(str, PLANNED_TARGET))])
    iodine = np.load(tmp_path / "iodine.npy")
    assert told["contrast_agent"] == "iodine"
    assert iodine[63:65, 63:65].mean() == pytest.approx(240, rel=0.25)  # 240 mg/mL over 1 cm
    assert abs(np.median(iodine)) < 10


def test_the_live_example_of_the_document_runs():
    scan, carm = bundled_pelvis().ct, load_carm_model()
    names = {"np": np, "ct": scan, "carm": carm, "volume_from_hu": volume_from_hu}
    names["pose"] = carm.pose(ReceptorTilt(0, 0).direction, scan.grid.centre_mm)
    exec(snippet("import time"), names)
    assert names["shown"].shape == (512, 512)
