"""What a person at the terminal meets: help, one clear sentence for bad input, exit codes, JSON for programs."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from jsonschema import Draft202012Validator

from sijoint.cli.schema import SCHEMAS


def sij(*arguments, cwd=None):
    """Run the command as a person would; what it printed and how it ended."""
    return subprocess.run(
        [sys.executable, "-c", "from sijoint.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        timeout=300,
    )


def volume(path: Path, array: np.ndarray) -> Path:
    sitk.WriteImage(sitk.GetImageFromArray(array), str(path))
    return path


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    """Files that a hurried person might give."""
    folder = tmp_path_factory.mktemp("bad")
    air = np.full((20, 30, 30), -1000, np.int16)
    labels = np.zeros((20, 30, 30), np.uint8)
    return {
        "missing": folder / "missing.nii.gz",
        "text": (folder / "text.nii.gz").write_text("not a volume", encoding="utf-8") and folder / "text.nii.gz",
        "air": volume(folder / "air.nii.gz", air),
        "labels": volume(folder / "labels.nii.gz", labels),
        "other grid": volume(folder / "other.nii.gz", labels[:10]),
    }


@pytest.mark.parametrize(
    ("ct", "labels"), [("missing", "labels"), ("text", "labels"), ("air", "labels"), ("air", "other grid")]
)
def test_a_bad_ct_is_one_sentence_and_exit_code_2(bad, tmp_path, ct, labels):
    done = sij("demo", "--ct", bad[ct], "--labels", bad[labels], "--out", tmp_path / "out")
    assert done.returncode == 2
    assert done.stderr.startswith("sij: ")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr + done.stdout
    assert not (tmp_path / "out").exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("demo", "--scenario", "no-such"),
        ("demo", "--side", "middle"),
        ("demo", "--seed", "-1"),
        ("demo", "--ct", "only-a-ct.nii.gz"),
        ("show", "episode-1", "--store", "nowhere.db"),
        ("verify", "nowhere.db"),
        ("replay", "nowhere.json"),
        ("schema", "no-such"),
        ("no-such-command",),
    ],
)
def test_impossible_wishes_are_one_sentence_and_exit_code_2(arguments, tmp_path):
    done = sij(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("sij: ")
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_help_names_every_command():
    done = sij("--help")
    assert done.returncode == 0
    for name in ("demo", "scenarios", "show", "verify", "replay", "anatomy", "schema", "doctor"):
        assert name in done.stdout


def test_doctor_says_what_is_installed():
    facts = json.loads(sij("doctor", "--json").stdout)
    assert {"sijoint", "projector kernel", "SQLite", "bundled CT", "store"} <= set(facts)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_published_schemas_are_schemas(name):
    from sijoint.cli.schema import schema_of

    Draft202012Validator.check_schema(schema_of(name))


def test_anatomy_prints_ours_beside_published():
    done = sij("anatomy", "--side", "left", "--json")
    assert done.returncode == 0
    rows = json.loads(done.stdout)["sides"]["left"]
    assert any("area" in row["name"].lower() for row in rows)
    assert all(row["ours"] for row in rows)


def test_a_file_that_is_no_command_log_is_told_which_file_is_meant(tmp_path):
    (tmp_path / "episode.json").write_text("{}", encoding="utf-8")
    done = sij("replay", tmp_path / "episode.json")
    assert done.returncode == 2
    assert "not a command log of a demo; give a file like commands-episode-1-p1.json" in done.stderr


def test_debrief_says_where_the_tip_was_and_says_so_when_nothing_is_kept(tmp_path):
    out = tmp_path / "out"
    assert sij("demo", "--scenario", "misled", "--rows", "256", "--no-report", "--out", out).returncode == 0
    told = sij("debrief", "episode-1", "--store", out / "episode.db").stdout
    assert "ligament" in told
    for file in (out / "truth").iterdir():
        file.unlink()
    assert "not kept" in sij("debrief", "episode-1", "--store", out / "episode.db").stdout
