"""What a person wishes of `sij fluoro` is in the image and in its numbers: view, needle, contrast, field, distances, an imperfect C-arm."""

import json

import numpy as np
import pytest
from fluoro_phantom import QUICK, volume
from PIL import Image

from sijoint.cli.fluoro_view import UnclearView, View, receptor
from sijoint.frames import ReceptorTilt, angle_between_deg, receptor_direction


def test_needle_and_contrast_darken_the_image(fluoro, tmp_path, ct):
    iodine = np.zeros((10, 10, 10), np.float32)
    iodine[2:8, 2:8, 2:8] = 300
    fluid = volume(tmp_path / "c.nii.gz", iodine, 2.0, (120.0, 90.0, 65.0))
    by_hand = ("--kvp", "60", *QUICK)
    assert fluoro(ct, "--out", "plain.npy", *by_hand)[0] == 0
    assert fluoro(ct, "--out", "with.npy", "--needle", "60,200,70:60,100,70", "--contrast", fluid, *by_hand)[0] == 0
    fluid.unlink()
    plain, darker = np.load(tmp_path / "plain.npy"), np.load(tmp_path / "with.npy")
    assert np.mean(darker < 0.7 * plain) > 0.001
    assert np.median(darker / plain) == pytest.approx(1, abs=0.03)


def test_subtraction_gives_the_iodine_that_was_there(fluoro, tmp_path, ct):
    iodine = np.zeros((14, 14, 14), np.float32)
    iodine[2:12, 2:12, 2:12] = 50
    fluid = volume(tmp_path / "c.nii.gz", iodine, 2.0, (84.0, 84.0, 59.0))
    wishes = (ct, "--contrast", fluid, "--subtract", "--kvp", "80", "--collimate", "120x120", *QUICK)
    assert fluoro(*wishes, "--out", "iodine.npy")[0] == 0
    estimate = np.load(tmp_path / "iodine.npy")
    assert np.median(estimate[59:69, 59:69]) == pytest.approx(100, rel=0.15)  # 50 mg/mL over 2 cm
    assert abs(np.median(estimate[30:40, 59:69])) < 6
    assert fluoro(*wishes, "--out", "iodine.png")[0] == 0
    grey = np.asarray(Image.open(tmp_path / "iodine.png"))[20:, :, 0]
    assert grey[59:69, 59:69].mean() < 90 < 115 < grey[30:40, 59:69].mean() < 140


def test_gadolinium_darkens_less_than_iodine_of_the_same_strength(fluoro, tmp_path, ct):
    fluid = volume(tmp_path / "c.nii.gz", np.full((10, 10, 10), 100, np.float32), 2.0, (88.0, 88.0, 63.0))
    seen = {}
    for agent in ("iodine", "gadolinium"):
        wishes = ("--contrast", fluid, "--agent", agent, "--kvp", "70", *QUICK)
        assert fluoro(ct, "--out", "a.npy", *wishes)[0] == 0
        seen[agent] = np.load(tmp_path / "a.npy")[60:68, 60:68].mean()
    assert seen["gadolinium"] > 1.05 * seen["iodine"]


def test_a_tighter_field_costs_less_dose(fluoro, ct):
    open_field, tight = (
        json.loads(fluoro(ct, "--out", "a.npy", "--json", "--kvp", "60", *wish, *QUICK)[1])
        for wish in ((), ("--collimate", "60x40"))
    )
    area_cm2 = (open_field["shape"][0] * open_field["pixel_mm"] * 530 / 1020 / 10) ** 2
    ratio = open_field["image_dose_area_product_mgy_cm2"] / tight["image_dose_area_product_mgy_cm2"]
    assert ratio == pytest.approx(area_cm2 / 24, rel=1e-6)


def test_the_reference_point_is_the_same_place_before_the_isocentre_at_any_distance(fluoro, ct):
    """IEC 60601-2-43: the isocentre less 150 mm, so kerma there goes with the square of its distance from the focus."""
    by_hand = (ct, "--out", "a.npy", "--json", "--kvp", "60", "--ma", "5", *QUICK)
    usual, farther = (json.loads(fluoro(*by_hand, *wish)[1]) for wish in ((), ("--sod-mm", "700")))
    assert farther["image_kerma_mgy"] / usual["image_kerma_mgy"] == pytest.approx((380 / 550) ** 2)


def test_distances_that_scatter_was_not_made_for_are_told(fluoro, ct):
    usual, other = (
        json.loads(fluoro(ct, "--out", "a.png", "--json", *wish, *QUICK)[1]) for wish in ((), ("--sod-mm", "700"))
    )
    for told in ("assumed", "warnings"):
        assert not any("scatter is assumed" in words for words in usual[told])
        assert any("scatter is assumed" in words for words in other[told])


