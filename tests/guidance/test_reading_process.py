"""The reading needs images, a registered geometry and the pre-operative anatomy: a process that has nothing else says the same."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rendered_arthrograms import make_case, misregistered, world

import sijoint
from sijoint.frames import Side
from sijoint.guidance import UnreadableRun, read_arthrogram
from sijoint.guidance.reading_process import read_arthrograms_apart
from sijoint.guidance.run_files import LIST, read_runs, write_runs

# Reads a folder as the process does, and tells what it opened and which rooms it imported.
WATCHED = """
import json, os, sys
opened = []
sys.addaudithook(lambda event, args: opened.append(os.fspath(args[0])) if event == "open" and isinstance(args[0], (str, os.PathLike)) else None)
from sijoint.guidance.reading_process import main
main(sys.argv[1:])
print(json.dumps({"opened": opened, "rooms": sorted({name.split(".")[1] for name in sys.modules if name.startswith("sijoint.")})}))
"""


@pytest.fixture(scope="module")
def case():
    made = make_case("joint", Side.LEFT, 2000)
    return made, misregistered(made.runs, np.random.default_rng(4), 2.0, 2.0)


@pytest.fixture(scope="module")
def watched(case, tmp_path_factory):
    made, runs = case
    top = tmp_path_factory.mktemp("apart")
    write_runs(top / "images", runs, made.side, made.believed_tip_mm)
    (top / "truth").mkdir()
    (top / "truth" / "procedure.json").write_text("{}", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(top / "images")], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    answer, seen = map(json.loads, done.stdout.splitlines())
    return top, answer, seen


def test_a_process_of_its_own_gives_the_same_reading_to_the_last_digit(case, watched):
    made, runs = case
    here = read_arthrogram(runs, world().body, made.side, made.believed_tip_mm)
    _, answer, _ = watched
    assert answer["pattern"] == here.pattern.value
    assert answer["probabilities"] == {pattern.value: share for pattern, share in here.probabilities.items()}
    assert answer["features"] == dict(here.features)
    assert tuple(answer["words"]) == here.words


def test_the_reading_process_imports_nothing_that_knows_the_truth(watched):
    _, _, seen = watched
    assert {"guidance", "anatomy", "fluoroscopy"} <= set(seen["rooms"])
    assert not {"injectate", "response", "room", "cohort", "records", "clinic", "report"} & set(seen["rooms"])


def test_the_reading_process_opens_its_images_and_the_program_and_no_other_file(watched):
    top, _, seen = watched
    own = [path for path in seen["opened"] if path.startswith(str(top))]
    assert own
    assert all(Path(path).parent == top / "images" for path in own)
    places = (
        sys.prefix,
        sys.base_prefix,
        str(Path(sijoint.__file__).parents[1]),
        "/usr",
        "/etc",
        "/proc",
        "/sys",
        "/dev",
    )
    work = (
        os.path.expanduser("~"),
        os.environ.get("NUMBA_CACHE_DIR") or "~",
        "/tmp",
        "/var",
    )  # caches of compiled kernels
    strange = [path for path in seen["opened"] if os.path.isabs(path) and not path.startswith((*places, *work))]
    assert strange == []


def test_what_the_images_files_hold_is_what_was_written(case, tmp_path):
    made, runs = case
    write_runs(tmp_path, runs, made.side, made.believed_tip_mm)
    stored = read_runs(tmp_path)
    assert stored.side is made.side
    assert stored.tip_mm == tuple(made.believed_tip_mm)
    for run, back in zip(runs, stored.runs, strict=True):
        assert (back.injected_ml, back.iodine_mg_ml) == (run.injected_ml, run.iodine_mg_ml)
        for frame, again in zip(
            (run.before, *run.during, *run.after), (back.before, *back.during, *back.after), strict=True
        ):
            assert np.array_equal(frame.pixels, again.pixels)
            assert (frame.pose, frame.technique, frame.scale) == (again.pose, again.technique, again.scale)


def test_no_file_of_the_images_tells_where_the_fluid_is(watched):
    top, _, _ = watched
    said = " ".join(path.read_text(encoding="utf-8") for path in (top / "images").glob("*.json")).lower()
    for word in ("compartment", "vessel", "leak", "capacity", "volumes", "truth", "joint"):
        assert word not in said


def test_damaged_folders_are_refused_in_plain_words(case, tmp_path):
    made, runs = case
    with pytest.raises(UnreadableRun, match=f"lacks the file {LIST}"):
        read_runs(tmp_path)
    write_runs(tmp_path, runs, made.side)
    assert read_runs(tmp_path).tip_mm is None
    (tmp_path / "view1_before.png").write_bytes(b"not an image")
    with pytest.raises(UnreadableRun, match="cannot be read"):
        read_runs(tmp_path)
    (tmp_path / "view1_before.png").unlink()
    with pytest.raises(UnreadableRun, match=r"lacks the file view1_before\.png"):
        read_runs(tmp_path)
    listed = json.loads((tmp_path / LIST).read_text(encoding="utf-8"))
    listed["runs"][0]["before"] = "../elsewhere"
    (tmp_path / LIST).write_text(json.dumps(listed), encoding="utf-8")
    with pytest.raises(UnreadableRun, match="outside"):
        read_runs(tmp_path)
    (tmp_path / LIST).write_text("{}", encoding="utf-8")
    with pytest.raises(UnreadableRun, match="damaged"):
        read_runs(tmp_path)
    (tmp_path / LIST).write_text('{"schema_version": 9}', encoding="utf-8")
    with pytest.raises(UnreadableRun, match="schema_version 9"):
        read_runs(tmp_path)


@pytest.mark.deep
def test_folders_that_cannot_be_read_do_not_stop_the_others(case, tmp_path):
    made, runs = case
    write_runs(tmp_path / "good", runs, made.side, made.believed_tip_mm)
    refused, reading = read_arthrograms_apart([tmp_path / "empty", tmp_path / "good"])
    assert isinstance(refused, UnreadableRun)
    assert reading == read_arthrogram(runs, world().body, made.side, made.believed_tip_mm)
