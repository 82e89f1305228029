import numpy as np
import pytest
import SimpleITK as sitk

from sijoint.anatomy import UnreadableImage, UnsuitableAnatomy, read_ct, read_labels, read_patient
from sijoint.frames import Grid

SECRET = "Doe^Jane"


def small_ct() -> np.ndarray:
    """A CT (z, y, x) with air, soft tissue and bone, different in every voxel row so that a flip shows."""
    values = np.full((6, 7, 8), -1000, dtype=np.int16)
    values[1:5, 1:6, 1:7] = 40
    values[2, 2, 2:5] = [700, 900, 1100]
    return values


def image_of(values: np.ndarray, spacing=(1.5, 2.0, 3.0), origin=(-10.0, -20.0, 30.0)) -> sitk.Image:
    image = sitk.GetImageFromArray(values)
    image.SetSpacing(spacing)
    image.SetOrigin(origin)
    return image


def write(path, values, **where):
    sitk.WriteImage(image_of(values, **where), str(path))
    return path


def write_dicom(folder, values, *, modality="CT", series="1.2.3.4", first=0, skip=(), shear=0.0, turned=()):
    """One DICOM slice a file; the writer's own study identifiers, a patient's name in every header."""
    folder.mkdir(exist_ok=True)
    writer = sitk.ImageFileWriter()
    writer.KeepOriginalImageUIDOn()
    for n, cut in enumerate(values):
        if n in skip:
            continue
        image = sitk.GetImageFromArray(cut[None])
        image.SetSpacing((1.5, 2.0, 3.0))
        image.SetOrigin((-10.0, -20.0 + shear * n, 30.0 + 3.0 * n))
        for tag, value in {
            "0008|0060": modality,
            "0010|0010": SECRET,
            "0020|000e": series,
            "0020|000d": "1.2.3",
            "0008|0018": f"{series}.{n + 1}",
            "0020|0032": f"-10\\{-20 + shear * n}\\{30 + 3 * n}",
            "0020|0037": "1\\0\\0\\0\\0.995\\0.0998" if n in turned else "1\\0\\0\\0\\1\\0",
            "0020|0013": str(n + 1),
            "0028|1052": "0",
            "0028|1053": "1",
        }.items():
            image.SetMetaData(tag, value)
        writer.SetFileName(str(folder / f"{series}_{first + n}.dcm"))
        writer.Execute(image)
    return folder


def test_a_nifti_file_comes_back_in_lps_with_its_indices_in_place(tmp_path):
    ct = read_ct(write(tmp_path / "ct.nii.gz", small_ct()))
    assert ct.hu.dtype == np.int16
    assert ct.hu.shape == (8, 7, 6)
    assert ct.hu[4, 2, 2] == 1100
    np.testing.assert_allclose(ct.grid.to_world([4, 2, 2]), [-10 + 6.0, -20 + 4.0, 30 + 6.0], atol=1e-4)


def test_a_dicom_series_gives_the_same_ct_as_the_nifti_file(tmp_path):
    from_dicom = read_ct(write_dicom(tmp_path / "series", small_ct()))
    from_nifti = read_ct(write(tmp_path / "ct.nii.gz", small_ct()))
    assert from_dicom.grid.same_as(from_nifti.grid)
    np.testing.assert_array_equal(from_dicom.hu, from_nifti.hu)


def test_scanner_padding_becomes_air(tmp_path):
    values = small_ct()
    values[0, 0, 0] = -3024
    assert read_ct(write(tmp_path / "ct.nii.gz", values)).hu.min() == -1024


