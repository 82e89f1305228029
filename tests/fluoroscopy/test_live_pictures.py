"""Live pictures: the same whether stages overlap or not, sharp at rest, coarser in motion, and never of another pose."""

from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from xray_phantoms import CARM, organs, relative_rmse, view

from sijoint.fluoroscopy import (
    CapsuleChain,
    KeptViews,
    LayerGrid,
    LiveFluoroscope,
    Moment,
    Projector,
    UnphysicalView,
    expose,
    starting_technique,
)
from sijoint.fluoroscopy.kept_views import coarser_geometry, enlarged_integrals
from sijoint.frames import Grid, ProjectionGeometry, rigid

POSE, DETECTOR, GEOMETRY = view(size=256, pixel_mm=1.0)


@pytest.fixture(scope="module")
def projector():
    return Projector(organs(soft_mm=3.0))


@pytest.fixture
def live(projector):
    ticks = count()
    return LiveFluoroscope(projector, CARM, DETECTOR, clock=lambda: next(ticks) / 1000)


def turned(n: int, step_deg=0.5):
    return replace(POSE, primary_deg=180.0 - step_deg * n)


def needle(depth_mm=0.0) -> CapsuleChain:
    return CapsuleChain(np.array([[10.0, 90.0, 5.0], [12.0, 20.0 - depth_mm, 6.0]]), 0.72, 0.41)


def fluid(mg_per_ml: float) -> LayerGrid:
    grid = Grid((10, 10, 10), rigid(np.eye(3), [0.0, -8.0, 0.0]))
    return LayerGrid(grid, np.full(grid.shape, mg_per_ml, np.float32))


def session(n: int) -> list[Moment]:
    """The gantry turns for some pulses, rests, and the needle and contrast come."""
    turning = [Moment(turned(k), k / 15) for k in range(n)]
    resting = [Moment(turned(n - 1), (n + k) / 15, (needle(2.0 * k),), fluid(20.0 * k)) for k in range(n)]
    return [*turning, *resting]


def test_overlapping_the_stages_changes_no_pixel(projector):
    shown = []
    for overlapped in (True, False):
        scope = LiveFluoroscope(projector, CARM, DETECTOR, clock=lambda: 0.0)
        rng = np.random.default_rng(2)
        moments = session(4)
        pictures = scope.pictures(moments, rng) if overlapped else (scope.picture(one, rng) for one in moments)
        shown.append([(p.frame.pixels, p.shown, p.sharp) for p in pictures])
    assert len(shown[0]) == len(shown[1]) == 8
    for overlapped, plain in zip(*shown, strict=True):
        assert np.array_equal(overlapped[0], plain[0])
        assert np.array_equal(overlapped[1], plain[1])
        assert overlapped[2] == plain[2]


def test_pictures_are_coarser_in_motion_and_sharp_as_soon_as_the_gantry_rests(live):
    sharp = [picture.sharp for picture in live.pictures(session(4), np.random.default_rng(2))]
    assert sharp == [True, False, False, False, True, True, True, True]


def test_a_sharp_picture_is_what_a_plain_exposure_gives(live, projector):
    technique = starting_technique()
    picture = live.picture(Moment(POSE, 0.25, (needle(),)), np.random.default_rng(6), technique)
    scene = KeptViews(projector).scene(GEOMETRY, (needle(),))
    plain = expose(scene, POSE, DETECTOR, technique, CARM, np.random.default_rng(6), time_s=0.25)
    assert np.array_equal(picture.frame.pixels, plain.pixels)
    assert (picture.frame.time_s, picture.frame.technique) == (0.25, technique)


def test_every_frame_says_its_own_pose(live):
    moments = session(3)
    for moment, picture in zip(moments, live.pictures(moments, np.random.default_rng(2)), strict=True):
        assert picture.frame.pose == moment.pose
        assert picture.frame.detector == DETECTOR


def test_a_pose_come_back_to_is_sharp_at_once(live):
    rng = np.random.default_rng(2)
    live.picture(Moment(POSE), rng)
    assert not live.picture(Moment(turned(5)), rng).sharp
    assert live.picture(Moment(POSE), rng).sharp


def test_a_breath_is_projected_once(projector):
    """Nine steps of a breath, twice over: the second breath finds all of them."""
    live = LiveFluoroscope(projector, CARM, DETECTOR, clock=lambda: 0.0)
    rng, asked = np.random.default_rng(2), []
    live.views.projector = Counted(projector, asked)
    steps = [ProjectionGeometry.of(replace(POSE, isocentre_mm=(3.0, -4.0 + n, 5.0)), DETECTOR) for n in range(9)]
    for _ in range(2):
        for step in steps:
            live.picture(Moment(POSE, geometry=step), rng)
    assert len(asked) == 9


class Counted:
    """A projector that notes the views that it is asked for."""

    def __init__(self, projector, asked):
        self.threads, self._project, self._asked = projector.threads, projector.project, asked

    def project(self, geometry):
        self._asked.append(geometry)
        return self._project(geometry)


