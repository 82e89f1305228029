"""Geometry that cannot be is refused in one sentence that says what is wrong."""

from importlib import resources
from tomllib import loads

import numpy as np
import pytest

from sijoint.frames import (
    CArmPose,
    Detector,
    GantryJoints,
    PatientPosition,
    ReceptorTilt,
    UnreachablePose,
    joints_for_direction,
    load_carm_model,
    positioner_angles,
    reaches,
)

NAN, INF = float("nan"), float("inf")


def pose(primary=180.0, secondary=0.0, isocentre=(0.0, 0.0, 0.0), detector=1020.0, source=530.0, roll=0.0):
    return CArmPose(primary, secondary, isocentre, detector, source, roll)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"source": 0.0}, "the source stands at a distance above zero from the isocentre, not at 0 mm"),
        ({"source": -5.0}, "above zero from the isocentre, not at -5 mm"),
        ({"source": NAN}, "above zero from the isocentre, not at nan mm"),
        ({"detector": 0.0}, "the detector stands at a distance above zero before the source, not at 0 mm"),
        ({"detector": -1020.0}, "the detector stands at a distance above zero before the source, not at -1020 mm"),
        ({"detector": INF}, "not at inf mm"),
        ({"detector": 500.0}, "the detector must be beyond the isocentre"),
        ({"primary": 181.0}, "positioner angles 181/0 are outside"),
        ({"secondary": -91.0}, "outside -180..180 .primary. and -90..90"),
        ({"primary": NAN}, "positioner angles nan/0 are outside"),
        ({"roll": NAN}, "turn about the central ray is not a number"),
        ({"isocentre": (0.0, NAN, 0.0)}, "the isocentre is not a place"),
        ({"isocentre": (INF, 0.0, 0.0)}, "the isocentre is not a place"),
    ],
)
def test_a_pose_that_cannot_be_is_refused(wrong, sentence):
    pose()
    with pytest.raises(UnreachablePose, match=sentence) as refusal:
        pose(**wrong)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("direction", [(0, 0, 0), (NAN, 0, 1), (0, INF, 1)])
def test_a_direction_that_is_none_is_refused(direction):
    with pytest.raises(UnreachablePose, match="direction to the receptor is not known"):
        positioner_angles(direction)
    with pytest.raises(UnreachablePose, match="direction to the receptor is not known"):
        joints_for_direction(direction, PatientPosition.HFP, load_carm_model())


def test_a_tilt_that_is_no_number_never_becomes_a_view():
    with pytest.raises(UnreachablePose, match="not known"):
        joints_for_direction(ReceptorTilt(NAN, 0).direction, PatientPosition.HFP, load_carm_model())


@pytest.mark.parametrize(
    "joints", [GantryJoints(NAN, 0), GantryJoints(0, 0, slide_mm=NAN), GantryJoints(0, 0, base_side=0)]
)
def test_joints_that_are_no_numbers_are_out_of_reach(joints):
    assert reaches(GantryJoints(0, 0), load_carm_model())
    assert not reaches(joints, load_carm_model())


@pytest.mark.parametrize(("rows", "pixel"), [(0, 1.0), (10, 0.0), (10, NAN), (10, -1.0)])
def test_a_detector_without_pixels_is_refused(rows, pixel):
    with pytest.raises(ValueError, match="at least one row"):
        Detector(rows, 10, pixel)


def test_every_direction_of_a_good_pose_is_finite():
    assert np.all(np.isfinite(pose(37.0, -22.0).axes))


@pytest.mark.parametrize("file", ["clearance.toml", "imperfections.toml", "carm_models.toml"])
def test_every_number_of_the_machine_has_a_source_or_is_marked_assumed(file):
    sections = loads(resources.files("sijoint.frames").joinpath(file).read_text(encoding="utf-8"))
    assert sections
    for name, section in sections.items():
        told = section.get("source") or section.get("provenance")
        assert told, name
        assert any(word in told for word in ("assumed", "published", "et al.", "CFR", "chosen"))