def test_a_perfect_carm_is_the_default_and_each_switch_moves_the_image_and_is_told(fluoro, tmp_path, ct):
    by_hand = (ct, "--view", "lateral-left", "--kvp", "70", "--json", *QUICK)
    plain = json.loads(fluoro(*by_hand, "--out", "a.npy")[1])
    assert fluoro(*by_hand, "--c-arm", "perfect", "--out", "b.npy")[0] == 0
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "b.npy").read_bytes()
    assert plain["imperfection"] == []
    for wish, says in (
        (("--c-arm", "uncalibrated"), "the C bends: up to 12 mm"),
        (("--c-arm", "calibrated"), "the C bends: up to 0.25 mm"),
        (("--breathing",), "with a breath every 4.3 s"),
        (("--shift", "0,12,0"), "the patient moved by 12.0 mm"),
    ):
        told = json.loads(fluoro(*by_hand, *wish, "--out", "b.npy")[1])
        assert any(says in words for words in told["imperfection"])
        assert json.loads((tmp_path / "b.npy.json").read_text(encoding="utf-8"))["imperfection"] == told["imperfection"]
        assert not np.array_equal(np.load(tmp_path / "a.npy"), np.load(tmp_path / "b.npy"))
        for reported in ("primary_deg", "secondary_deg", "roll_deg", "isocentre_mm", "source_detector_mm"):
            assert told[reported] == plain[reported]


def test_a_patient_who_lies_elsewhere_is_seen_there(fluoro, tmp_path, ct):
    """The bone of the phantom, moved 30 mm to the back, is where a C-arm 30 mm to the front would see it."""
    by_hand = (ct, "--view", "lateral-left", "--kvp", "70", *QUICK)
    assert fluoro(*by_hand, "--at", "97.5,97.5,72.5", "--shift", "0,30,0", "--out", "moved.npy")[0] == 0
    assert fluoro(*by_hand, "--at", "97.5,67.5,72.5", "--out", "there.npy")[0] == 0
    moved, there = np.load(tmp_path / "moved.npy"), np.load(tmp_path / "there.npy")
    assert np.abs(moved - there).max() <= 8.01 + 0.01 * there.max()


@pytest.mark.deep
def test_the_trajectory_view_shows_the_planned_needle_as_a_short_stroke_into_the_target(fluoro, tmp_path):
    told = []
    for name, more in (("plain", ()), ("needle", ("--needle", "planned"))):
        code, out, _ = fluoro("--view", "trajectory", "--out", f"{name}.npy", "--json", "--kvp", "80", *more, *QUICK)
        assert code == 0
        told.append(json.loads(out))
    plain, needle = (np.load(tmp_path / f"{name}.npy") for name in ("plain", "needle"))
    dark = np.argwhere(needle < 0.5 * plain)
    # it bends: pointed some degrees aside of the view at the skin, along it where it arrives
    assert 1 <= len(dark) <= 12
    assert np.abs(dark - 63.5).min() <= 2
    assert told[0]["isocentre_mm"] == told[1]["isocentre_mm"]


@pytest.mark.parametrize(
    ("wish", "tilt"),
    [
        ({}, ReceptorTilt(0, 0)),
        ({"left": 15.0, "cephalad": 10.0}, ReceptorTilt(15, 10)),
        ({"right": 15.0, "caudad": 10.0}, ReceptorTilt(-15, -10)),
        ({"view": View.LATERAL_RIGHT, "cephalad": 5.0}, ReceptorTilt(-90, 5)),
        ({"view": View.AP, "left": 20.0}, ReceptorTilt(20, 0, behind=False)),
        ({"prone": False, "left": 20.0}, ReceptorTilt(20, 0, behind=False)),
        ({"prone": False, "view": View.PA}, ReceptorTilt(0, 0)),
    ],
)
def test_words_are_the_receptor_that_they_say(wish, tilt):
    every = dict.fromkeys(("view", "left", "right", "cephalad", "caudad", "primary", "secondary")) | {"prone": True}
    assert angle_between_deg(receptor(**{**every, **wish}), tilt.direction) < 1e-9


def test_dicom_angles_are_taken_as_they_are():
    wanted = receptor(None, None, None, None, None, 165.0, 10.0, prone=True)
    assert angle_between_deg(wanted, receptor_direction(165.0, 10.0)) < 1e-9
    with pytest.raises(UnclearView):
        receptor(View.PA, None, None, None, None, 165.0, None, prone=True)
