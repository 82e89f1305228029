"""Reading a CT from files, with an answer that a person understands when that fails.

SimpleITK is the one reader; it gives LPS millimetres whatever the file's own axes. No header value enters a message, only the
path that the user typed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from sijoint.anatomy.ct import CT
from sijoint.anatomy.errors import UnreadableImage
from sijoint.anatomy.nifti import check_nifti
from sijoint.anatomy.rules import label_scheme
from sijoint.frames import Grid, Side

SYNTHETIC_NOTE = "SIJoint library pelvis, synthetic"  # the description in a NIfTI file that this program drew

_LOWEST_HU, _HIGHEST_HU = -32768, 32767
_AIR_HU = -1024  # what lies below is scanner padding
_SAME_AXES = 1e-3  # direction cosines; headers round them
_FEWEST_SLICES = 5  # along any axis: fewer are scouts or key images, in which nothing of a body has a depth
_VOXEL_MM = (0.05, 20.0)  # finer than any CT of a patient, coarser than any that shows a joint: then the unit is wrong
_NO_FAT_HU = -20  # a CT of a body always holds fat or air, so its smallest value lies below this


def read_ct(path: Path) -> CT:
    """The CT in a NIfTI file or in a folder with one DICOM CT series; padding below -1024 HU becomes air.

    Raises UnreadableImage: missing, truncated, not 3-D, a few slices alone, slices missing, several series, no orientation,
    not Hounsfield units.
    """
    path = Path(path)
    image = _read_dicom_folder(path) if path.is_dir() else read_file(path)
    grid = _grid_of(image, path)
    if min(grid.shape) < _FEWEST_SLICES:
        raise UnreadableImage(
            f"{path} holds {min(grid.shape)} slices alone; a volume of the whole pelvis is needed, at least {_FEWEST_SLICES}."
        )
    return CT(grid, _as_hu(sitk.GetArrayViewFromImage(image).transpose(2, 1, 0), path))


def read_field(path: Path) -> tuple[Grid, NDArray]:
    """Grid and values (i, j, k) of a NIfTI volume of anything else than CT numbers, such as a concentration.

    Raises UnreadableImage.
    """
    path = Path(path)
    if path.is_dir():
        raise UnreadableImage(f"{path} is a folder; one NIfTI file (.nii or .nii.gz) is needed.")
    grid, values = grid_and_array(read_file(path), path)
    return grid, np.ascontiguousarray(values)


def is_synthetic(path: Path) -> bool:
    """Whether a NIfTI file says of itself that this program drew it."""
    if path.is_dir():
        return False
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    with quiet():
        reader.ReadImageInformation()
    return reader.HasMetaDataKey("descrip") and reader.GetMetaData("descrip") == SYNTHETIC_NOTE


@contextmanager
def quiet() -> Iterator[None]:
    """ITK writes warnings with header values to stderr; those are not for the terminal."""
    before = sitk.ProcessObject.GetGlobalWarningDisplay()
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    try:
        yield
    finally:
        sitk.ProcessObject.SetGlobalWarningDisplay(before)


def read_file(path: Path) -> sitk.Image:
    """A whole NIfTI volume. Raises UnreadableImage."""
    if not path.exists():
        raise UnreadableImage(
            f"{path} does not exist; give a NIfTI file (.nii, .nii.gz) or a folder with one DICOM CT series."
        )
    check_nifti(path)
    try:
        with quiet():
            return sitk.ReadImage(str(path), imageIO="NiftiImageIO")
    except (RuntimeError, MemoryError):
        raise UnreadableImage(
            f"{path} cannot be read: the file is truncated or damaged; copy it again from its source."
        ) from None


def _read_dicom_folder(folder: Path) -> sitk.Image:
    with quiet():
        series = sitk.ImageSeriesReader.GetGDCMSeriesIDs(str(folder))
        if not series:
            raise UnreadableImage(
                f"{folder} holds no readable DICOM image series; give the folder with the CT's slices."
            )
        if len(series) > 1:
            raise UnreadableImage(
                f"{folder} holds {len(series)} image series; put the one CT series to be used into a folder of its own."
            )
        names = sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder), series[0])
        if len(names) > 1:
            _check_slices(names, folder)
        reader = sitk.ImageSeriesReader()
        reader.SetFileNames(names)
        try:
            return reader.Execute()
        except (RuntimeError, MemoryError):
            raise UnreadableImage(
                f"The DICOM series in {folder} cannot be read: a slice is truncated or has another size; copy the series again."
            ) from None


def _check_slices(names: tuple[str, ...], folder: Path) -> None:
    """The reader itself would stack slices over a gap, or slices of a tilted gantry, as if they lay evenly behind each other."""
    origins, axes = [], []
    for name in names:
        reader = sitk.ImageFileReader()
        reader.SetFileName(name)
        try:
            reader.ReadImageInformation()
        except RuntimeError:
            raise UnreadableImage(f"A slice in {folder} cannot be read; copy the series again.") from None
        if reader.HasMetaDataKey("0008|0060") and reader.GetMetaData("0008|0060").strip() != "CT":
            raise UnreadableImage(f"The series in {folder} is not a CT; Hounsfield units are needed.")
        origins.append(reader.GetOrigin())
        axes.append(np.array(reader.GetDirection()).reshape(3, 3))
    if np.abs(np.array(axes) - axes[0]).max() > _SAME_AXES:
        raise UnreadableImage(f"The slices in {folder} do not lie parallel; give the folder of one axial CT series.")
    across = (
        np.diff(np.array(origins), axis=0) @ axes[0]
    )  # (n, 3): along the rows, along the columns, to the next slice
    steps = np.abs(across[:, 2])
    if np.any(np.abs(steps - np.median(steps)) > 0.1 * np.median(steps)) or np.median(steps) == 0:
        raise UnreadableImage(
            f"The slices in {folder} are not evenly spaced: one is missing, damaged or given twice; export the series again."
        )
    if np.abs(across[:, :2]).max() > 0.1 * np.median(steps):
        raise UnreadableImage(
            f"The slices in {folder} do not lie straight behind each other (a tilted gantry); have the CT resampled to straight "
            "slices and export it again."
        )


def grid_and_array(image: sitk.Image, path: Path) -> tuple[Grid, NDArray]:
    """The grid and the array (i, j, k) of a volume."""
    return _grid_of(image, path), sitk.GetArrayFromImage(image).transpose(2, 1, 0)


def _grid_of(image: sitk.Image, path: Path) -> Grid:
    """The grid of a volume; refuses anything but one grey value per voxel in three dimensions."""
    if image.GetNumberOfComponentsPerPixel() != 1:
        raise UnreadableImage(f"{path} is a colour or vector image, not a CT or label volume.")
    if image.GetDimension() != 3:
        raise UnreadableImage(f"{path} has {image.GetDimension()} dimensions; one volume with three is needed.")
    if min(image.GetSize()) < 2:
        raise UnreadableImage(f"{path} is a single slice; a volume of the whole pelvis is needed.")
    sizes = image.GetSpacing()
    if not (_VOXEL_MM[0] <= min(sizes) and max(sizes) <= _VOXEL_MM[1]):
        raise UnreadableImage(
            f"{path} has voxels of {' x '.join(f'{mm:.3g}' for mm in sizes)} mm; those of a patient's CT lie between "
            f"{_VOXEL_MM[0]:g} and {_VOXEL_MM[1]:g} mm: check the file's unit of length and export it in millimetres."
        )
    try:
        return Grid.from_spacing(image.GetSize(), image.GetSpacing(), image.GetOrigin(), image.GetDirection())
    except ValueError:
        raise UnreadableImage(f"{path} does not say where its voxels lie (spacing or axes are missing).") from None


def _as_hu(values: NDArray, path: Path) -> NDArray[np.int16]:
    low, high = float(values.min()), float(values.max())
    if low < _LOWEST_HU or high > _HIGHEST_HU:
        raise UnreadableImage(f"{path} holds values beyond any Hounsfield unit; the scale of the export is wrong.")
    if low == high:
        raise UnreadableImage(f"{path} holds the same value everywhere; this is no CT.")
    if low > _NO_FAT_HU:
        raise UnreadableImage(
            f"{path} is not in Hounsfield units: no voxel is as dark as fat or air; export the CT with its rescale applied, "
            "not as display grey values or labels."
        )
    if high - low < 100:
        raise UnreadableImage(f"{path} is not in Hounsfield units: its values span less than fat to bone.")
    hu = np.empty(values.shape, np.int16)
    for start in range(0, len(hu), 32):  # a large CT in floating point is not held a second time
        part = slice(start, start + 32)
        hu[part] = np.rint(np.maximum(values[part], _AIR_HU))
    return hu


def hip_numbers(side: Side) -> tuple[int, ...]:
    """The label numbers of the hip bone on a side."""
    return label_scheme().hip_left if side is Side.LEFT else label_scheme().hip_right
