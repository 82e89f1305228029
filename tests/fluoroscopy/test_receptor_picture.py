"""The picture of the receptor: left, head and the two parts of the C-arm are where the pose has them."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from sijoint.fluoroscopy.receptor_picture import receptor_picture, receptor_picture_pixels, receptor_words
from sijoint.frames import CArmPose, DisplayOrientation, ReceptorTilt, default_display, load_carm_model

SVG = "{http://www.w3.org/2000/svg}"
RECEPTOR = "#d99000"
CARM = load_carm_model()


def pose(left, cephalad=0.0, behind=True):
    return CARM.pose(ReceptorTilt(left, cephalad, behind).direction, (0, 0, 0))


def read(svg):
    """Letters with their places, and the middles of receptor and tube in the across and the along panel."""
    root = ET.fromstring(svg)
    text = {element.text: (float(element.get("x")), float(element.get("y"))) for element in root.iter(f"{SVG}text")}
    parts = {"receptor": [], "tube": []}
    for polygon in root.iter(f"{SVG}polygon"):
        middle = np.mean([[float(n) for n in pair.split(",")] for pair in polygon.get("points").split()], axis=0)
        if polygon.get("fill") == RECEPTOR and polygon.get("fill-opacity") is None:
            parts["receptor"].append(middle)
        elif polygon.get("fill-opacity") == "0.6":
            parts["tube"].append(middle)
    return text, {name: sorted(found, key=lambda place: (place[1] > 262, place[0])) for name, found in parts.items()}


@pytest.mark.parametrize("behind", [True, False])
@pytest.mark.parametrize("left", [-90, -40, -10, 15, 60, 90])
def test_the_receptor_is_drawn_on_the_side_that_its_words_name(left, behind):
    text, parts = read(receptor_picture(pose(left, 0, behind), behind=behind))
    towards_left = text["L"][0] - text["R"][0]
    across = parts["receptor"][0][0] - parts["tube"][0][0]
    assert np.sign(across) == np.sign(towards_left) * np.sign(left)
    side = "left" if left > 0 else "right"
    assert f"the patient's {side}" in receptor_words(pose(left, 0, behind), behind)[0]


@pytest.mark.parametrize(("cephalad", "end"), [(20, "head"), (-20, "feet")])
@pytest.mark.parametrize("behind", [True, False])
def test_the_receptor_leans_to_the_end_that_its_words_name(cephalad, end, behind):
    text, parts = read(receptor_picture(pose(0, cephalad, behind), behind=behind))
    towards = np.sign(text[end][0] - text[{"head": "feet", "feet": "head"}[end]][0])
    assert np.sign(parts["receptor"][1][0] - parts["tube"][1][0]) == towards


@pytest.mark.parametrize("behind", [True, False])
def test_straight_the_receptor_is_above_the_table_and_turned_over_below(behind):
    _, above = read(receptor_picture(pose(0, 0, behind), behind=behind))
    assert above["receptor"][0][1] < above["tube"][0][1]
    _, below = read(receptor_picture(pose(180, 0, behind), behind=behind))
    assert below["receptor"][0][1] > below["tube"][0][1]


@pytest.mark.parametrize("left", [0, 15, -30, 180, 160])
@pytest.mark.parametrize("mirrored", [False, True])
def test_left_is_drawn_where_the_image_shows_it(left, mirrored):
    view = pose(left)
    default = default_display(view)
    display = DisplayOrientation(default.mirror != mirrored, default.quarter_turns)
    text, _ = read(receptor_picture(view, display))
    left_at_left = text["L"][0] < text["R"][0]
    assert left_at_left == ((abs(left) <= 90) != mirrored)
    caption = "from the feet" if left_at_left else "from the head"
    assert caption in text


def test_words_and_raw_angles_are_in_the_picture_and_in_its_title():
    svg = receptor_picture(pose(15, 10))
    text, _ = read(svg)
    assert "receptor 15° to the patient's left, 10° cephalad" in text
    assert "DICOM 165.0°/10.0°" in text
    assert "<title>receptor 15° to the patient&#x27;s left, 10° cephalad (DICOM 165.0°/10.0°)</title>" in svg
    assert {"head", "feet", "receptor", "X-ray tube", "from the patient's left, face down"} <= set(text)


def test_angles_on_the_picture_are_those_of_the_pose():
    _, parts = read(receptor_picture(pose(30)))
    across, up = parts["receptor"][0] - parts["tube"][0]
    assert np.degrees(np.arctan2(-across, -up)) == pytest.approx(30, abs=1)  # left is at the left of the picture


def test_pixels_show_the_same_and_are_the_same_again():
    view = pose(-20, 5)
    first, again = receptor_picture_pixels(view), receptor_picture_pixels(view)
    np.testing.assert_array_equal(first, again)
    rows, columns, channels = first.shape
    assert channels == 3
    amber = np.argwhere((first[:, : columns // 2, 0] > 200) & (first[:, : columns // 2, 2] < 40))
    amber = amber[amber[:, 0] < 0.7 * rows]
    _, parts = read(receptor_picture(view))
    np.testing.assert_allclose(amber.mean(axis=0)[::-1] / 2, parts["receptor"][0], atol=6)


def test_a_picture_is_drawn_for_every_direction():
    for left in range(-180, 181, 15):
        for cephalad in (-90, -45, 0, 45, 90):
            assert receptor_picture(pose(left, cephalad)).endswith("</svg>")
    assert "receptor" in receptor_picture(CArmPose(0, 0, (0, 0, 0), 1020, 700, roll_deg=30))