def test_kept_poses_are_few(projector):
    live = LiveFluoroscope(projector, CARM, DETECTOR, clock=lambda: 0.0, kept=4)
    rng = np.random.default_rng(2)
    for n in range(9):
        for _ in range(2):  # the second rests and is kept
            live.picture(Moment(turned(n)), rng)
    views = [ProjectionGeometry.of(turned(n), DETECTOR) for n in range(9)]
    assert sum(one in live.views for one in views) == 4
    assert views[8] in live.views


def test_the_window_stays_while_needle_and_contrast_move(live):
    rng = np.random.default_rng(2)
    for _ in range(3):
        live.picture(Moment(POSE), rng)  # brightness settles
    aside = np.s_[200:250, 10:60]
    before = live.picture(Moment(POSE), rng).shown[aside].mean()
    after = live.picture(Moment(POSE, 0.0, (needle(10.0),), fluid(60.0)), rng).shown[aside].mean()
    assert after == pytest.approx(before, abs=1.5)


def test_the_picture_before_an_impossible_one_is_still_handed_out(live):
    beside = replace(POSE, isocentre_mm=(5000.0, 0.0, 0.0))
    got = []
    with pytest.raises(UnphysicalView, match="outside the beam"):
        for picture in live.pictures([Moment(POSE), Moment(POSE), Moment(beside)], np.random.default_rng(2)):
            got.append(picture)
    assert len(got) == 2


def test_age_counts_from_the_moment_that_was_asked_for(projector):
    seconds = iter(np.arange(10.0, 20.0, 0.5))
    scope = LiveFluoroscope(projector, CARM, DETECTOR, clock=lambda: float(next(seconds)))
    picture = scope.picture(Moment(POSE, asked_at=9.0), np.random.default_rng(2))
    assert picture.stages.project_ms == picture.stages.tools_ms == picture.stages.expose_ms == 500
    assert picture.stages.display_ms == 500
    assert picture.age_ms == pytest.approx(3500)  # clock read 6 times from 10.0: done at 12.5


def test_enlarged_anatomy_is_the_fine_one_but_for_small_detail(projector):
    fine = projector.project(GEOMETRY)
    coarse = projector.project(coarser_geometry(GEOMETRY, 2))
    enlarged = enlarged_integrals(coarse, GEOMETRY.shape, threads=2)
    assert relative_rmse(enlarged.water, fine.water) < 2e-3
    assert np.array_equal(enlarged.water, enlarged_integrals(coarse, GEOMETRY.shape, threads=1).water)


def test_enlarging_keeps_a_plane_exactly_where_it_was():
    """A ramp is linear, so bilinear enlargement must give its own values between the outermost coarse centres."""
    from sijoint.fluoroscopy import LineIntegrals

    row, column = np.indices((32, 32), np.float32)
    coarse = LineIntegrals(row * 2 + column, column, row < 8)
    fine = enlarged_integrals(coarse, (96, 96), threads=1)
    y, x = (np.indices((96, 96)) + 0.5) / 3 - 0.5
    inside = np.s_[2:-2, 2:-2]
    assert np.allclose(fine.water[inside], (2 * y + x)[inside], atol=1e-4)
    assert np.array_equal(fine.truncated, np.indices((96, 96))[0] < 24)


def test_a_coarser_view_covers_the_same_field():
    few = coarser_geometry(GEOMETRY, 2)
    binned = ProjectionGeometry.of(POSE, DETECTOR.binned_to(128))
    for name in ("source_mm", "pixel_origin_mm", "column_step_mm", "row_step_mm"):
        assert np.allclose(getattr(few, name), getattr(binned, name), atol=1e-9)
    assert few.shape == binned.shape


def test_a_view_that_differs_from_its_pose_is_imaged_as_it_truly_is(live):
    """A sagging C-arm: the frame says the pose that the operator reads, the picture shows what the rays met."""
    straight = live.picture(Moment(POSE), np.random.default_rng(2), starting_technique())
    sagged = ProjectionGeometry.of(replace(POSE, isocentre_mm=(3.0, -4.0, 15.0)), DETECTOR)
    picture = live.picture(Moment(POSE, geometry=sagged), np.random.default_rng(2), starting_technique())
    assert picture.frame.pose == POSE
    shift = round(10 * 1020 / 530)  # rows; 1 mm pixels
    moved = np.roll(picture.frame.linear(), -shift, axis=0)[60:200, 60:200]
    assert np.corrcoef(moved.ravel(), straight.frame.linear()[60:200, 60:200].ravel())[0, 1] > 0.9


def test_at_rest_the_screen_is_calmer_than_single_pulses(projector):
    last = {}
    for filtered in (True, False):
        live = LiveFluoroscope(projector, CARM, DETECTOR, clock=lambda: 0.0, temporal_filter=filtered)
        rng, technique = np.random.default_rng(2), starting_technique()
        for _ in range(8):
            picture = live.picture(Moment(POSE), rng, technique)
        last[filtered] = picture
    assert np.array_equal(last[True].frame.pixels, last[False].frame.pixels)  # the frame itself is the pulse
    grain = {key: np.diff(one.shown[100:150, 100:150].astype(float), axis=1).std() for key, one in last.items()}
    assert grain[True] < 0.75 * grain[False]
