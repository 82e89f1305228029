"""A click on the image finds the skin behind it: the needle set there along the beam is a dot where one clicked."""

import numpy as np
import pytest

from sijoint.frames import (
    CArmPose,
    Detector,
    DisplayOrientation,
    ProjectionGeometry,
    ReceptorTilt,
    default_display,
    load_carm_model,
)
from sijoint.room.aim import NoSkinThere, at_isocentre_depth, clicked_pixel, skin_mark

CARM = load_carm_model()
DETECTOR = CARM.detector.binned_to(256)
CLICKS = [(127.5, 127.5), (90.0, 150.0), (170.0, 60.0)]


def pose_over(body, left_deg=0.0, cephalad_deg=0.0):
    centre = body.joints[next(iter(body.joints))].inferior_recess_mm
    direction = ReceptorTilt(left_deg, cephalad_deg).direction
    return CArmPose.towards(direction, centre, CARM.source_detector_mm, CARM.source_isocentre_mm)


@pytest.mark.parametrize("tilt", [(0.0, 0.0), (-20.0, 15.0)])
@pytest.mark.parametrize("click", CLICKS)
def test_a_needle_along_the_beam_is_a_dot_where_one_clicked(body, tilt, click):
    pose = pose_over(body, *tilt)
    column, row = clicked_pixel(click, DETECTOR, default_display(pose))
    mark = skin_mark(body, pose, DETECTOR, column, row)
    entry, along = np.array(mark.entry_mm), np.array(mark.direction)
    geometry, display = ProjectionGeometry.of(pose, DETECTOR), default_display(pose)
    for depth_mm in (0.0, 30.0, 90.0):
        seen = display.to_display(geometry.project(entry + depth_mm * along), (256, 256))
        np.testing.assert_allclose(seen, click, atol=1e-6)


@pytest.mark.parametrize("click", CLICKS)
def test_the_mark_lies_on_the_skin_of_the_back(body, click):
    pose = pose_over(body)
    mark = skin_mark(body, pose, DETECTOR, *clicked_pixel(click, DETECTOR, default_display(pose)))
    entry, along = np.array(mark.entry_mm), np.array(mark.direction)
    assert entry[1] > pose.isocentre_mm[1]  # LPS: behind the joint
    assert along[1] < 0  # and from there towards the front
    assert body.tissue_at(entry - 3.0 * along) == 0  # air outside
    assert body.tissue_at(entry + 3.0 * along) != 0


def test_a_beam_beside_the_body_marks_nothing(body):
    pose = pose_over(body)
    beside = CArmPose.towards(
        pose.direction,
        np.add(pose.isocentre_mm, (400.0, 0.0, 0.0)),
        pose.source_detector_mm,
        pose.source_isocentre_mm,
    )
    with pytest.raises(NoSkinThere, match="choose a place on the body"):
        skin_mark(body, beside, DETECTOR, 127.5, 127.5)


@pytest.mark.parametrize("click", [(-3.0, 10.0), (10.0, 256.0)])
def test_a_click_beside_the_image_is_refused(click):
    with pytest.raises(NoSkinThere, match="outside the image"):
        clicked_pixel(click, DETECTOR, DisplayOrientation())


def test_a_turned_image_that_is_wider_than_high_is_clicked_where_it_is_shown():
    wide = Detector(100, 200, 1.0)
    turned = DisplayOrientation(mirror=False, quarter_turns=1)
    column, row = clicked_pixel((50.0, 150.0), wide, turned)
    np.testing.assert_allclose(turned.to_display((column, row), (100, 200)), (50.0, 150.0))


@pytest.mark.parametrize("click", CLICKS)
def test_centring_on_a_place_brings_it_to_the_middle_of_the_image(body, click):
    pose = pose_over(body, 10.0, -5.0)
    place = at_isocentre_depth(pose, DETECTOR, *clicked_pixel(click, DETECTOR, default_display(pose)))
    moved = CArmPose.towards(pose.direction, place, pose.source_detector_mm, pose.source_isocentre_mm)
    np.testing.assert_allclose(ProjectionGeometry.of(moved, DETECTOR).project(place), (127.5, 127.5), atol=1e-6)
    assert abs((np.array(place) - pose.isocentre_mm) @ pose.direction) < 1e-9
