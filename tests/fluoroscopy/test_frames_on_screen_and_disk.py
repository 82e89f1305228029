"""What a person sees and what is kept: nothing covers anatomy, sides are right, bytes come back."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xray_phantoms import CARM, slab, view

from sijoint.fluoroscopy import (
    Collimator,
    DisplayOptions,
    Relationship,
    Scene,
    Technique,
    UnreadableFrame,
    annotated,
    decode,
    display_pixels,
    display_window,
    edge_letters,
    encode,
    export,
    expose,
)
from sijoint.frames import DisplayOrientation, default_display

SIZE = 160


def picture(technique=None, primary=180.0, secondary=0.0, origin="simulated", size=SIZE):
    pose, detector, _ = view(primary, secondary, size=size, pixel_mm=1.0, isocentre=(0, 0, 0))
    anatomy = slab((size, size), 18.0)
    anatomy.water[:, size // 2 :] += 4.0
    steel = np.zeros((size, size), np.float32)
    steel[size // 2 : size // 2 + 2, 30 : size // 2] = 0.4
    frame = expose(
        Scene(anatomy, steel=steel),
        pose,
        detector,
        technique or Technique(75, 40),
        CARM,
        np.random.default_rng(1),
        time_s=3.2,
    )
    return replace(frame, origin=origin)


def test_needle_is_dark_and_inversion_makes_it_white():
    frame = picture()
    normal, inverted = display_pixels(frame), display_pixels(frame, DisplayOptions(inverted=True))
    needle, beside = np.s_[81, 35:70], np.s_[90:110, 35:70]
    assert normal[needle].mean() < normal[beside].mean() - 40
    assert inverted[needle].mean() > inverted[beside].mean() + 40
    assert normal[beside].mean() > normal[90:110, 90:140].mean()  # the thicker side is darker


def test_a_kept_window_keeps_the_grey_of_unchanged_anatomy():
    first, later = picture(), replace(picture(), time_s=4.0)
    window = display_window(first)
    np.testing.assert_array_equal(display_pixels(first, window=window), display_pixels(first))
    np.testing.assert_array_equal(display_pixels(later, window=window), display_pixels(first))


def test_outside_the_collimator_the_screen_is_black():
    shown = display_pixels(picture(Technique(75, 40, collimator=Collimator(20, 20))))
    assert shown[:30].max() == 0
    assert np.median(shown[70:90, 70:90], axis=0).min() > 0


def test_display_pixels_pass_unchanged():
    grey = np.arange(SIZE * SIZE, dtype=np.uint16).reshape(SIZE, SIZE) % 256
    frame = replace(picture(), relationship=Relationship.DISPLAY, pixels=grey)
    np.testing.assert_array_equal(display_pixels(frame), grey)


@pytest.mark.parametrize("display", [DisplayOrientation(), DisplayOrientation(True), DisplayOrientation(True, 1)])
def test_the_strip_is_outside_the_field_and_never_over_it(display):
    frame = picture()
    shown = annotated(frame, display=display, text=["a line", "another line"])
    image = display.apply(display_pixels(frame))
    found = [
        top
        for top in range(shown.shape[0] - SIZE + 1)
        if np.array_equal(shown[top : top + SIZE], np.repeat(image[..., None], 3, -1))
    ]
    assert len(found) == 1
    strip = np.concatenate([shown[: found[0]], shown[found[0] + SIZE :]])
    assert (strip.max(axis=-1) > 150).sum() > 300  # words


def test_simulated_is_burnt_in_and_only_on_images_that_are():
    top = 30
    band = np.s_[:top, SIZE // 4 : 3 * SIZE // 4]
    bands = {
        origin: annotated(picture(origin=origin))[band].max(axis=-1) for origin in ("simulated", "derived", "received")
    }
    assert (bands["received"][:6] > 150).sum() == 0
    assert (bands["simulated"] > 150).sum() > 60
    assert (bands["derived"] > 150).sum() > 60
    np.testing.assert_array_equal(bands["derived"], bands["simulated"])
    real = annotated(replace(picture(origin="derived"), derived_from="received"))[band].max(axis=-1)
    assert not np.array_equal(real, bands["simulated"])


def test_edge_letters_follow_the_patient_and_the_flips():
    for primary, expected in [(180, "LR"), (0, "RL"), (165, "LR"), (-165, "LR")]:
        pose = view(primary)[0]
        assert "".join(edge_letters(pose, default_display(pose))) == expected
        mirrored = DisplayOrientation(not default_display(pose).mirror)
        assert "".join(edge_letters(pose, mirrored)) == expected[::-1]
    lateral = view(90)[0]
    assert set(edge_letters(lateral, default_display(lateral))) == {"A", "P"}
    assert edge_letters(None, DisplayOrientation()) == ("", "")


def test_a_frame_without_pose_shows_no_side_and_says_what_is_missing():
    frame = replace(picture(), pose=None, missing=("PatientPosition",), origin="received")
    shown = annotated(frame)
    assert shown.shape[1] == SIZE
    assert shown[:20, :12].max() == 0


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    time_s=st.floats(0, 1e4),
    kvp=st.floats(50, 110),
    collimated=st.booleans(),
    posed=st.booleans(),
    origin=st.sampled_from(["simulated", "received", "derived"]),
)
def test_frames_come_back_from_their_bytes(seed, time_s, kvp, collimated, posed, origin):
    pixels = np.random.default_rng(seed).integers(0, 65536, (SIZE, SIZE), dtype=np.uint16)
    collimator = Collimator(30.5, None) if collimated else None
    frame = replace(
        BASE, pixels=pixels, time_s=time_s, technique=Technique(kvp, 10, collimator=collimator), origin=origin
    )  # fmt: skip
    if not posed:
        frame = replace(frame, pose=None, missing=("PositionerPrimaryAngle",), technique=None, kerma_reference_mgy=None)
    png, sidecar = encode(frame)
    assert encode(frame) == (png, sidecar)
    back = decode(png, sidecar)
    np.testing.assert_array_equal(back.pixels, frame.pixels)
    for name in frame.__dataclass_fields__:
        if name != "pixels":
            assert getattr(back, name) == getattr(frame, name), name


BASE = picture()


def test_sidecar_is_plain_json():
    import json

    png, sidecar = encode(BASE)
    back = decode(png, json.loads(json.dumps(sidecar)))
    assert back.pose == BASE.pose
    assert back.technique == BASE.technique


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda png, side: (png[:200], side), "cannot be read"),
        (lambda png, side: (b"", side), "cannot be read"),
        (lambda png, side: (png, {**side, "schema_version": 99}), "schema_version"),
        (lambda png, side: (png, {k: v for k, v in side.items() if k != "scale"}), "lacks"),
        (lambda png, side: (png, {**side, "detector": {"rows": 3, "columns": 3, "pixel_mm": 1.0}}), "belong together"),
        (lambda png, side: (png, {**side, "technique": {**side["technique"], "kvp": 500}}), "kVp"),
    ],
)
def test_spoilt_bytes_are_refused_in_words(spoil, words):
    with pytest.raises(UnreadableFrame, match=words):
        decode(*spoil(*encode(BASE)))


def test_an_exported_frame_says_simulated_above_unchanged_pixels():
    """Files that leave the program carry the strip; without it they are the frame's own pixels."""
    from io import BytesIO

    from PIL import Image

    pulse = picture()
    png, sidecar = export(pulse)
    pixels = np.asarray(Image.open(BytesIO(png)))
    strip = sidecar["strip_rows"]
    assert pixels[:strip].max() > 60000
    assert np.array_equal(pixels[strip:], pulse.pixels)
