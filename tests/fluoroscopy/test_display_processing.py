"""What the processing of the screen does to contrasts of each size, against a plain version by scipy."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage
from xray_phantoms import CARM, slab, view

from sijoint.fluoroscopy import (
    Collimator,
    DisplayOptions,
    Frame,
    Projector,
    Relationship,
    Scene,
    Technique,
    Window,
    display_pixels,
    display_window,
    expose,
    last_image_hold,
    take_run,
    volume_from_hu,
)
from sijoint.fluoroscopy.physics import physics
from sijoint.frames import PatientPosition, ProjectionGeometry, ReceptorTilt, joints_for_direction, pose_from_joints

SIZE, PIXEL_MM = 256, 0.6
PLAIN = DisplayOptions(local_contrast=0.0, edge_enhancement=0.0)


def frame_of(log_signal, relationship=Relationship.LINEAR) -> Frame:
    """A frame without pose whose energies are exp(log_signal)."""
    _, detector, _ = view(size=SIZE, pixel_mm=PIXEL_MM)
    scale = 1.0 if relationship is Relationship.LINEAR else 1 / 4000
    values = np.exp(log_signal) if relationship is Relationship.LINEAR else log_signal / scale
    pixels = np.clip(np.rint(values), 0, 65535).astype(np.uint16)
    return Frame(
        pixels, relationship, scale, None, ("pose",), detector, ("L", "F"), 0.0, None, None, None, 0.0, "received"
    )


def pattern(seed=0):
    """Contrasts of many sizes round 3,000 keV/mm2."""
    rng = np.random.default_rng(seed)
    parts = [ndimage.gaussian_filter(rng.normal(size=(SIZE, SIZE)), s, mode="nearest") for s in (1.5, 6, 40)]
    return 8.0 + sum(0.12 * part / part.std() for part in parts)


def by_scipy(log, options):
    """The same processing on the full grid, nothing coarse."""
    n = physics("display")

    def blurred(sigma_mm):
        return ndimage.gaussian_filter(log, sigma_mm / PIXEL_MM, mode="nearest")

    level, edge = np.quantile(log, n["level_share"]), n["edge_gain"] * options.edge_enhancement
    fine = np.clip(blurred(n["coarse_mm"] / 2) - blurred(n["middle_mm"]), -n["fine"], n["fine"])
    base = blurred(n["coarse_mm"] / 2) - fine
    raised = np.clip(1 + (base - level) / n["dark"], 0, 1)
    beyond, bend = np.maximum(base - level - n["bright"], 0), n["bright_bend"]
    large = ndimage.gaussian_filter(np.minimum(log, level + n["bright"]), n["large_mm"] / PIXEL_MM, mode="nearest")
    return (
        blurred(n["noise_mm"])
        + raised * edge * (blurred(n["noise_mm"]) - blurred(n["edge_mm"]))
        + raised * options.local_contrast * n["middle_gain"] * fine
        - options.local_contrast * (1 - n["large_kept"]) * (large - level)
        - beyond
        + bend * (np.sqrt(1 + 2 * beyond / bend) - 1)
    )


@pytest.mark.parametrize("options", [DisplayOptions(), PLAIN, DisplayOptions(local_contrast=2.0)])
def test_the_fast_version_shows_what_the_plain_one_does(options):
    log = pattern()
    expected = by_scipy(log, options)
    window = Window(float(expected.min()), float(expected.max()))
    shown = display_pixels(frame_of(log), options, window=window).astype(float)
    grey = 255 * (expected - window.low) / (window.high - window.low)
    difference = (shown - grey)[16:-16, 16:-16]
    assert difference.std() < 2.5
    assert np.abs(np.median(difference)) < 1.5
    assert np.corrcoef(shown.ravel(), grey.ravel())[0, 1] > 0.99


def wave(period_mm, depth=0.1):
    return 8.0 + depth * np.sin(2 * np.pi * np.arange(SIZE) * PIXEL_MM / period_mm) * np.ones((SIZE, 1))


def gain(period_mm, options):
    """Contrast on the screen over that of the image, for waves along rows."""
    window, quiet = Window(7.0, 9.0), display_pixels(frame_of(np.full((SIZE, SIZE), 8.0)), window=Window(7.0, 9.0))
    shown = display_pixels(frame_of(wave(period_mm)), options, window=window).astype(float) - quiet
    phase = 2 * np.pi * np.arange(SIZE) * PIXEL_MM / period_mm
    inside = slice(32, -32)
    across = shown[64:192].mean(axis=0)[inside] * np.exp(-1j * phase[inside])
    return 2 * np.abs(across.mean()) / (255 * 0.1 / 2)


def test_bone_edges_gain_and_wide_contrasts_lose():
    assert gain(8.0, PLAIN) == pytest.approx(1, abs=0.06)
    assert gain(8.0, DisplayOptions()) > 1.3
    assert gain(150.0, DisplayOptions()) < 0.92
    assert gain(3.0, DisplayOptions(local_contrast=0.0, edge_enhancement=2.0)) > 1.5 * gain(3.0, PLAIN)


def test_logarithmic_and_linear_pixels_of_one_energy_look_alike():
    log, window = pattern(), Window(7.0, 9.0)
    linear, logarithmic = (
        display_pixels(frame_of(log, relationship), window=window).astype(int)
        for relationship in (Relationship.LINEAR, Relationship.LOG)
    )
    assert np.abs(linear - logarithmic).max() <= 2


def test_without_the_logarithm_thick_parts_lose_their_contrast():
    thick = np.full((SIZE, SIZE), 8.0)
    thick[:, SIZE // 2 :] -= 1.0
    steps = thick.copy()
    steps[119:122] -= 0.1  # as thin as a needle: broad steps are bent where it is bright
    shown = {
        on: display_pixels(frame_of(steps), replace(PLAIN, logarithm=on)).astype(float) for on in (True, False)
    }  # fmt: skip

    def depth(picture, column):
        return picture[60:90, column].mean() - picture[119:122, column].mean()

    assert depth(shown[True], 40) == pytest.approx(depth(shown[True], 220), rel=0.25)
    assert depth(shown[False], 220) < 0.5 * depth(shown[False], 40)


def test_any_number_of_threads_shows_the_same():
    frame = frame_of(pattern())
    pictures = [display_pixels(frame, threads=n).tobytes() for n in (1, 2, 3)]
    assert pictures[0] == pictures[1] == pictures[2]


def test_the_fields_dark_surround_leaves_the_anatomy_alone():
    """A slab looks even up to the soft edge of its field: the black beside it spills neither dark nor bright into it."""
    pose, detector, _ = view(size=SIZE, pixel_mm=PIXEL_MM, isocentre=(0, 0, 0))
    technique = Technique(80, 40, collimator=Collimator(25, 25))
    frames = [
        expose(Scene(slab((SIZE, SIZE), 18.0)), pose, detector, technique, CARM, np.random.default_rng(n))
        for n in range(8)
    ]
    middle = np.mean([display_window(frames[0]).low, display_window(frames[0]).high])
    window = Window(middle - 1, middle + 1)
    shown = np.mean([display_pixels(frame, window=window) for frame in frames], axis=0)
    edge = round(25 * 1020 / 530 / PIXEL_MM)
    beside = shown[100:156, 128 + edge - 10 : 128 + edge - 4].mean()
    assert beside == pytest.approx(shown[100:156, 110:146].mean(), abs=12)
    assert shown[100:156, 128 + edge + 6 :].max() == 0
    assert 0 < shown[100:156, 127 + edge].mean() < 0.9 * beside


@pytest.mark.parametrize("value", [0, 65535])
def test_an_even_frame_of_nothing_or_all_is_shown_without_failing(value):
    frame = replace(frame_of(np.zeros((SIZE, SIZE))), pixels=np.full((SIZE, SIZE), value, np.uint16))
    assert display_pixels(frame).std() < 1


@pytest.mark.parametrize("size", [(1, 1), (3, 40), (9, 9)])
def test_small_frames_are_shown(size):
    pixels = np.arange(size[0] * size[1], dtype=np.uint16).reshape(size) * 50 + 500
    assert display_pixels(replace(frame_of(np.zeros((SIZE, SIZE))), pixels=pixels)).shape == size


def test_skin_beside_direct_beam_stays_to_be_seen_and_the_body_keeps_its_contrast():
    """A lateral: a third direct beam, soft tissue 2.5 in ln above the thick pelvis, each with a step of 0.3 inside."""
    log = np.full((SIZE, SIZE), 7.4)
    log[:, :80], log[:, 80:130] = 12.0, 9.9
    log[100:140, 80:] -= 0.3
    shown = display_pixels(frame_of(log), PLAIN).astype(float)
    thick = shown[60:90, 200:240].mean() - shown[110:130, 200:240].mean()
    skin = shown[60:90, 100:110].mean() - shown[110:130, 100:110].mean()
    assert thick > 10
    assert 1 < skin < thick
    assert shown[:, :60].min() > shown[60:90, 100:110].mean()


@pytest.mark.parametrize("over_skin", [1.2, 1.5, 1.8])
def test_a_needle_over_skin_keeps_at_least_half_of_the_contrast_that_it_has_over_bone(over_skin):
    """Skin is brighter than bone by so much in ln, direct beam beside it by more; the needle is a millimetre wide."""
    plain = np.full((SIZE, SIZE), 8.0)
    plain[:, :40], plain[:, 40:110] = 11.0, 8.0 + over_skin
    with_needle = plain.copy()
    with_needle[127:129, 60:220] -= 0.25
    window = display_window(frame_of(plain))
    before, after = (display_pixels(frame_of(log), window=window).astype(float) for log in (plain, with_needle))
    dark = (before - after)[127:129]
    assert dark[:, 140:200].mean() > 20
    assert dark[:, 65:100].mean() > 0.5 * dark[:, 140:200].mean()
    beside = np.abs(before - after)[134:, 60:220]
    assert beside.max() < 0.15 * dark[:, 140:200].mean()  # no halo


def test_most_greys_belong_to_bone_in_a_lateral(pelvis):
    """Nine in ten rays through two grams of bone or more to the square centimetre spread over more than half of all greys."""
    projector = Projector(volume_from_hu(pelvis.ct.grid, pelvis.ct.hu))
    direction, detector = ReceptorTilt(90, 0).direction, CARM.detector.binned_to(256)
    joints = joints_for_direction(direction, PatientPosition.HFP, CARM)
    pose = pose_from_joints(joints, PatientPosition.HFP, CARM, np.array([43.0, -91.0, 78.0]))
    run = take_run(projector, pose, CARM, detector, contrasts=(None,) * 4, rng=np.random.default_rng(1))
    bone = projector.project(ProjectionGeometry.of(pose, detector)).bone > 2
    darkest, brightest = np.percentile(display_pixels(last_image_hold(run.images))[bone], (5, 95))
    assert brightest - darkest > 128


def test_a_kept_window_bends_contrasts_round_the_level_of_its_own_frame():
    """What comes into the picture later leaves the grey of bright tissue alone."""
    plain = np.full((SIZE, SIZE), 8.0)
    plain[:, :80] = 9.2
    later = plain.copy()
    later[60:, 90:] -= 0.5  # so much of the field that its own level would be lower
    window = display_window(frame_of(plain), PLAIN)
    before, after = (display_pixels(frame_of(log), PLAIN, window=window).astype(int) for log in (plain, later))
    np.testing.assert_array_equal(after[:35], before[:35])
    alone = display_pixels(frame_of(later), PLAIN, window=replace(window, level=None)).astype(int)
    assert np.abs(alone[:35, :60] - before[:35, :60]).min() > 5
