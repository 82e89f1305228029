"""Reading labels: TotalSegmentator's, 3D Slicer's, or any whose numbers a map beside the file explains."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from sijoint.anatomy.ct import Labels, PatientCT, Provenance
from sijoint.anatomy.errors import UnreadableImage, UnsuitableAnatomy
from sijoint.anatomy.label_schemes import map_path, map_template, names_beside, names_in_header, renumbered
from sijoint.anatomy.reading import grid_and_array, is_synthetic, quiet, read_ct, read_file
from sijoint.anatomy.rules import label_scheme
from sijoint.frames import Grid


def read_labels(path: Path, grid: Grid) -> Labels:
    """The labels in a NIfTI file or a 3D Slicer segmentation (.nrrd), brought to ``grid``'s axis order and to our numbers.

    Names come from the segments in the file, or from a label map or colour table of the same name beside it; without any the
    numbers are TotalSegmentator v2's. Raises UnreadableImage when the file cannot be read, UnsuitableAnatomy when its voxels are
    not those of the CT or no sacrum with at least one hip bone is labelled.
    """
    path = Path(path)
    image = _read_label_file(path)
    label_grid, values = grid_and_array(image, path)
    names = names_beside(path) or names_in_header(image)
    if _is_nrrd(path):
        label_grid, values = _on_whole_grid(grid, label_grid, values)
    values = _on_axes_of(grid, label_grid, values, path)
    return Labels(grid, _as_label_numbers(values if names is None else renumbered(values, names), path, names))


def label_map_template(path: Path) -> str:
    """A label map to fill in for a file whose numbers are not ours: each number with its count of voxels.

    Raises UnreadableImage, and UnsuitableAnatomy for an image's grey values.
    """
    path = Path(path)
    values = grid_and_array(_read_label_file(path), path)[1]
    if values.min() < 0 or (values.dtype.kind == "f" and not (values == np.rint(values)).all()):
        raise UnsuitableAnatomy(f"{path} holds grey values, not labels; give the file of the segmentation.")
    return map_template(values, path)


def labels_are_known(path: Path) -> bool:
    """Whether these labels are understood without a map. Raises UnreadableImage where they cannot be read."""
    path = Path(path)
    image = _read_label_file(path)
    try:
        read_labels(path, grid_and_array(image, path)[0])
    except UnsuitableAnatomy:
        return False
    return True


def read_patient(ct: Path, labels: Path) -> PatientCT:
    """A user's own CT with its labels, or a library pelvis from its files. Raises as read_ct and read_labels do."""
    image = read_ct(ct)
    given = read_labels(labels, image.grid)
    if is_synthetic(Path(ct)):
        return PatientCT(image, given, _library_file(Path(ct)))
    return PatientCT(
        image,
        given,
        Provenance(
            name=Path(ct).name,
            source="the user's own CT",
            licence="the user's own",
            attribution="",
            measured=("All grey values are those of the CT that was given.",),
            modelled=("The labels are taken as given; who or what drew them is not known here.",),
        ),
    )


def _library_file(ct: Path) -> Provenance:
    return Provenance(
        name=ct.name,
        source="a library pelvis that this program drew",
        licence="CC BY 4.0, as the CT that it was made from",
        attribution="made from TotalSegmentator v2, subject s0328, and from 40 pelvic shapes; changed",
        measured=(),
        modelled=(
            "This CT is a library pelvis, synthetic: nobody has it. Its grey values are those of a real CT carried onto a drawn "
            "shape; skin, fat and soft tissue are invented and no evidence for entry depth or dose.",
            "The labels are taken as given.",
        ),
    )


def _is_nrrd(path: Path) -> bool:
    return path.name.lower().endswith(".nrrd")


def _read_label_file(path: Path) -> sitk.Image:
    if path.is_dir():
        raise UnreadableImage(
            f"{path} is a folder; labels are one file: NIfTI (.nii, .nii.gz) or a 3D Slicer segmentation (.seg.nrrd)."
        )
    if not _is_nrrd(path) or not path.exists():
        return read_file(path)
    try:
        with quiet():
            image = sitk.ReadImage(str(path), imageIO="NrrdImageIO")
    except (RuntimeError, MemoryError):
        raise UnreadableImage(
            f"{path} cannot be read: the file is truncated, damaged or no NRRD file; export it again."
        ) from None
    if image.GetNumberOfComponentsPerPixel() != 1 or image.GetDimension() == 4:
        raise UnreadableImage(
            f"{path} holds segments that overlap, in several layers; in 3D Slicer export it as a labelmap, in which each voxel has "
            "one label."
        )
    if not image.HasMetaDataKey("NRRD_space"):
        raise UnreadableImage(f"{path} does not say which side is left; export it again with its orientation.")
    return image


