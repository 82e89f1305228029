"""Labels of TotalSegmentator, 3D Slicer and unknown numbers with a map that the user writes once."""

import numpy as np
import pytest
import SimpleITK as sitk

from sijoint.anatomy import UnreadableImage, UnsuitableAnatomy, label_map_template, labels_are_known, read_labels
from sijoint.anatomy.label_schemes import number_of
from sijoint.frames import Grid

SHAPE, SPACING, ORIGIN = (8, 7, 6), (1.5, 2.0, 3.0), (-10.0, -20.0, 30.0)
GRID = Grid.from_spacing(SHAPE, SPACING, ORIGIN)
OURS = {1: 25, 2: 77, 3: 78, 9: 20}  # sacrum, hips, colon


def values() -> np.ndarray:
    """Numbers (z, y, x) of nobody's scheme."""
    found = np.zeros(SHAPE[::-1], np.uint8)
    found[2, 2, 1:5] = [1, 2, 3, 9]
    found[3, 3, 2] = 2
    return found


def expected() -> np.ndarray:
    table = np.zeros(256, np.uint8)
    table[list(OURS)] = list(OURS.values())
    return table[values()].transpose(2, 1, 0)


def write(path, array=None, names=None, origin=ORIGIN):
    image = sitk.GetImageFromArray(values() if array is None else array)
    image.SetSpacing(SPACING)
    image.SetOrigin(origin)
    for n, (number, name) in enumerate((names or {}).items()):
        image.SetMetaData(f"Segment{n}_Name", name)
        image.SetMetaData(f"Segment{n}_LabelValue", str(number))
    sitk.WriteImage(image, str(path))
    return path


SLICER = {1: "Sacrum", 2: "Left hip bone", 3: "right hip", 9: "Colon"}


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("sacrum", 25),
        ("Left Hip Bone", 77),
        ("hip_right", 78),
        ("R innominate", 78),
        ("S1 vertebra", 26),
        ("left iliac vein", 67),
        ("tumour", None),
        ("hip", None),
    ],
)
def test_names_of_other_programs_are_understood_or_not_at_all(name, number):
    assert number_of(name) == number


def test_a_slicer_segmentation_is_read_by_the_names_of_its_segments(tmp_path):
    path = write(tmp_path / "pelvis.seg.nrrd", names=SLICER)
    np.testing.assert_array_equal(read_labels(path, GRID).values, expected())


def test_a_slicer_segmentation_that_holds_only_its_own_box_is_put_back_in_place(tmp_path):
    part = values()[1:5, 1:5, 1:6]
    path = write(tmp_path / "p.seg.nrrd", part, SLICER, tuple(o + s for o, s in zip(ORIGIN, SPACING, strict=True)))
    np.testing.assert_array_equal(read_labels(path, GRID).values, expected())
    moved = write(tmp_path / "q.seg.nrrd", part, SLICER, (ORIGIN[0] + 0.7, *ORIGIN[1:]))
    with pytest.raises(UnsuitableAnatomy, match="do not lie on the voxels"):
        read_labels(moved, GRID)


def test_segments_in_layers_and_files_that_are_none_are_refused(tmp_path):
    layers = sitk.GetImageFromArray(np.zeros((*SHAPE[::-1], 2), np.uint8), isVector=True)
    sitk.WriteImage(layers, str(tmp_path / "layers.seg.nrrd"))
    with pytest.raises(UnreadableImage, match="overlap, in several layers"):
        read_labels(tmp_path / "layers.seg.nrrd", GRID)
    (tmp_path / "no.nrrd").write_text("nothing", encoding="utf-8")
    with pytest.raises(UnreadableImage, match="no NRRD file"):
        read_labels(tmp_path / "no.nrrd", GRID)


def test_a_colour_table_beside_a_nifti_file_names_its_numbers(tmp_path):
    path = write(tmp_path / "mine.nii.gz")
    lines = [f"{number} {name.replace(' ', '_')} 10 20 30 255" for number, name in SLICER.items()]
    (tmp_path / "mine.ctbl").write_text("\n".join(["# Color", "0 background 0 0 0 0", *lines]), encoding="utf-8")
    np.testing.assert_array_equal(read_labels(path, GRID).values, expected())


def test_unknown_numbers_are_mapped_once_by_a_file_that_the_program_prepares(tmp_path):
    path = write(tmp_path / "mine.nii.gz")
    with pytest.raises(UnsuitableAnatomy, match="sij labels"):
        read_labels(path, GRID)
    assert not labels_are_known(path)
    template = label_map_template(path)
    assert '2 = ""  # 2 voxels' in template
    for number, name in ((1, "sacrum"), (2, "hip_left"), (3, "hip_right"), (9, "colon")):
        template = template.replace(f'{number} = ""', f'{number} = "{name}"')
    (tmp_path / "mine.labels.toml").write_text(template, encoding="utf-8")
    assert labels_are_known(path)
    np.testing.assert_array_equal(read_labels(path, GRID).values, expected())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[name]\n1 = 'sacrumm'", "names sacrumm, which this program does not know"),
        ("1 = 'sacrum'", "is no label map"),
        ("[name", "is no label map"),
        ("[name]\nx = 'sacrum'", "is no label map"),
        ("[name]\n9 = 'colon'", "names no sacrum together with a hip bone but colon"),
    ],
)
def test_a_map_that_cannot_be_used_is_told_in_one_sentence(tmp_path, text, says):
    path = write(tmp_path / "mine.nii.gz")
    (tmp_path / "mine.labels.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UnsuitableAnatomy, match=says):
        read_labels(path, GRID)
