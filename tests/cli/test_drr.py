"""``sij drr`` as a person uses it: an image, its time as JSON, and one sentence for whatever cannot be."""

import json

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image
from typer.testing import CliRunner

from sijoint.cli import app as cli
from sijoint.cli.drr import linear_attenuation_per_mm


def write(path, hu, spacing=(3.0, 3.0, 3.0)):
    """A NIfTI volume of ``hu`` [i, j, k]."""
    image = sitk.GetImageFromArray(np.ascontiguousarray(hu.transpose(2, 1, 0)))
    image.SetSpacing(spacing)
    sitk.WriteImage(image, str(path))
    return path


@pytest.fixture(scope="module")
def block(tmp_path_factory):
    """120 x 90 x 105 mm of air with 60 mm of water in it, and a bone towards the left, the front and the head."""
    hu = np.full((40, 30, 35), -1000, np.int16)
    hu[10:30, 5:25, 8:28] = 0
    hu[26:29, 6:9, 23:27] = 1000
    return write(tmp_path_factory.mktemp("drr") / "block.nii.gz", hu)


def answer(*arguments):
    done = CliRunner().invoke(cli.app, ["drr", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0
    return json.loads(done.stdout)


def refusal(capsys, monkeypatch, *arguments):
    """What ``sij drr`` says on stderr, and its exit code."""
    monkeypatch.setattr("sys.argv", ["sij", "drr", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("sij: ")
    assert said.err.count("\n") == 1
    return ended.value.code, said.err


def test_the_image_is_the_line_integral_of_water(block, tmp_path):
    out = tmp_path / "image.npy"
    said = answer(block, "--size", 65, "--pixel-mm", 2, "--repeat", 3, "--out", out)
    image = np.load(out)
    assert image.dtype == np.float32
    assert image.shape == (65, 65) == tuple(said["shape"])
    assert image[32, 32] == pytest.approx(0.02 * 60, rel=2e-3)  # 60 mm of water in the middle
    assert image[0, 0] == 0
    assert 0 < said["min_ms"] <= said["median_ms"] <= said["max_ms"]
    assert said["preparation_ms"] > 0
    assert said["kernel"]
    assert said["volume_shape"] == [40, 30, 35]


def test_the_image_is_stored_as_seen_from_the_source_with_the_head_at_the_top(block, tmp_path):
    """The bone lies at the patient's left, headwards: at 0/0 the first columns show the left, at 180 the last ones do."""
    out = tmp_path / "image.npy"
    for primary, columns in ((0, slice(0, 32)), (180, slice(33, 65))):
        answer(block, "--primary", primary, "--size", 65, "--pixel-mm", 2, "--repeat", 1, "--out", out)
        image = np.load(out)
        row, column = np.unravel_index(image.argmax(), image.shape)
        assert row < 32
        assert column in range(65)[columns]


def test_the_saved_image_is_of_the_exact_pose_whatever_the_repeats(block, tmp_path):
    for repeat, name in ((1, "one.npy"), (4, "four.npy")):
        answer(block, "--primary", 33, "--secondary", -12, "--size", 32, "--repeat", repeat, "--out", tmp_path / name)
    assert (tmp_path / "one.npy").read_bytes() == (tmp_path / "four.npy").read_bytes()


def test_a_timed_frame_never_sees_the_same_pose_twice(block, monkeypatch):
    seen = []
    from sijoint.fluoroscopy import LineIntegrator

    plain = LineIntegrator.integrate
    monkeypatch.setattr(
        LineIntegrator, "integrate", lambda self, view: seen.append(view.source_mm.tobytes()) or plain(self, view)
    )
    answer(block, "--size", 16, "--pixel-mm", 8, "--repeat", 5, "--primary", 180)
    assert len(seen) == len(set(seen)) == 6


def test_water_mu_scales_the_image_and_tiff_holds_the_same_numbers(block, tmp_path):
    answer(block, "--size", 32, "--repeat", 1, "--out", tmp_path / "a.npy")
    answer(block, "--size", 32, "--repeat", 1, "--water-mu", 0.04, "--out", tmp_path / "b.tiff")
    once, twice = np.load(tmp_path / "a.npy"), np.array(Image.open(tmp_path / "b.tiff"))
    assert twice.dtype == np.float32
    np.testing.assert_allclose(twice, 2 * once, rtol=1e-5, atol=1e-5)


def test_hu_become_attenuation_with_nothing_below_zero():
    hu = np.array([-1024, -1000, 0, 1000], np.int16)
    np.testing.assert_allclose(linear_attenuation_per_mm(hu, 0.02), [0, 0, 0.02, 0.04], atol=1e-8)


def test_without_a_ct_the_bundled_pelvis_is_projected():
    said = answer("--size", 32, "--pixel-mm", 9, "--repeat", 1)
    assert said["volume_shape"] == [253, 172, 150]
    assert 1 < said["mean"] < 10


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--primary", 181], "outside -180..180"),
        (["--secondary", 90.5], "outside -180..180"),
        (["--primary", "nan"], "outside -180..180"),
        (["--sdd-mm", 0], "--sdd-mm is 0"),
        (["--sod-mm", 0], "--sod-mm is 0"),
        (["--sod-mm", "nan"], "--sod-mm is nan"),
        (["--sdd-mm", "inf"], "--sdd-mm is inf"),
        (["--sdd-mm", 600], "beyond the isocentre"),
        (["--sod-mm", 20], "inside the body"),
        (["--size", 0], "--size"),
        (["--size", 100000], "--size"),
        (["--size", 1.5], "--size"),
        (["--pixel-mm", 0], "--pixel-mm is 0"),
        (["--pixel-mm", -1], "--pixel-mm is -1"),
        (["--pixel-mm", "nan"], "--pixel-mm is nan"),
        (["--water-mu", 0], "--water-mu is 0"),
        (["--repeat", 0], "--repeat"),
        (["--threads", 0], "--threads"),
        (["--threads", 5000], "cores"),
        (["--out", "image.jpg"], "end the name in .npy"),
        (["--out", "no_such_folder/image.npy"], "no folder no_such_folder"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(block, capsys, monkeypatch, tmp_path, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    code, said = refusal(capsys, monkeypatch, block, *arguments)
    assert code == 2
    assert sentence in said
    assert list(tmp_path.iterdir()) == []


def hu_with(value):
    hu = np.full((12, 12, 12), -1000, np.float32)
    hu[3:9, 3:9, 3:9] = 40
    hu[5, 5, 5] = value
    return hu


@pytest.mark.parametrize(
    ("hu", "sentence"),
    [
        (hu_with(np.nan), "not numbers"),
        (hu_with(40)[:, :, :1], "single slice"),
        (hu_with(40) + 1000, "not in Hounsfield units"),
        (np.where(hu_with(40) > 0, -1001, -1150).astype(np.float32), "no ray meets"),
    ],
    ids=["NaN", "one slice", "without air", "only air"],
)
def test_a_ct_that_is_none_is_refused_in_one_sentence(capsys, monkeypatch, tmp_path, hu, sentence):
    code, said = refusal(capsys, monkeypatch, write(tmp_path / "ct.nii.gz", hu), "--out", tmp_path / "image.npy")
    assert code == 2
    assert sentence in said
    assert not (tmp_path / "image.npy").exists()


def test_a_missing_ct_is_refused_in_one_sentence(capsys, monkeypatch, tmp_path):
    code, said = refusal(capsys, monkeypatch, tmp_path / "none.nii.gz")
    assert code == 2
    assert "does not exist" in said
