"""Options that several commands share."""

from pathlib import Path


class IncompleteInput(ValueError):
    """Two options belong together and one is missing."""


CT_HELP = "Your own CT: a NIfTI file, or a folder with one DICOM CT series. Default: the bundled real pelvis."
LABELS_HELP = (
    "Labels on the CT's grid: TotalSegmentator (NIfTI), 3D Slicer (.seg.nrrd), or any with a map (see sij labels). "
    "Needed with --ct."
)


def both_or_neither(ct: Path | None, labels: Path | None) -> None:
    """Raises IncompleteInput when only one of them is given."""
    if (ct is None) != (labels is None):
        missing = "--labels" if labels is None else "--ct"
        raise IncompleteInput(
            f"a CT and its labels belong together: add {missing}, or leave both out for the bundled pelvis"
        )
