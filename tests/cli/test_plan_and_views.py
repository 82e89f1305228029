"""`sij plan` and `sij views`: the table, the document for programs, the pictures, and what is refused in one sentence."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from sijoint.anatomy import CT, Labels, PatientCT, UnsuitableAnatomy, body_of
from sijoint.cli import plan as plan_command
from sijoint.cli import sides
from sijoint.cli import views as views_command
from sijoint.cli.limits import ADVICE
from sijoint.cli.options import IncompleteInput
from sijoint.frames import Side
from sijoint.guidance import JointThird
from sijoint.model import Target


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """What the command wrote for both sides of the bundled pelvis."""
    folder = tmp_path_factory.mktemp("plan") / "out"
    plan_command.plan(out=folder)
    return folder


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    folder = tmp_path_factory.mktemp("views") / "out"
    views_command.views(out=folder)
    return folder


def test_plan_document_holds_both_sides_with_the_bent_way_and_the_advice(planned):
    document = json.loads((planned / "plan.json").read_text(encoding="utf-8"))
    assert document["advice"] == ADVICE
    assert set(document["sides"]) == {"left", "right"}
    for side, plans in document["sides"].items():
        best = plans[0]
        assert best["path_mm"][-1] == pytest.approx(best["target_mm"], abs=0.1)
        assert best["target_mm"][0] * (1 if side == "left" else -1) > 0
        assert "receptor" in best["views"]["trajectory"]["receptor"]
        assert best["margins_mm"]
        assert set(best["found_by"].values()) <= {"label", "landmark"}
    assert document["modelled"]


def test_pictures_of_the_plans_are_there_and_the_needle_is_in_the_trajectory_view(planned):
    for side in ("left", "right"):
        picture = np.asarray(Image.open(planned / f"{side}_plans.png"))
        assert picture.shape[1] > 1000
        assert picture[..., :3].std() > 20
        trajectory = np.asarray(Image.open(planned / f"{side}_trajectory.png"))
        rows, columns = trajectory.shape[:2]
        marked = np.ptp(trajectory.astype(int), axis=2) > 100
        assert marked[rows // 4 : rows // 2 + rows // 10, columns // 3 : -columns // 3].sum() > 50  # lines and cross


def test_table_of_plans_says_why_and_who_decides(capsys):
    plan_command.plan()
    told = capsys.readouterr().out
    for words in (
        "Left side, best first",
        "Right side, best first",
        "Why the first",
        "is no rate of",
        "physician decides",
    ):
        assert words in told


def test_plan_for_programs_is_one_json_document(capsys):
    plan_command.plan(target=Target.LIGAMENT, as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert {each["target"] for plans in document["sides"].values() for each in plans} == {Target.LIGAMENT.value}


def test_upper_third_is_told_as_such(capsys):
    plan_command.plan(third=JointThird.UPPER, as_json=True)
    document = json.loads(capsys.readouterr().out)
    found = [each for plans in document["sides"].values() for each in plans]
    assert found
    assert {each["third"] for each in found} == {"upper"}


def test_a_third_of_the_ligament_is_refused():
    with pytest.raises(plan_command.ThirdOfLigament, match="leave it out for the ligament"):
        plan_command.plan(target=Target.LIGAMENT, third=JointThird.UPPER)


def test_ct_without_labels_is_refused(tmp_path):
    for command in (plan_command.plan, views_command.views):
        with pytest.raises(IncompleteInput, match="belong together"):
            command(ct=tmp_path / "ct.nii.gz")


def test_views_document_holds_the_map_and_the_best_views(seen):
    document = json.loads((seen / "views.json").read_text(encoding="utf-8"))
    left = document["sides"]["left"]
    assert document["advice"] == ADVICE
    assert [view["kind"] for view in left["best"]] == ["trajectory", "straight", "contralateral oblique", "lateral"]
    lengths = {len(column) for column in left["map"].values()}
    assert len(lengths) == 1
    assert lengths.pop() >= 361
    assert left["best"][0]["off_needle_deg"] == pytest.approx(0, abs=0.01)


def test_every_best_view_has_an_image_and_the_map_a_picture(seen):
    for name in ("map", "trajectory", "straight", "contralateral_oblique", "lateral"):
        assert Image.open(seen / f"left_{name}.png").size[0] > 500


def test_ct_that_shows_one_joint_is_planned_on_that_side_and_says_so(pelvis, monkeypatch, capsys):
    one_sided, whole = _without_right_hip(pelvis), body_of(pelvis)
    left_alone = replace(whole, patient=one_sided, joints={Side.LEFT: whole.joints[Side.LEFT]})
    monkeypatch.setattr(sides, "bundled_pelvis", lambda: one_sided)
    monkeypatch.setattr(sides, "body_of", lambda *_: left_alone)  # as it would be built, without the seconds for it
    plan_command.plan(as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert list(document["sides"]) == ["left"]
    assert list(document["missing"]) == ["right"]
    with pytest.raises(UnsuitableAnatomy):
        plan_command.plan(side=Side.RIGHT)  # the other side is never planned in its stead


def _without_right_hip(pelvis):
    """The bundled pelvis with its right hip bone gone from the labels."""
    from sijoint.anatomy.rules import label_scheme

    values = pelvis.labels.values.copy()
    values[np.isin(values, label_scheme().hip_right)] = 0
    return PatientCT(CT(pelvis.ct.grid, pelvis.ct.hu), Labels(pelvis.ct.grid, values), pelvis.provenance)
