"""One sentence for every impossible wish at `sij fluoro`, and nothing is written."""

import numpy as np
import pytest
from fluoro_phantom import QUICK, small_body, volume


@pytest.mark.parametrize("wish", [("--window", "6,9"), ("--edge", "0.5"), ("--local-contrast", "1")])
def test_a_look_that_a_subtracted_picture_does_not_have_is_refused(fluoro, tmp_path, ct, wish):
    fluid = volume(tmp_path / "c.nii.gz", np.full((6, 6, 6), 50, np.float32), 2.0, (90.0, 90.0, 65.0))
    code, _, complaint = fluoro(ct, "--contrast", fluid, "--subtract", "--out", "a.png", *wish, *QUICK)
    assert code == 2
    assert wish[0] in complaint
    assert "--subtract" in complaint


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        (("--shift", "1,2"), "x,y,z"),
        (("--kvp", "300"), "kVp"),
        (("--ma", "4"), "--kvp"),
        (("--left", "3", "--right", "4"), "not both"),
        (("--left", "3", "--primary", "170"), "either in words"),
        (("--view", "trajectory", "--left", "3"), "decided by the plan"),
        (("--view", "trajectory", "--at", "0,0,0"), "leave out --at"),
        (("--view", "lateral-left", "--left", "3"), "lateral"),
        (("--side", "right"), "--view trajectory"),
        (("--cephalad", "80"), "cannot bring the receptor there"),
        (("--cranial", "95"), "up to 90"),
        (("--primary", "200"), "outside"),
        (("--primary", "nan"), "nan"),
        (("--at", "1,2"), "x,y,z"),
        (("--at", "inf,2,3"), "x,y,z"),
        (("--at", "9999,0,0"), "outside the beam"),
        (("--needle", "1,2,3"), "x,y,z:x,y,z"),
        (("--needle", "planned"), "--labels"),
        (("--needle", "0,0,0:0,9,0", "--gauge", "18"), "--gauge 22 or 25"),
        (("--collimate", "0x4"), "width x height"),
        (("--magnification", "3"), "no field magnified 3"),
        (("--sdd-mm", "300"), "beyond the isocentre"),
        (("--sdd-mm", "0"), "300 to 3000 mm"),
        (("--sod-mm", "-5"), "200 to 2000 mm"),
        (("--sod-mm", "60"), "200 to 2000 mm"),
        (("--threads", "4096"), "cores"),
        (("--contrast", "missing.nii.gz"), "does not exist"),
        (("--rate", "900"), "pulses a second"),
        (("--window", "3,2"), "LOW,HIGH"),
        (("--subtract",), "--contrast"),
        (("--edge", "9"), "between 0 and 4"),
        (("--rows", "2"), "--rows"),
    ],
)
def test_an_impossible_wish_is_one_sentence_and_leaves_nothing(fluoro, tmp_path, ct, wish, says):
    code, told, complaint = fluoro(ct, "--out", "a.png", *wish)
    assert (code, told) == (2, "")
    assert complaint.startswith("sij: ")
    assert complaint.count("\n") == 1
    assert says in complaint
    assert list(tmp_path.iterdir()) == [ct]


@pytest.mark.parametrize(
    ("out", "says"),
    [((), "--out"), (("--out", "a.jpg"), ".png"), (("--out", "none/a.png"), "no folder"), (("--out", "."), "a folder")],
)
def test_a_place_where_no_image_can_go_is_said_before_any_work(fluoro, tmp_path, out, says):
    code, _, complaint = fluoro(*out)
    assert code == 2
    assert says in complaint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fault", ["nan", "slice", "grey", "empty"])
def test_what_is_no_ct_is_refused(fluoro, tmp_path, fault):
    hu = small_body()
    if fault == "nan":
        hu[3, 3, 3] = np.nan
    wrong = {"nan": hu, "slice": hu[:1], "grey": hu / 10 + 200, "empty": np.zeros_like(hu)}[fault]
    path = volume(tmp_path / "wrong.nii.gz", wrong)
    code, _, complaint = fluoro(path, "--out", "a.png", *QUICK)
    assert code == 2
    assert complaint.count("\n") == 1
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("value", "origin", "says"), [(50.0, 900.0, "outside the CT"), (-1.0, 80.0, "zero or more")])
def test_contrast_that_cannot_be_is_refused(fluoro, tmp_path, ct, value, origin, says):
    fluid = volume(tmp_path / "c.nii.gz", np.full((4, 4, 4), value, np.float32), 2.0, (origin,) * 3)
    code, _, complaint = fluoro(ct, "--out", "a.png", "--contrast", fluid, *QUICK)
    assert code == 2
    assert says in complaint


def test_a_written_image_stays_when_the_next_one_fails(fluoro, tmp_path, ct):
    assert fluoro(ct, "--out", "a.npy", *QUICK)[0] == 0
    before = (tmp_path / "a.npy").read_bytes()
    assert fluoro(ct, "--out", "a.npy", "--kvp", "300", *QUICK)[0] == 2
    assert (tmp_path / "a.npy").read_bytes() == before
