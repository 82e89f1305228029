"""A patient who moves between the frame before contrast and the run is moved back in the image before anything is subtracted."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from sijoint.fluoroscopy import LineIntegrals, Scene, Technique, expose, iodine_estimate
from sijoint.frames import load_carm_model
from sijoint.guidance.iodine_map import lit_field
from sijoint.guidance.still_frames import still

CARM = load_carm_model()
POSE = CARM.pose((0.0, 1.0, 0.0), (0.0, 0.0, 0.0))
ROWS = 256
DETECTOR = CARM.detector.binned_to(ROWS)


def body(moved_rows: int, moved_columns: int):
    """Water and blobs of bone, moved by whole pixels."""
    texture = np.random.default_rng(2).normal(size=(ROWS, ROWS))
    bone = 40 * np.maximum(gaussian_filter(texture, 6), 0).astype(np.float32)
    bone = np.roll(bone, (moved_rows, moved_columns), axis=(0, 1))
    return LineIntegrals(np.full_like(bone, 18.0), bone, np.zeros(bone.shape, bool))


USUAL = Technique(80.0, 8.0)


def frame(technique=USUAL, moved=(0, 0), seed=1):
    return expose(Scene(body(*moved)), POSE, DETECTOR, technique, CARM, np.random.default_rng(seed))


def residue(before, live):
    middle = iodine_estimate(before, live)[60:-60, 60:-60]
    return float(gaussian_filter(middle, 2).std())


@pytest.mark.parametrize("moved", [(2, 0), (-1, 3)])
def test_what_a_movement_leaves_in_the_subtraction_nearly_goes(moved):
    before, live = frame(), frame(moved=moved, seed=2)
    (back,) = still(before, [live], lit_field(before))
    unmoved = residue(before, frame(seed=3))
    assert residue(before, live) > 5 * unmoved
    assert residue(before, back) < 2 * unmoved


def test_a_patient_who_keeps_still_is_left_alone():
    before, live = frame(), frame(seed=2)
    (same,) = still(before, [live], lit_field(before))
    assert np.array_equal(same.pixels, live.pixels)


def test_frames_of_another_current_are_scaled_by_the_charge_and_subtract_to_nothing():
    before, live = frame(), frame(Technique(80.0, 4.0), seed=2)
    (alike,) = still(before, [live], lit_field(before))
    assert alike.technique == before.technique
    assert alike.scale == pytest.approx(2 * live.scale)
    assert abs(np.median(iodine_estimate(before, alike))) < 1


def test_frames_without_a_technique_are_taken_as_they_are():
    before, live = (replace(each, technique=None) for each in (frame(), frame(seed=2)))
    (same,) = still(before, [live], lit_field(before))
    assert same.scale == live.scale
