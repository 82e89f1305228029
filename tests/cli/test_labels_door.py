"""``sij labels``: a map where one is needed, and none where the numbers are understood or are no labels."""

import numpy as np
import pytest
import SimpleITK as sitk


@pytest.fixture
def segmented(tmp_path):
    """Writes a small volume that holds the given numbers."""

    def write(*numbers, dtype=np.uint8):
        values = np.zeros((6, 7, 8), dtype)
        values[2, 2, 1 : 1 + len(numbers)] = numbers
        sitk.WriteImage(sitk.GetImageFromArray(values), str(tmp_path / "mine.nii.gz"))
        return "mine.nii.gz"

    return write


def test_unknown_numbers_get_a_map_once(sij, segmented, tmp_path):
    file = segmented(1, 2, 3)
    code, told, _ = sij("labels", file)
    assert code == 0
    assert "Fill in the names in mine.labels.toml" in told
    (tmp_path / "mine.labels.toml").write_text("[name]\n1 = 'sacrum'\n", encoding="utf-8")
    code, told, _ = sij("labels", file)
    assert code == 1
    assert "--overwrite" in told
    assert "sacrum" in (tmp_path / "mine.labels.toml").read_text(encoding="utf-8")


def test_numbers_that_are_understood_need_no_map(sij, segmented, tmp_path):
    code, told, _ = sij("labels", segmented(25, 77, 78))
    assert code == 0
    assert "no map is needed" in told
    assert not (tmp_path / "mine.labels.toml").exists()


def test_grey_values_are_no_labels(sij, segmented, tmp_path):
    code, _, complaint = sij("labels", segmented(-1000, 40, 700, dtype=np.int16))
    assert code == 2
    assert "grey values, not labels" in complaint
    assert not (tmp_path / "mine.labels.toml").exists()


def test_a_missing_word_is_told_with_what_may_stand_there(sij):
    assert sij("labels") == (2, "", "sij: file is missing; --help tells more\n")
    assert sij("pelvis") == (2, "", "sij: action is missing: give sample or list; --help tells more\n")
