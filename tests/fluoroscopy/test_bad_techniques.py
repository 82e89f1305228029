"""What no tube, pedal or collimator does is refused in words, and a picture that shows nothing says why."""

from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest
from xray_phantoms import CARM, slab, view

from sijoint.fluoroscopy import (
    Collimator,
    LineIntegrals,
    Scene,
    Technique,
    UnphysicalView,
    annotated,
    average,
    decode,
    display_pixels,
    dose_area_product_mgy_cm2,
    encode,
    expose,
    magnified,
    starting_technique,
)

SIZE = 96


def pulse(scene, technique, pixel_mm=3.0):
    pose, detector, _ = view(size=SIZE, pixel_mm=pixel_mm, isocentre=(0, 0, 0))
    return expose(scene, pose, detector, technique, CARM, np.random.default_rng(1))


@pytest.mark.parametrize("name", ["kvp", "ma", "pulse_ms", "pulses_per_s", "copper_mm"])
@pytest.mark.parametrize("value", [nan, inf, -inf, -1.0])
def test_numbers_that_are_none_are_refused(name, value):
    with pytest.raises(UnphysicalView):
        replace(starting_technique(), **{name: value})


@pytest.mark.parametrize("rate", [0.5, 30.5, 60])
def test_the_pedal_pulses_once_to_thirty_times_a_second(rate):
    for allowed in (1, 30):
        assert replace(starting_technique(), pulses_per_s=allowed).pulses_per_s == allowed
    with pytest.raises(UnphysicalView, match="pulses a second"):
        replace(starting_technique(), pulses_per_s=rate)


def test_pulses_that_overlap_are_refused():
    with pytest.raises(UnphysicalView, match="do not fit"):
        replace(starting_technique(), pulse_ms=50, pulses_per_s=30)


@pytest.mark.parametrize("half", [0.0, -3.0, nan, inf])
def test_a_closed_collimator_is_refused(half):
    with pytest.raises(UnphysicalView, match="open it"):
        Collimator(half, 20.0)
    with pytest.raises(UnphysicalView, match="open it"):
        Collimator(20.0, half)


@pytest.mark.parametrize("half_mm", [0.001, 0.31])
def test_a_slit_that_would_show_nothing_is_refused_before_any_dose(half_mm):
    """0.6 mm at the isocentre is 1.2 mm on the detector: wider than a pixel, and all of it in the blades' half-shadow."""
    pose, detector, _ = view(size=256, pixel_mm=298 / 256, isocentre=(0, 0, 0))
    for collimator in (Collimator(half_mm, 40), Collimator(40, half_mm), Collimator(half_mm, half_mm)):
        with pytest.raises(UnphysicalView, match="all but closed"):
            technique = Technique(80, 10, collimator=collimator)
            expose(Scene(slab((256, 256))), pose, detector, technique, CARM, np.random.default_rng(1))


@pytest.mark.parametrize("size", [256, 1024])
def test_the_narrowest_field_that_is_taken_is_seen(size):
    pose, detector, _ = view(size=size, pixel_mm=298 / size, isocentre=(0, 0, 0))
    technique, seen = Technique(80, 10), []
    for half_mm in np.arange(0.2, 2.0, 0.1):
        narrow = replace(technique, collimator=Collimator(float(half_mm), float(half_mm)))
        try:
            frame = expose(Scene(slab((size, size))), pose, detector, narrow, CARM, np.random.default_rng(1))
        except UnphysicalView:
            continue
        seen.append(int(display_pixels(frame).max()))
    assert len(seen) > 5
    assert min(seen) > 100


def test_a_white_picture_says_that_it_is_saturated():
    frame = pulse(Scene(slab((SIZE, SIZE), 0.0)), Technique(80, 100))
    assert (frame.pixels == 65535).mean() > 0.9
    assert "saturated" in frame.warnings[0]


def test_a_black_picture_says_that_hardly_any_x_rays_arrive():
    frame = pulse(Scene(slab((SIZE, SIZE), 60.0, 10.0)), Technique(50, 0.2))
    assert "hardly any X-rays" in frame.warnings[0]


