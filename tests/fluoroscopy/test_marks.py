"""Marks on an image: drawn where the view shows the points, and only where a picture is asked for with them."""

from dataclasses import replace

import numpy as np
import pytest

from sijoint.fluoroscopy import Frame, Mark, Relationship, annotated
from sijoint.frames import Detector, ProjectionGeometry, ReceptorTilt, default_display, load_carm_model

CARM, DETECTOR, RED = load_carm_model(), Detector(300, 300, 1.0), (250, 10, 20)


@pytest.fixture
def frame():
    pose = CARM.pose(ReceptorTilt(10.0, 5.0).direction, np.zeros(3))
    return Frame(
        pixels=np.full((300, 300), 2000, np.uint16),
        relationship=Relationship.LINEAR,
        scale=1.0,
        pose=pose,
        missing=(),
        detector=DETECTOR,
        patient_orientation=pose.patient_orientation,
        time_s=0.0,
        technique=None,
        kerma_reference_mgy=None,
        dose_area_product_mgy_cm2=None,
        truncated_share=0.0,
        origin="simulated",
        field_signal=None,
    )


def test_a_line_runs_through_the_pixels_of_its_ends_as_displayed(frame):
    ends = np.array([[-20.0, 0.0, -20.0], [25.0, 5.0, 20.0]])
    plain, marked = annotated(frame), annotated(frame, marks=[Mark(ends, RED, "a line")])
    top = 22  # the strip above: 2.2 lines of 10 pixels
    stored = ProjectionGeometry.of(frame.pose, DETECTOR).project(ends)
    for column, row in default_display(frame.pose).to_display(stored, (300, 300)):
        near = marked[top + round(row) - 2 : top + round(row) + 3, round(column) - 2 : round(column) + 3]
        assert (near == RED).all(axis=-1).any()
    assert not (plain[..., :3] == RED).all(axis=-1).any()


def test_the_middle_of_a_cross_stays_open(frame):
    marked = annotated(frame, marks=[Mark(np.zeros((1, 3)), RED, "target", "cross")])
    places = np.argwhere((marked[22:322] == RED).all(axis=-1))
    assert np.linalg.norm(places - 149.5, axis=1).min() > 1.5
    assert np.abs(places.mean(axis=0) - 149.5).max() < 1.5


def test_marks_change_no_stored_pixel_and_need_a_pose(frame):
    before = frame.pixels.copy()
    annotated(frame, marks=[Mark(np.zeros((1, 3)), RED, "target", "cross")])
    assert np.array_equal(frame.pixels, before)
    blind = replace(frame, pose=None, missing=("positioner angles",))
    marked = annotated(blind, marks=[Mark(np.zeros((1, 3)), RED, "target", "cross")])
    assert not (marked[22:322] == RED).all(axis=-1).any()
