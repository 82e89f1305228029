"""Labels of other programs: from the names of their segments, or from a map that the user writes once, to our numbers.

A 3D Slicer segmentation (.seg.nrrd) carries its names; a NIfTI file may have a colour table (.ctbl or .txt) or a label map
(.labels.toml) of the same name beside it. Without any of these the numbers are taken for TotalSegmentator's.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from sijoint.anatomy.errors import UnsuitableAnatomy
from sijoint.anatomy.label_numbers import structure_numbers

MAP_ENDING = ".labels.toml"
_SAME_WORD = {
    "l": "left",
    "r": "right",
    "vein": "vena",
    "vertebra": "vertebrae",
    "innominate": "hip",
    "coxal": "hip",
    "coxae": "hip",
    "pelvis": "hip",
}
_FILLING = {"bone", "os", "the", "of"}


def number_of(name: str) -> int | None:
    """Our number for a structure as other programs call it ("Left hip bone", "hip_left", "Sacrum"); None where it is none of ours."""
    return _by_words().get(_words(name))


def names_beside(path: Path) -> dict[int, str] | None:
    """Structure names by number from a label map or colour table beside a label file; None where there is neither.

    Raises UnsuitableAnatomy for one that cannot be read or that names what this program does not know.
    """
    stem = _stem(path)
    own = stem.with_name(stem.name + MAP_ENDING)
    if own.exists():
        return _own_map(own)
    for ending in (".ctbl", ".txt"):
        table = stem.with_name(stem.name + ending)
        if table.exists():
            return _colour_table(table)
    return None


def names_in_header(image: sitk.Image) -> dict[int, str] | None:
    """Segment names by number of a 3D Slicer segmentation; None where the file carries none."""
    found = {}
    for key in image.GetMetaDataKeys():
        if re.fullmatch(r"Segment\d+_Name", key):
            value = key.replace("_Name", "_LabelValue")
            if image.HasMetaDataKey(value) and image.GetMetaData(value).strip().isdigit():
                found[int(image.GetMetaData(value))] = image.GetMetaData(key)
    return found or None


def renumbered(values: NDArray, names: Mapping[int, str]) -> NDArray[np.uint8]:
    """Our numbers (i, j, k) for labels whose names are known; what has another name, or none, becomes 0."""
    ours = np.zeros(values.shape, dtype=np.uint8)
    for number, name in names.items():
        to = number_of(name)
        if to is not None:
            ours[values == number] = to
    return ours


def map_template(values: NDArray, path: Path) -> str:
    """A label map to fill in: every number found with its count of voxels, most first, as a TOML document."""
    numbers, counts = np.unique(values[values != 0], return_counts=True)
    lines = [
        f"# What the numbers in {path.name} stand for. Fill in names and keep this file beside it as {_stem(path).name}{MAP_ENDING}.",
        "# Needed: sacrum and hip_left or hip_right. Useful: vertebrae_L5, iliac_artery_left, iliac_vena_left, colon, small_bowel,",
        "# gluteus_maximus_left, ... (TotalSegmentator names). Leave empty what is none of these.",
        "",
        "[name]",
    ]
    order = np.argsort(-counts, kind="stable")
    return "\n".join([*lines, *(f'{int(numbers[n])} = ""  # {counts[n]} voxels' for n in order)]) + "\n"


def map_path(path: Path) -> Path:
    """Where a label file's own map is looked for."""
    return _stem(path).with_name(_stem(path).name + MAP_ENDING)


def _own_map(path: Path) -> dict[int, str]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))["name"]
        names = {int(number): str(name) for number, name in table.items() if name}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, ValueError, AttributeError):
        raise UnsuitableAnatomy(
            f'{path} is no label map: it needs a table [name] with lines such as 3 = "sacrum"; "sij labels" writes one to fill in.'
        ) from None
    unknown = sorted({name for name in names.values() if number_of(name) is None})
    if unknown:
        raise UnsuitableAnatomy(
            f"{path} names {', '.join(unknown)}, which this program does not know; use TotalSegmentator's names, such as sacrum, "
            "hip_left, hip_right, or leave the name empty."
        )
    return names


def _colour_table(path: Path) -> dict[int, str] | None:
    """Lines "number name red green blue opacity"; None for a text file that holds none of them."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return None
    found = {}
    for line in lines:
        row = re.match(r'\s*(\d+)\s+"?([^"#]+?)"?\s+\d+\s+\d+\s+\d+(\s+[\d.]+)*\s*(?:"?([^"]*)"?)?\s*$', line)
        if row and int(row[1]):
            found[int(row[1])] = row[2]
    return found or None


def _stem(path: Path) -> Path:
    name = path.name
    for ending in (".seg.nrrd", ".nii.gz", ".nrrd", ".nii"):
        if name.lower().endswith(ending):
            return path.with_name(name[: -len(ending)])
    return path


def _words(name: str) -> frozenset[str]:
    words = re.findall(r"[a-z]+|\d+", name.lower())
    return frozenset(_SAME_WORD.get(word, word) for word in words) - _FILLING


@cache
def _by_words() -> dict[frozenset[str], int]:
    return {_words(name): number for name, number in structure_numbers().items()}
