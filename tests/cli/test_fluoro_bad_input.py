"""Hurried wishes and odd files at the fluoroscope's doors: each is one sentence that says what is wrong, or a warning."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fluoro_phantom import small_body, volume

from sijoint.cli.wrong_option import in_plain_words

QUICK = ("--rows", "64")
NEEDLE = "98,190,70:98,120,70"


@pytest.fixture
def ct(tmp_path):
    """The small body in a file that is not compressed, so that its header can be changed in place."""
    return volume(tmp_path / "ct.nii", body())


def body():
    return small_body().astype(np.int16)


def patched(path, *changes):
    """The file with values put into its NIfTI-1 header: (offset, numpy type, numbers)."""
    content = bytearray(path.read_bytes())
    for offset, kind, numbers in changes:
        put = np.array(numbers, kind).tobytes()
        content[offset : offset + len(put)] = put
    path.write_bytes(content)
    return path


def refused(answer):
    code, told, complaint = answer
    assert (code, told) == (2, "")
    assert complaint.startswith("sij: ")
    assert complaint.count("\n") == 1
    return complaint


CODES, ROWS, TYPE, UNITS = 252, 280, 70, 123  # where a NIfTI-1 header holds them
SHEARED = [-5, 2, 0, 0, 0, -5, 0, 0, 0, 0, 5, 0]
SINGULAR = [0, 0, 0, 0, 0, -5, 0, 0, 0, 0, 5, 0]


@pytest.mark.parametrize("door", ["fluoro", "drr"])
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ([(CODES, "<i2", [0, 0])], "does not say which side is left"),
        ([(CODES, "<i2", [0, 2]), (ROWS, "<f4", SHEARED)], "not at right angles"),
        ([(CODES, "<i2", [0, 2]), (ROWS, "<f4", SINGULAR)], "does not say where its voxels lie"),
        ([(TYPE, "<i2", [32, 16])], "complex numbers"),
        ([(UNITS, "u1", [1])], "5e+03 mm"),
    ],
    ids=["no orientation", "sheared", "singular", "complex", "metres"],
)
def test_a_header_that_places_the_body_nowhere_is_refused(sij, ct, door, changes, says):
    assert says in refused(sij(door, patched(ct, *changes), "--out", "a.npy"))


def test_labels_without_an_orientation_are_refused_like_a_ct(sij, ct, tmp_path):
    labels = patched(volume(tmp_path / "labels.nii", np.ones((30, 40, 40), np.uint8)), (CODES, "<i2", [0, 0]))
    code, _, complaint = sij("demo", "--ct", ct, "--labels", labels, "--out", "out")
    assert code == 2
    assert "labels.nii: the file does not say which side is left" in complaint


@pytest.mark.parametrize("door", ["fluoro", "drr"])
@pytest.mark.parametrize("slices", [2, 3, 4])
def test_a_few_slices_are_no_body(sij, tmp_path, door, slices):
    few = volume(tmp_path / "few.nii", body()[:slices])
    assert f"holds {slices} slices alone" in refused(sij(door, few, "--out", "a.npy"))


@pytest.mark.parametrize("spacing", [0.003, 30.0])
def test_voxels_of_no_scanner_are_refused_with_the_unit(sij, tmp_path, spacing):
    assert "millimetres" in refused(sij("drr", volume(tmp_path / "odd.nii", body(), spacing)))


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        (("--sdd-mm", "1e9"), "300 to 3000 mm"),
        (("--sod-mm", "1e6"), "200 to 2000 mm"),
        (("--collimate", "1x1"), "least field is 10 mm"),
        (("--kvp", "70", "--ma", "101"), "up to 100 mA"),
        (("--kvp", "abc"), "--kvp takes a number"),
        (("--rows", "10"), "--rows takes 64 or more"),
        (("--left", "nan"), "--left is nan"),
        (
            ("--view", "lateral-left", "--cranial", "20"),
            "wig-wag would be 20° and reaches -12..12°; up to 12° cephalad",
        ),
        (("--at", "1,2,3:4,5,6"), "2 places"),
        (("--needle", "9,9,9:9,9,9"), "no length"),
        (("--gauge", "25"), "add --needle"),
        (("--labels", "labels.nii"), "for a plan"),
        (("--needle", "planned", "--labels", "labels.nii", "--gauge", "25"), "leave out --gauge"),
        (("--window", "100,101"), "which lies between"),
    ],
)
def test_a_wish_beyond_the_machine_is_refused(sij, ct, wish, says):
    assert says in refused(sij("fluoro", ct, "--out", "a.png", *wish))


def test_labels_alone_do_not_go_with_the_bundled_pelvis(sij):
    assert "CT of your own" in refused(sij("fluoro", "--needle", "planned", "--labels", "l.nii", "--out", "a.png"))


@pytest.mark.parametrize(("value", "says"), [(0.0, "holds no contrast"), (6000.0, "solid iodine")])
def test_contrast_that_is_none_or_denser_than_iodine_is_refused(sij, ct, tmp_path, value, says):
    fluid = volume(tmp_path / "fluid.nii", np.full((4, 4, 4), value, np.float32), 2.0, (90.0, 90.0, 65.0))
    assert says in refused(sij("fluoro", ct, "--contrast", fluid, "--out", "a.png"))


def test_words_tell_opposite_views_apart(sij, ct):
    words = {}
    for primary in (20, 160):
        told = json.loads(sij("fluoro", ct, "--primary", primary, "--out", "a.npy", "--json", *QUICK)[1])
        words[primary] = told["receptor"]
    assert words == {
        20: "receptor 20° to the patient's left of straight in front",
        160: "receptor 20° to the patient's left",
    }


def test_a_needle_beside_the_field_is_said_and_one_inside_is_named(sij, ct):
    def told(*wish):
        return json.loads(sij("fluoro", ct, "--out", "a.npy", "--json", "--kvp", "60", *wish, *QUICK)[1])

    inside = told("--needle", NEEDLE, "--gauge", "25")
    assert inside["needle"]["gauge"] == 25
    assert (inside["needle"]["hub_mm"], inside["needle"]["tip_mm"]) == ([98, 190, 70], [98, 120, 70])
    assert not any("needle" in warning for warning in inside["warnings"])
    beside = told("--needle", "180,190,70:180,120,70", "--collimate", "60x60")
    assert any("the needle lies outside the field" in warning for warning in beside["warnings"])
    assert told()["needle"] is told()["contrast_agent"] is None


def test_the_agent_of_contrast_is_named(sij, ct, tmp_path):
    fluid = volume(tmp_path / "fluid.nii", np.full((4, 4, 4), 50, np.float32), 2.0, (90.0, 90.0, 65.0))
    wishes = ("--contrast", fluid, "--agent", "gadolinium", "--kvp", "60", "--json")
    assert json.loads(sij("fluoro", ct, "--out", "a.npy", *wishes, *QUICK)[1])["contrast_agent"] == "gadolinium"


@pytest.mark.parametrize(("wish", "part"), [(("--sdd-mm", "540"), "receptor"), (("--sod-mm", "200"), "collimator")])
def test_a_receptor_or_tube_inside_the_body_is_refused(sij, tmp_path, wish, part):
    wide = volume(tmp_path / "wide.nii", body(), 10.0)
    assert f"the {part} would meet the patient" in refused(sij("fluoro", wide, "--out", "a.png", *wish))


def test_a_focus_near_the_skin_is_called_out(sij, ct):
    told = json.loads(sij("fluoro", ct, "--out", "a.npy", "--kvp", "60", "--sod-mm", "340", "--json", *QUICK)[1])
    assert any("from the skin" in warning for warning in told["warnings"])


def test_a_small_current_and_its_dose_keep_their_digits(sij, ct):
    told = sij("fluoro", ct, "--out", "a.npy", "--kvp", "60", "--ma", "0.001", *QUICK)[1]
    assert "0.001 mA" in told
    assert " 0.000 mGy" not in told
    assert " 0 mGy" not in told


@pytest.mark.parametrize(
    ("wish", "value"), [("--pixel-mm", "1e6"), ("--water-mu", "1e-30"), ("--water-mu", "1e30"), ("--sdd-mm", "1e9")]
)
def test_a_line_integral_has_limits_that_name_the_option(sij, ct, wish, value):
    assert f"{wish} is" in refused(sij("drr", ct, wish, value))


def test_an_image_goes_through_a_link(sij, ct, tmp_path):
    (tmp_path / "kept").mkdir()
    link = tmp_path / "a.npy"
    link.symlink_to(tmp_path / "kept" / "b.npy")
    assert sij("drr", ct, "--size", 16, "--repeat", 1, "--out", link)[0] == 0
    assert link.is_symlink()
    assert np.load(tmp_path / "kept" / "b.npy").shape == (16, 16)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("where", [">/dev/full", ">&-"])
def test_an_answer_that_goes_nowhere_is_one_sentence(tmp_path, where):
    command = f'"{sys.executable}" -c "from sijoint.cli import main; main()" scenarios --help {where}'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("sij: the standard output")
    assert done.stderr.count("\n") == 1


def test_a_complaint_that_is_not_known_stays_as_it_is():
    assert in_plain_words("No such option: --nope") == "No such option: --nope"