def _nan():
    values = small_ct().astype(np.float32)
    values[0, 0, 0] = np.nan
    return values


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (small_ct()[:1], "single slice"),
        (_nan(), "not numbers"),
        (np.clip(small_ct(), 0, 255).astype(np.uint8), "not in Hounsfield units"),
        (small_ct().astype(np.int32) + 1024, "not in Hounsfield units"),
        (small_ct().astype(np.float32) / 1000.0, "not in Hounsfield units"),
        (small_ct().astype(np.int32) * 100, "beyond any Hounsfield unit"),
        (np.full((6, 6, 6), -1000, np.int16), "same value everywhere"),
    ],
    ids=["one slice", "nan", "display grey", "shifted", "scaled", "too large", "empty"],
)
def test_a_volume_that_is_no_ct_is_refused_in_words(tmp_path, values, says):
    with pytest.raises(UnreadableImage, match=says):
        read_ct(write(tmp_path / "ct.nii.gz", values))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UnreadableImage, match=r"nowhere\.nii\.gz does not exist"):
        read_ct(tmp_path / "nowhere.nii.gz")


@pytest.mark.parametrize("name", ["ct.nii", "ct.nii.gz"])
@pytest.mark.parametrize("keep", [0, 40, 200, 400, -1])
def test_a_truncated_file_is_refused_not_filled_with_zeros(tmp_path, name, keep):
    path = write(tmp_path / name, np.random.default_rng(1).integers(-1000, 1000, (9, 9, 9)).astype(np.int16))
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(UnreadableImage, match="cannot be read"):
        read_ct(path)


def test_a_damaged_compressed_file_is_refused(tmp_path):
    path = write(tmp_path / "ct.nii.gz", np.random.default_rng(1).integers(-1000, 1000, (9, 9, 9)).astype(np.int16))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(UnreadableImage, match="cannot be read"):
        read_ct(path)


