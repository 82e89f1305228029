"""The numbers read off a shadow and off its coming and going, where the answer is known beforehand."""

from dataclasses import replace

import numpy as np
import pytest

from sijoint.frames import ProjectionGeometry, load_carm_model
from sijoint.guidance.iodine_map import IodineMap
from sijoint.guidance.shadow_shape import depth_cm, raggedness, share_in_footprint, stroke_mm, thinness
from sijoint.guidance.time_course import TimeCourse

CARM = load_carm_model()
DETECTOR = CARM.detector.binned_to(256)
GEOMETRY = ProjectionGeometry.of(CARM.pose((0.0, 1.0, 0.0), (0.0, 0.0, 0.0)), DETECTOR)
PIXEL = 0.7
ROWS, COLUMNS = np.indices(GEOMETRY.shape)


def shadow(seen, mg_per_cm2=50.0):
    return IodineMap(np.where(seen, mg_per_cm2, 0.0), seen, GEOMETRY, PIXEL, 1.0)


def strip(wide, long=100):
    return shadow((abs(ROWS - 128) < long / 2) & (COLUMNS >= 128) & (128 + wide > COLUMNS))


DISC = shadow((ROWS - 128) ** 2 + (COLUMNS - 128) ** 2 < 30**2)
NOTHING = shadow(np.zeros(GEOMETRY.shape, bool))


@pytest.mark.parametrize("wide", [8, 16, 24])
def test_the_stroke_of_a_strip_is_its_width_wherever_it_runs(wide):
    assert stroke_mm(strip(wide)) == pytest.approx(wide * PIXEL, rel=0.2)
    bent = shadow(np.isin((ROWS - 20) ** 2 + (COLUMNS - 20) ** 2, range(100**2, (100 + wide) ** 2)))
    assert stroke_mm(bent) == pytest.approx(wide * PIXEL, rel=0.2)


def test_a_line_is_thin_and_a_disc_is_not():
    assert thinness(strip(8))[0] > 0.85
    assert thinness(DISC)[0] < 0.1
    assert thinness(DISC)[1] == pytest.approx(
        30 * PIXEL / 2, rel=0.03
    )  # a disc's spread along an axis is half its radius


def test_an_outline_with_feathers_is_longer_than_that_of_a_disc():
    feathers = shadow(DISC.seen & (ROWS % 8 < 4))
    assert raggedness(DISC) == pytest.approx(1.0, abs=0.2)
    assert raggedness(feathers) > 3 * raggedness(DISC)


def test_density_is_told_as_a_depth_of_pure_contrast():
    assert depth_cm(replace(DISC, mg_per_cm2=120.0 * DISC.seen), 240.0) == pytest.approx(0.5)


def test_a_shadow_lies_in_its_own_footprint():
    centre = np.zeros((1, 3))
    small = shadow((ROWS - 127.5) ** 2 + (COLUMNS - 127.5) ** 2 < 3**2)
    assert share_in_footprint(small, centre, 5.0) == 1.0
    assert share_in_footprint(shadow(np.roll(small.seen, 60, axis=0)), centre, 5.0) == 0.0


def test_where_nothing_is_seen_every_shape_is_zero():
    assert (stroke_mm(NOTHING), raggedness(NOTHING), depth_cm(NOTHING, 240.0)) == (0.0, 0.0, 0.0)
    assert thinness(NOTHING) == (0.0, 0.0, 0.0)
    assert share_in_footprint(NOTHING, np.zeros((1, 3)), 2.0) == 0.0


def course(*masses):
    """Discs whose density follows three thirds of a run, the time just after it and the end."""
    discs = [replace(DISC, mg_per_cm2=mass * DISC.mg_per_cm2) for mass in masses]
    return TimeCourse(tuple(discs[:3]), (0.2, 0.5, 0.85), discs[3], discs[4], discs[4])


def test_contrast_that_stays_keeps_pace_with_what_is_injected():
    stays = course(0.2, 0.5, 0.85, 1.0, 1.0)
    assert stays.lagging == pytest.approx(0, abs=1e-9)
    assert stays.washed_share == stays.fading == 0


def test_contrast_that_is_carried_off_lags_then_fades():
    washed = course(0.2, 0.3, 0.3, 0.2, 0.05)
    assert washed.lagging > 0.2
    assert washed.fading == pytest.approx(0.75)
    assert washed.washed_share == pytest.approx(1 - 0.05 / 0.3)


def test_a_shadow_that_grows_as_fast_as_the_volume_widens_with_power_one():
    grown = [strip(8, long=100 * share) for share in (0.2, 0.5, 0.85)]
    assert TimeCourse(tuple(grown), (0.2, 0.5, 0.85), *(grown[2],) * 3).widening == pytest.approx(1, abs=0.05)


def test_a_run_without_contrast_has_no_course():
    empty = TimeCourse((NOTHING,) * 3, (0.2, 0.5, 0.85), NOTHING, NOTHING, NOTHING)
    assert (empty.peak_mg, empty.washed_share, empty.fading, empty.lagging, empty.widening) == (0, 0, 0, 0, 0)
