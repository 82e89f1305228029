"""``sij pelvis``: what it lists, what it refuses, and what it writes."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from sijoint.anatomy import bundled_pelvis, read_patient
from sijoint.cli.app import app
from sijoint.cli.pelvis_files import axial_cut, write_volumes

RUN = CliRunner()


def asked(*words: str):
    return RUN.invoke(app, ["pelvis", *words])


def test_the_list_tells_every_number_with_its_source():
    told = json.loads(asked("list", "--json").stdout)
    assert told["width_older_mm"]["value"] == 1.47
    assert "Demir" in told["width_older_mm"]["source"]
    assert "accessory_share" in asked("list").stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["sample", "--out", "x"], "add --seed"),
        (["sample", "--seed", "7"], "add --out"),
        (["sample", "--seed", "7", "--out", "x", "--bmi", "8"], "body mass index of 8; choose one from 16 to 50"),
        (["sample", "--seed", "7", "--out", "x", "--variant", "horn"], "--variant 'horn' is not known"),
        (["sample", "--seed", "7", "--out", "x", "--variant", "vacuum:up"], "with :left or :right"),
        (["sample", "--seed", "7", "--out", "x", "--voxel-mm", "0.1"], "voxels of 0.1 mm"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(words, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = asked(*words)
    assert answer.exit_code != 0
    assert sentence in str(answer.exception)
    assert list(tmp_path.iterdir()) == []


def test_the_cut_shows_the_back_below_and_the_left_at_the_right():
    pelvis = bundled_pelvis()
    cut = axial_cut(pelvis.labels.values, 85)
    columns = np.nonzero(cut == 77)[1]  # left hip bone
    assert columns.mean() > cut.shape[1] / 2
    assert np.nonzero(np.isin(cut, (25, 26)))[0].mean() > np.nonzero(cut)[0].mean()  # the sacrum lies behind


def test_a_written_pelvis_says_of_itself_that_it_is_synthetic(tmp_path):
    write_volumes(bundled_pelvis(), tmp_path)
    patient = read_patient(tmp_path / "ct.nii.gz", tmp_path / "labels.nii.gz")
    assert "synthetic: nobody has it" in patient.provenance.modelled[0]
    assert patient.provenance.measured == ()
    np.testing.assert_array_equal(patient.labels.values, bundled_pelvis().labels.values)


@pytest.mark.deep
def test_a_written_pelvis_is_read_like_any_patient(tmp_path):
    out = tmp_path / "pelvis7"
    answer = asked("sample", "--seed", "7", "--bmi", "31", "--out", str(out), "--json")
    assert answer.exit_code == 0, answer.output
    told = json.loads((out / "pelvis.json").read_text(encoding="utf-8"))
    assert told["synthetic"] is True
    assert told["drawn"]["bmi"] == 31.0
    patient = read_patient(out / "ct.nii.gz", out / "labels.nii.gz")
    assert "synthetic" in patient.provenance.modelled[0]
    assert {25, 77, 78} <= set(np.unique(patient.labels.values))
    assert (out / "pelvis.png").read_bytes()[:4] == b"\x89PNG"
