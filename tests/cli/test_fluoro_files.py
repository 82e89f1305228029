"""What `sij fluoro` tells and writes: the default image, its files and their numbers, and the document that shows how."""

import json
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from fluoro_phantom import QUICK
from PIL import Image
from typer.main import get_command

from sijoint.cli.app import app
from sijoint.cli.fluoro_told import in_words
from sijoint.fluoroscopy import decode

DOCUMENT = Path(__file__).parents[2] / "docs" / "fluoroscopy.md"


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


def test_same_seed_same_bytes(fluoro, tmp_path, ct):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        assert fluoro(ct, "--out", f"{name}.npy", "--seed", seed, *QUICK)[0] == 0
    a, b, c = ((tmp_path / f"{name}.npy").read_bytes() for name in "abc")
    assert a == b != c


def test_linear_pixels_lie_beside_a_file_that_says_what_they_are(fluoro, tmp_path, ct):
    assert fluoro(ct, "--out", "a.npy", "--run", "2", *QUICK)[0] == 0
    described = json.loads((tmp_path / "a.npy.json").read_text(encoding="utf-8"))
    assert (described["origin"], described["unit"], described["imperfection"]) == ("simulated", "detected keV/mm2", [])
    assert [image["origin"] for image in described["images"]] == ["simulated"] * 2
    assert all(image["pose"] and image["technique"] and image["kerma_reference_mgy"] for image in described["images"])
    assert {image["scale"] for image in described["images"]} == {1.0}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npy", "a.npy.json", ct.name]


def test_the_strip_tells_what_was_switched_on(fluoro, tmp_path, ct):
    heights = []
    for wish in ((), ("--c-arm", "uncalibrated", "--breathing")):
        assert fluoro(ct, "--out", "a.png", "--kvp", "70", *wish, "--rows", "512")[0] == 0
        with Image.open(tmp_path / "a.png") as picture:
            heights.append(picture.height)
    assert heights[1] > heights[0] + 30


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
