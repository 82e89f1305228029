"""Wishes that no C-arm or tray can fulfil, or that do not belong together, refused before any work is done."""

from pathlib import Path

import numpy as np

from sijoint.cli.fluoro_view import UnclearView
from sijoint.fluoroscopy import LayerGrid, Window

DETECTOR_MM = (300.0, 3000.0)  # source to detector: from a mini C-arm to a wall stand across a room
ISOCENTRE_MM = (200.0, 2000.0)  # source to isocentre; the dose is stated for a point 150 mm before the isocentre
SMALLEST_FIELD_MM = (
    10.0  # assumed: what blades of a C-arm can still centre on; below it brightness has nothing to measure
)
MOST_MG_PER_ML = 5000.0  # solid iodine is 4930 mg/mL, undiluted contrast 400


def refuse_distances(source_detector_mm: float | None, source_isocentre_mm: float | None) -> None:
    """Raises UnclearView for distances that no C-arm has."""
    for name, value, (least, most) in (
        ("--sdd-mm", source_detector_mm, DETECTOR_MM),
        ("--sod-mm", source_isocentre_mm, ISOCENTRE_MM),
    ):
        if value is not None and not least <= value <= most:
            raise UnclearView(f"{name} is {value:g}: a C-arm has {least:g} to {most:g} mm there")


def refuse_small_field(width_mm: float, height_mm: float) -> None:
    """Raises UnclearView for a field that the blades do not make."""
    if min(width_mm, height_mm) < SMALLEST_FIELD_MM:
        raise UnclearView(
            f"--collimate {width_mm:g}x{height_mm:g} mm is too small: the least field is {SMALLEST_FIELD_MM:g} mm wide and high"
        )


def refuse_loose_ends(
    ct: Path | None, labels: Path | None, needle: str | None, gauge: int | None, planned: bool, with_plan: bool
) -> None:
    """Raises UnclearView for options that say something about what is not there."""
    if gauge is not None and needle is None:
        raise UnclearView("--gauge is of a needle: add --needle, or leave it out")
    if gauge is not None and planned:
        raise UnclearView("the plan chooses its needle: leave out --gauge, or give the needle's places with --needle")
    if labels is not None and ct is None:
        raise UnclearView("--labels go with a CT of your own: give both, or neither for the bundled pelvis")
    if labels is not None and not with_plan:
        raise UnclearView("--labels are for a plan: add --needle planned or --view trajectory, or leave them out")


def refuse_contrast(layer: LayerGrid, name: str) -> None:
    """Raises UnclearView where there is no contrast at all, or more than matter can hold."""
    most = float(np.max(layer.mg_per_ml))
    if not most > 0:
        raise UnclearView(f"{name} holds no contrast: every value is zero; give mg/mL, or leave out --contrast")
    if most > MOST_MG_PER_ML:
        raise UnclearView(
            f"{name} holds up to {most:.3g} mg/mL, more than solid iodine: values are mg/mL, undiluted contrast is near 300"
        )


def refuse_empty(window: Window, own: Window) -> Window:
    """``window`` back. Raises UnclearView where nothing of an image with its ``own`` window would be grey in it."""
    if window.low >= own.high or window.high <= own.low:
        raise UnclearView(
            f"--window {window.low:g},{window.high:g} shows nothing of this image, which lies between "
            f"{own.low:.2f} and {own.high:.2f}"
        )
    return window