def test_a_good_picture_warns_of_nothing():
    assert pulse(Scene(slab((SIZE, SIZE), 20.0)), Technique(80, 16)).warnings == ()


def test_a_field_that_is_largely_body_beyond_the_ct_says_so_and_collimating_it_away_helps():
    integrals = slab((SIZE, SIZE), 20.0)
    for rows, warned in ((SIZE // 6, False), (SIZE // 4, True)):
        integrals.truncated[:] = False
        integrals.truncated[:rows] = True
        words = " ".join(pulse(Scene(integrals), Technique(80, 16)).warnings)
        assert ("more than 20% of the field is body beyond the CT" in words) is warned
    assert pulse(Scene(integrals), Technique(80, 16, collimator=Collimator(35, 35))).warnings == ()


def test_distances_that_scatter_was_not_made_for_are_told():
    pose, detector, _ = view(size=SIZE, pixel_mm=3.0, isocentre=(0, 0, 0), sdd=1020, sod=700)
    frame = expose(Scene(slab((SIZE, SIZE), 20.0)), pose, detector, Technique(80, 16), CARM, np.random.default_rng(1))
    assert any("scatter is assumed as with 1020 mm" in words for words in frame.warnings)


def test_the_warning_is_kept_with_the_frame_and_burnt_into_the_strip():
    frame = pulse(Scene(slab((SIZE, SIZE), 60.0, 10.0)), Technique(50, 0.2))
    assert decode(*encode(frame)).warnings == frame.warnings
    assert average([frame, frame]).warnings == frame.warnings
    assert annotated(frame).shape[0] > annotated(replace(frame, warnings=())).shape[0]


def test_sidecars_of_before_there_were_warnings_are_read():
    png, sidecar = encode(pulse(Scene(slab((SIZE, SIZE), 20.0)), Technique(80, 16)))
    del sidecar["warnings"]
    assert decode(png, sidecar).warnings == ()


def test_line_integrals_that_are_not_finite_are_refused():
    spoilt = slab((SIZE, SIZE), 20.0)
    spoilt.water[3, 4] = nan
    with pytest.raises(UnphysicalView, match="not finite"):
        pulse(Scene(spoilt), Technique(80, 16))
    spoilt.water[3, 4] = -0.6  # its place in the tables would be another row's
    with pytest.raises(UnphysicalView, match="zero or more"):
        pulse(Scene(spoilt), Technique(80, 16))
    with pytest.raises(UnphysicalView, match="detector has"):
        pulse(Scene(slab((SIZE, SIZE - 1))), Technique(80, 16))
    lacking = LineIntegrals(*(np.zeros((0, 0), kind) for kind in (np.float32, np.float32, bool)))
    with pytest.raises(UnphysicalView, match="detector has"):
        pulse(Scene(lacking), Technique(80, 16))


@pytest.mark.parametrize("name", ["steel", "titanium", "iodine", "gadolinium"])
@pytest.mark.parametrize("value", [nan, inf, -0.1])
def test_tools_and_contrast_that_cannot_be_are_refused(name, value):
    density = np.zeros((SIZE, SIZE), np.float32)
    Scene(slab((SIZE, SIZE)), **{name: density})
    density[3, 4] = value
    with pytest.raises(UnphysicalView, match=f"areal densities of {name}"):
        Scene(slab((SIZE, SIZE)), **{name: density})


def test_a_magnified_field_has_finer_pixels_less_dose_area_and_the_same_kerma():
    pose, detector, _ = view(size=512, pixel_mm=0.58)
    for zoom in CARM.zooms:
        closer = magnified(detector, zoom, CARM)
        assert (closer.rows, closer.pixel_mm) == (512, pytest.approx(0.58 / zoom))
        technique = Technique(80, 16)
        whole, part = (dose_area_product_mgy_cm2(pose, field, technique) for field in (detector, closer))
        assert part == pytest.approx(whole / zoom**2)
    for zoom in (0.5, 1.1, nan):
        with pytest.raises(UnphysicalView, match="no field"):
            magnified(detector, zoom, CARM)
