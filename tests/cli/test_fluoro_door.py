"""`sij fluoro` as a stranger meets it: a good image without any wish, one sentence for every impossible one."""

import json
import re
import shlex
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image
from typer.main import get_command

from sijoint.cli.app import app, main
from sijoint.cli.fluoro_told import in_words
from sijoint.cli.fluoro_view import UnclearView, View, receptor
from sijoint.fluoroscopy import decode
from sijoint.frames import ReceptorTilt, angle_between_deg, receptor_direction

QUICK = ("--rows", "128")


@pytest.fixture
def fluoro(monkeypatch, capsys, tmp_path):
    """Run the command in an empty folder; exit code, what it printed, what it complained."""
    monkeypatch.chdir(tmp_path)
    kept = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGHUP)}

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["sij", "fluoro", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    yield run
    for name, handler in kept.items():
        signal.signal(name, handler)


def volume(path, values, spacing=5.0, origin=(0.0, 0.0, 0.0)):
    image = sitk.GetImageFromArray(values)
    image.SetSpacing((spacing,) * 3)
    image.SetOrigin(origin)
    sitk.WriteImage(image, str(path))
    return path


def small_body():
    """A box of tissue with a rod of bone, 5 mm voxels, (k, j, i)."""
    hu = np.full((30, 40, 40), -1000, np.float32)
    hu[:, 8:32, 8:32] = 40
    hu[:, 18:22, 18:22] = 600
    return hu


@pytest.fixture
def ct(tmp_path):
    path = volume(tmp_path / "ct.nii.gz", small_body())
    yield path
    path.unlink()


def test_without_any_wish_it_is_the_bundled_pelvis_seen_from_behind(fluoro, tmp_path):
    code, told, _ = fluoro("--out", "a.png", *QUICK)
    assert code == 0
    assert "receptor straight behind the patient" in told
    assert "bundled pelvis" in told
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.mode == "RGB"
        assert picture.height > picture.width == 128  # strips above and below
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_numbers_of_the_three_kinds_of_file_agree(fluoro, tmp_path, ct):
    for kind in ("npy", "tiff"):
        assert fluoro(ct, "--out", f"a.{kind}", "--run", "2", *QUICK)[0] == 0
    linear = np.load(tmp_path / "a.npy")
    assert (linear.shape, linear.dtype) == ((2, 128, 128), np.float32)
    with Image.open(tmp_path / "a.tiff") as pages:
        assert pages.n_frames == 2
        for n in range(2):
            pages.seek(n)
            described = json.loads(pages.tag_v2[270])
            stored = np.asarray(pages)[described["strip_rows"] :]
            assert stored.dtype == np.uint16
            assert np.array_equal(stored * np.float32(described["scale"]), linear[n])
            assert described["origin"] == "simulated"
            assert np.asarray(pages)[: described["strip_rows"]].max() > 60000  # the strip says SIMULATED


def test_the_description_of_a_page_is_a_whole_sidecar(fluoro, tmp_path, ct):
    assert fluoro(ct, "--out", "a.tiff", *QUICK)[0] == 0
    with Image.open(tmp_path / "a.tiff") as page:
        sidecar = json.loads(page.tag_v2[270])
        pixels = np.asarray(page)[sidecar.pop("strip_rows") :]
    Image.fromarray(pixels).save(tmp_path / "frame.png")
    frame = decode((tmp_path / "frame.png").read_bytes(), sidecar)
    assert frame.pose is not None
    assert frame.technique is not None


def test_several_images_play_as_one_png(fluoro, tmp_path, ct):
    assert fluoro(ct, "--out", "a.png", "--run", "3", "--rate", "5", *QUICK)[0] == 0
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.n_frames == 3
        picture.seek(1)
        assert picture.info["duration"] == 200


def test_json_holds_technique_dose_truncation_and_times(fluoro, ct):
    code, told, _ = fluoro(ct, "--out", "a.npy", "--kvp", "70", "--ma", "10", "--run", "3", "--json", *QUICK)
    facts = json.loads(told)
    assert code == 0
    assert (facts["technique"]["kvp"], facts["technique"]["ma"]) == (70, 10)
    assert facts["settling_pulses"] == 0
    assert facts["all_pulses_kerma_mgy"] == pytest.approx(3 * facts["image_kerma_mgy"])
    assert 0 <= facts["truncated_share"] <= 1
    assert facts["pulses_an_image"] == 1
    assert set(facts["seconds"]) == {"read_s", "plan_s", "prepare_s", "take_s", "write_s"}
    assert facts["kernel"]


def test_a_view_beside_the_body_says_that_brightness_had_nothing_to_measure(fluoro, ct):
    code, told, _ = fluoro(ct, "--out", "a.npy", "--at", "240,100,70", *QUICK)
    assert code == 0
    assert "brightness control had nothing to measure" in told
    facts = json.loads(fluoro(ct, "--out", "a.npy", "--at", "240,100,70", "--json", *QUICK)[1])
    assert (facts["brightness_settled"], facts["brightness_measured"]) == (False, False)


@pytest.mark.parametrize(("count", "words"), [(1, "found in 1 pulse\n"), (3, "found in 3 pulses\n")])
def test_pulses_are_counted_in_good_english(fluoro, ct, count, words):
    facts = json.loads(fluoro(ct, "--out", "a.npy", "--json", *QUICK)[1])
    assert words in in_words({**facts, "settling_pulses": count})


def test_the_image_that_is_held_is_the_mean_of_its_pulses(fluoro, tmp_path, ct):
    by_hand = (ct, "--kvp", "70", *QUICK)
    assert fluoro(*by_hand, "--out", "run.npy", "--run", "6")[0] == 0
    assert fluoro(*by_hand, "--out", "held.npy", "--hold", "6")[0] == 0
    pulses, held = np.load(tmp_path / "run.npy"), np.load(tmp_path / "held.npy")
    assert np.abs(held - pulses.mean(axis=0)).max() <= 4.01  # half a step of 8 keV/mm2


def test_a_window_told_by_json_makes_the_same_greys(fluoro, tmp_path, ct):
    first = json.loads(fluoro(ct, "--out", "a.png", "--json", *QUICK)[1])
    low, high = first["window"]
    assert fluoro(ct, "--out", "b.png", "--window", f"{low},{high}", *QUICK)[0] == 0
    assert fluoro(ct, "--out", "c.png", "--window", f"{low - 1},{high}", *QUICK)[0] == 0
    a, b, c = (np.asarray(Image.open(tmp_path / f"{name}.png"), dtype=int) for name in "abc")
    assert np.abs(a - b).max() <= 2
    assert c.mean() > a.mean() + 10


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


def test_same_seed_same_bytes(fluoro, tmp_path, ct):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        assert fluoro(ct, "--out", f"{name}.npy", "--seed", seed, *QUICK)[0] == 0
    a, b, c = ((tmp_path / f"{name}.npy").read_bytes() for name in "abc")
    assert a == b != c


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


def test_linear_pixels_lie_beside_a_file_that_says_what_they_are(fluoro, tmp_path, ct):
    assert fluoro(ct, "--out", "a.npy", "--run", "2", *QUICK)[0] == 0
    described = json.loads((tmp_path / "a.npy.json").read_text(encoding="utf-8"))
    assert (described["origin"], described["unit"], described["imperfection"]) == ("simulated", "detected keV/mm2", [])
    assert [image["origin"] for image in described["images"]] == ["simulated"] * 2
    assert all(image["pose"] and image["technique"] and image["kerma_reference_mgy"] for image in described["images"])
    assert {image["scale"] for image in described["images"]} == {1.0}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npy", "a.npy.json", ct.name]


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


def test_the_strip_tells_what_was_switched_on(fluoro, tmp_path, ct):
    heights = []
    for wish in ((), ("--c-arm", "uncalibrated", "--breathing")):
        assert fluoro(ct, "--out", "a.png", "--kvp", "70", *wish, "--rows", "512")[0] == 0
        with Image.open(tmp_path / "a.png") as picture:
            heights.append(picture.height)
    assert heights[1] > heights[0] + 30


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
        (("--cranial", "80"), "cannot bring the receptor there"),
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


@pytest.mark.parametrize(
    ("wish", "tilt"),
    [
        ({}, ReceptorTilt(0, 0)),
        ({"left": 15.0, "cranial": 10.0}, ReceptorTilt(15, 10)),
        ({"right": 15.0, "caudal": 10.0}, ReceptorTilt(-15, -10)),
        ({"view": View.LATERAL_RIGHT, "cranial": 5.0}, ReceptorTilt(-90, 5)),
        ({"view": View.AP, "left": 20.0}, ReceptorTilt(20, 0, behind=False)),
        ({"prone": False, "left": 20.0}, ReceptorTilt(20, 0, behind=False)),
        ({"prone": False, "view": View.PA}, ReceptorTilt(0, 0)),
    ],
)
def test_words_are_the_receptor_that_they_say(wish, tilt):
    every = dict.fromkeys(("view", "left", "right", "cranial", "caudal", "primary", "secondary")) | {"prone": True}
    assert angle_between_deg(receptor(**{**every, **wish}), tilt.direction) < 1e-9


def test_dicom_angles_are_taken_as_they_are():
    wanted = receptor(None, None, None, None, None, 165.0, 10.0, prone=True)
    assert angle_between_deg(wanted, receptor_direction(165.0, 10.0)) < 1e-9
    with pytest.raises(UnclearView):
        receptor(View.PA, None, None, None, None, 165.0, None, prone=True)


DOCUMENT = Path(__file__).parents[2] / "docs" / "fluoroscopy.md"


def test_every_command_of_the_document_is_one():
    known = {name for option in get_command(app).get_command(None, "fluoro").params for name in option.opts}
    known |= {name for option in get_command(app).get_command(None, "fluoro").params for name in option.secondary_opts}
    lines = re.findall(r"^    sij fluoro (.+)$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(lines) >= 6
    assert {word for line in lines for word in shlex.split(line) if word.startswith("--")} <= known


def test_the_python_of_the_document_runs(monkeypatch, tmp_path, ct):
    ct.rename(tmp_path / "my-ct.nii.gz")
    monkeypatch.chdir(tmp_path)
    (snippet,) = re.findall(r"```python\n(import numpy.+?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec(snippet, names)
    assert names["energy"].shape == (1024, 1024)
    assert names["picture"].shape[1:] == (1024, 3)
    (tmp_path / "my-ct.nii.gz").rename(ct)


@pytest.mark.deep
def test_the_trajectory_view_shows_the_planned_needle_as_a_dot(fluoro, tmp_path):
    told = []
    for name, more in (("plain", ()), ("needle", ("--needle", "planned"))):
        code, out, _ = fluoro("--view", "trajectory", "--out", f"{name}.npy", "--json", "--kvp", "80", *more, *QUICK)
        assert code == 0
        told.append(json.loads(out))
    plain, needle = (np.load(tmp_path / f"{name}.npy") for name in ("plain", "needle"))
    dark = np.argwhere(needle < 0.5 * plain)
    assert 1 <= len(dark) <= 4
    assert np.abs(dark - 63.5).max() <= 2
    assert told[0]["isocentre_mm"] == told[1]["isocentre_mm"]