def test_a_text_file_is_refused(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("no image", encoding="utf-8")
    with pytest.raises(UnreadableImage, match="cannot be read"):
        read_ct(path)


def test_two_dimensions_and_colour_are_refused(tmp_path):
    flat = tmp_path / "flat.nii.gz"
    sitk.WriteImage(sitk.GetImageFromArray(small_ct()[2]), str(flat))
    colour = tmp_path / "colour.nii.gz"
    sitk.WriteImage(sitk.GetImageFromArray(np.zeros((4, 4, 4, 3), np.float32), isVector=True), str(colour))
    with pytest.raises(UnreadableImage, match=r"2 dimensions|single slice"):
        read_ct(flat)
    with pytest.raises(UnreadableImage, match="colour or vector"):
        read_ct(colour)


def test_a_folder_without_dicom_is_refused(tmp_path):
    with pytest.raises(UnreadableImage, match="no readable DICOM"):
        read_ct(tmp_path)


def test_two_series_in_a_folder_are_refused_not_chosen_from(tmp_path):
    folder = write_dicom(tmp_path / "both", small_ct())
    write_dicom(folder, small_ct(), series="1.2.3.9", first=100)
    with pytest.raises(UnreadableImage, match="2 image series"):
        read_ct(folder)


def test_a_missing_slice_is_noticed(tmp_path):
    with pytest.raises(UnreadableImage, match="not evenly spaced"):
        read_ct(write_dicom(tmp_path / "gap", small_ct(), skip=(3,)))


def test_a_series_of_another_modality_is_refused(tmp_path):
    with pytest.raises(UnreadableImage, match="not a CT"):
        read_ct(write_dicom(tmp_path / "mr", small_ct(), modality="MR"))


def test_no_refusal_carries_header_values(tmp_path, capfd):
    for name, change in {"gap": {"skip": (3,)}, "mr": {"modality": "MR"}}.items():
        with pytest.raises(UnreadableImage) as refusal:
            read_ct(write_dicom(tmp_path / name, small_ct(), **change))
        assert SECRET not in str(refusal.value)
    folder = write_dicom(tmp_path / "cut", small_ct())
    first = sorted(folder.iterdir())[2]
    first.write_bytes(first.read_bytes()[:-60])
    with pytest.raises(UnreadableImage) as refusal:
        read_ct(folder)
    assert SECRET not in str(refusal.value) + "".join(capfd.readouterr())


def label_values() -> np.ndarray:
    values = np.zeros((6, 7, 8), np.uint8)
    values[2, 2, 1:4] = [25, 77, 78]
    return values


def test_labels_stored_with_turned_axes_come_back_on_the_axes_of_the_ct(tmp_path):
    ct = read_ct(write(tmp_path / "ct.nii.gz", small_ct()))
    straight = image_of(label_values())
    for n, turned in enumerate([sitk.Flip(straight, (True, False, True)), sitk.PermuteAxes(straight, (2, 0, 1))]):
        path = tmp_path / f"turned{n}.nii.gz"
        sitk.WriteImage(turned, str(path))
        np.testing.assert_array_equal(read_labels(path, ct.grid).values, label_values().transpose(2, 1, 0))


@pytest.mark.parametrize("where", [{"spacing": (1.5, 2.0, 3.1)}, {"origin": (-10.0, -19.0, 30.0)}])
def test_labels_of_another_grid_are_refused(tmp_path, where):
    ct = read_ct(write(tmp_path / "ct.nii.gz", small_ct()))
    with pytest.raises(UnsuitableAnatomy, match="do not lie on the voxels of the CT"):
        read_labels(write(tmp_path / "labels.nii.gz", label_values(), **where), ct.grid)


def test_labels_of_another_size_are_refused(tmp_path):
    ct = read_ct(write(tmp_path / "ct.nii.gz", small_ct()))
    with pytest.raises(UnsuitableAnatomy, match="do not lie on the voxels"):
        read_labels(write(tmp_path / "labels.nii.gz", label_values()[:5]), ct.grid)


@pytest.mark.parametrize(
    "values",
    [
        np.where(label_values() > 0, 1, 0).astype(np.uint8),
        np.where(label_values() == 25, 0, label_values()).astype(np.uint8),
        np.where(label_values() > 26, 0, label_values()).astype(np.uint8),
        label_values().astype(np.int16) + 200,
        label_values().astype(np.float32) + 0.5,
    ],
    ids=["binary", "no sacrum", "no hip", "large numbers", "fractions"],
)
def test_labels_of_another_scheme_are_told_the_numbers_that_are_needed(tmp_path, values):
    ct = read_ct(write(tmp_path / "ct.nii.gz", small_ct()))
    with pytest.raises(UnsuitableAnatomy, match=r"sacrum 25.*left hip bone 77, right hip bone 78"):
        read_labels(write(tmp_path / "labels.nii.gz", values), ct.grid)


def test_a_users_patient_says_that_its_labels_are_taken_as_given(tmp_path):
    patient = read_patient(write(tmp_path / "ct.nii.gz", small_ct()), write(tmp_path / "labels.nii.gz", label_values()))
    assert isinstance(patient.ct.grid, Grid)
    assert "labels are taken as given" in patient.provenance.modelled[0]


def test_slices_of_a_tilted_gantry_are_refused_not_straightened_in_silence(tmp_path):
    with pytest.raises(UnreadableImage, match="tilted gantry"):
        read_ct(write_dicom(tmp_path / "tilted", small_ct(), shear=0.5))


def test_slices_that_are_not_parallel_are_refused(tmp_path):
    with pytest.raises(UnreadableImage, match="do not lie parallel"):
        read_ct(write_dicom(tmp_path / "fan", small_ct(), turned=(2,)))


@pytest.mark.parametrize(
    ("written", "named", "says"),
    [
        ("ct.nii.gz", "ct", r"rename it so that it ends in \.nii\.gz"),
        ("ct.nii.gz", "ct.nii", r"rename it so that it ends in \.nii\.gz"),
        ("ct.nii", "ct.img", r"rename it so that it ends in \.nii\."),
    ],
)
def test_a_file_under_another_name_is_told_its_right_name_and_nothing_else_is_printed(
    tmp_path, capfd, written, named, says
):
    write(tmp_path / written, small_ct()).rename(tmp_path / named)
    with pytest.raises(UnreadableImage, match=says):
        read_ct(tmp_path / named)
    assert "".join(capfd.readouterr()) == ""
