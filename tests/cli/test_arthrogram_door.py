"""``sij arthrogram``: one injection told in numbers and pictures, and what cannot be in one sentence."""

import json

import pytest
from PIL import Image
from typer.testing import CliRunner

from sijoint.cli.app import app
from sijoint.cli.arthrogram import UnclearInjection


def told(*options):
    result = CliRunner().invoke(app, ["arthrogram", *options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def in_joint(tmp_path_factory):
    out = tmp_path_factory.mktemp("arthrogram") / "pictures"
    return json.loads(told("--volume-ml", "0.2", "--seed", "5", "--json", "--out", str(out))), out


def test_the_course_adds_up(in_joint):
    document, _ = in_joint
    assert document["in_joint"]
    assert document["course"][-1]["injected_ml"] == pytest.approx(0.2)
    for row in document["course"]:
        assert row["plunger_kpa"] == pytest.approx(row["needle_kpa"] + row["joint_kpa"], abs=0.02)
        assert sum(row["volumes_ml"].values()) == pytest.approx(row["injected_ml"], abs=1e-3)
    covered = [row["covered_share"] for row in document["course"]]
    assert covered == sorted(covered)
    assert document["grade"] == 0
    assert document["origin"] == "simulated"


def test_pictures_show_the_series_native_and_subtracted(in_joint):
    document, out = in_joint
    assert {path.name for path in out.glob("*.png")} == {
        "filled_joint.png",
        "native.png",
        "subtracted.png",
        "lateral.png",
    }
    for path in out.glob("*.png"):
        with Image.open(path) as picture:
            assert min(picture.size) > 300
    assert json.loads((out / "arthrogram.json").read_text(encoding="utf-8")) == document


def test_ligament_takes_it_outside_the_joint_at_a_higher_pressure():
    document = json.loads(told("--volume-ml", "0.1", "--tip", "ligament", "--json"))
    assert not document["in_joint"]
    assert document["grade"] is None
    assert document["course"][-1]["volumes_ml"] == {"ligament": 0.1}
    assert "Nothing of it lies in the joint" in told("--volume-ml", "0.1", "--tip", "ligament")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--volume-ml", "0"], "give 0.05 to 10 mL"),
        (["--volume-ml", "nan"], "give 0.05 to 10 mL"),
        (["--rate", "9"], "give 0.005 to 2 mL/s"),
        (["--gauge", "18"], "choose --gauge 22 or 25"),
        (["--tip-mm", "nan", "0", "0"], "takes three numbers in LPS mm"),
        (["--tip", "upper", "--tip-mm", "0", "0", "0"], "give one of them"),
    ],
)
def test_what_is_no_injection_is_refused_in_one_sentence(options, sentence):
    with pytest.raises(UnclearInjection, match=sentence):
        CliRunner().invoke(app, ["arthrogram", *options], catch_exceptions=False)