def _on_whole_grid(grid: Grid, part: Grid, values: NDArray) -> tuple[Grid, NDArray]:
    """3D Slicer stores only the box that holds segments: put back where it lies among the CT's voxels, if it does."""
    turn = np.rint((grid.index_from_world @ part.world_from_index)[:3, :3])
    if not (np.abs(turn).sum(0) == 1).all() or not (np.abs(turn).sum(1) == 1).all():
        return part, values
    ends = grid.to_index(part.to_world(np.array([[0, 0, 0], part.shape]) - [[0], [1]]))
    low, high = ends.min(axis=0), ends.max(axis=0)
    first = np.rint(low).astype(int)
    if np.abs(low - first).max() > 0.02 or (first < 0).any() or (np.rint(high) >= grid.shape).any():
        return part, values
    axes = np.abs(turn).argmax(1)
    turned = np.flip(values.transpose(axes), tuple(n for n in range(3) if turn[n, axes[n]] < 0))
    if not np.allclose(high - low, np.array(turned.shape) - 1, atol=0.02):
        return part, values
    whole = np.zeros(grid.shape, dtype=values.dtype)
    whole[tuple(slice(a, a + n) for a, n in zip(first, turned.shape, strict=True))] = turned
    return grid, whole


def _on_axes_of(grid: Grid, other: Grid, values: NDArray, path: Path) -> NDArray:
    """Labels are often stored with flipped or swapped axes of the same voxels; anything else is refused."""
    index_from_other = grid.index_from_world @ other.world_from_index
    turn = np.rint(index_from_other[:3, :3])
    refusal = UnsuitableAnatomy(
        f"The labels in {path} do not lie on the voxels of the CT; segment this very CT again, without resampling or cropping."
    )
    if not (np.abs(turn).sum(0) == 1).all() or not (np.abs(turn).sum(1) == 1).all():
        raise refusal
    axes = np.abs(turn).argmax(1)  # axis of `other` that runs along each axis of `grid`
    turned = np.flip(values.transpose(axes), tuple(n for n in range(3) if turn[n, axes[n]] < 0))
    first = np.where(turn.sum(0) < 0, np.array(other.shape) - 1, 0)
    matrix = other.world_from_index.copy()
    matrix[:3, 3] = other.to_world(first)
    matrix[:3, :3] = other.world_from_index[:3, :3] @ turn.T
    if turned.shape != grid.shape or not Grid(turned.shape, matrix).same_as(grid, float(grid.spacing_mm.min()) * 0.02):
        raise refusal
    return turned


def _as_label_numbers(values: NDArray, path: Path, names: Mapping[int, str] | None = None) -> NDArray[np.uint8]:
    scheme = label_scheme()
    expected = (
        "expected are TotalSegmentator v2 numbers: sacrum 25 (S1 may be 26), left hip bone 77, right hip bone 78; run the "
        "task 'total' on this CT, or let 'sij labels' write a map of its numbers to fill in"
    )
    if values.dtype.kind == "f" and not (values == np.rint(values)).all():
        raise UnsuitableAnatomy(f"The values in {path} are not whole label numbers; {expected}.")
    if values.min() < 0 or values.max() > scheme.highest:
        raise UnsuitableAnatomy(f"{path} holds numbers of another label scheme; {expected}.")
    labels = np.ascontiguousarray(values.astype(np.uint8))
    present = np.bincount(labels.ravel(), minlength=256) > 0
    if names is not None and (
        not present[list(scheme.sacrum)].any() or not present[list(scheme.hip_left + scheme.hip_right)].any()
    ):
        raise UnsuitableAnatomy(
            f"{path} names no sacrum together with a hip bone but {', '.join(sorted(set(names.values()))[:8])}; call the segments "
            f"sacrum, hip_left and hip_right, or write what its numbers mean into {map_path(path).name} beside it."
        )
    if not present[list(scheme.sacrum)].any() or not present[list(scheme.hip_left + scheme.hip_right)].any():
        raise UnsuitableAnatomy(f"{path} does not label a sacrum together with a hip bone; {expected}.")
    return labels
