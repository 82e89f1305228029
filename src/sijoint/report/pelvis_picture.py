"""The picture of a library pelvis: its bones and joints from behind, a cut through the joints, and a fluoroscopic view."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sijoint.report.anatomy_picture import BONE, CLEFT, FONT, Mesh, with_smooth_rim
from sijoint.report.shading import View, draw_mesh, lit, outline

_ROWS, _COLUMNS = 700, 800
_INK = "#1d252c"
_HU = (-200.0, 700.0)


def pelvis_picture(
    meshes: Mapping[str, Mesh],
    clefts: Sequence[Mesh],
    cut_hu: NDArray[Any],
    cut_mm: tuple[float, float],
    fluoroscopy: NDArray[np.uint8],
    title: str,
    words: str,
) -> bytes:
    """PNG of three panels. ``meshes`` and ``clefts`` in LPS millimetres; ``cut_hu`` (rows, columns) is an axial cut with the
    back below and the patient's left at the right, ``cut_mm`` the size of its pixels (row, column); ``fluoroscopy`` (rows,
    columns, 3) is an annotated image. Same input, same bytes.
    """
    figure = Figure(figsize=(13.2, 5.0), dpi=110, facecolor="white")
    FigureCanvasAgg(figure)
    figure.text(0.008, 0.955, title, fontsize=11, fontweight="bold", family=FONT, color=_INK, va="center")
    figure.text(0.008, 0.905, words, fontsize=8.5, family=FONT, color=_INK, va="center")
    panels = [figure.add_axes((0.004 + n * 0.333, 0.06, 0.326, 0.80)) for n in range(3)]
    panels[0].imshow(_bones(meshes, clefts), interpolation="antialiased")
    panels[1].imshow(cut_hu, cmap="gray", vmin=_HU[0], vmax=_HU[1], aspect=cut_mm[0] / cut_mm[1])
    panels[2].imshow(fluoroscopy, interpolation="antialiased")
    for axes, under in zip(
        panels,
        (
            "bones and joints from behind",
            "cut through the joints, seen from the feet, back below",
            "fluoroscopy, receptor straight behind the patient",
        ),
        strict=True,
    ):
        axes.set_axis_off()
        axes.text(0.02, -0.02, under, transform=axes.transAxes, fontsize=8.2, family=FONT, color=_INK, va="top")
    _sides(panels[0], "L", "R")
    _sides(panels[1], "R", "L")
    out = BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _bones(meshes: Mapping[str, Mesh], clefts: Sequence[Mesh]) -> NDArray[np.float64]:
    points = np.concatenate([np.asarray(vertices) for vertices, _ in meshes.values()])
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    half = 1.05 * max(np.ptp(points[:, 2]) / 2, np.ptp(points[:, 0]) / 2 * _ROWS / _COLUMNS)
    from_behind = np.array([-1.0, 0.0, 0.0])  # the patient's left at the left of the picture
    view = View(from_behind, np.array([0.0, 0.0, 1.0]), middle, float(half), _ROWS, _COLUMNS)
    picture = np.ones((_ROWS, _COLUMNS, 3))
    starts = np.cumsum([0, *(len(vertices) for vertices, _ in meshes.values())])[:-1]
    faces = np.concatenate([np.asarray(f) + start for (_, f), start in zip(meshes.values(), starts, strict=True)])
    bones = draw_mesh(view, points, faces)
    seen = bones.seen[..., None]
    picture = np.where(seen, lit(bones, BONE, view.pixels_per_mm), picture)
    edge = 0.5 * outline(bones, 3.0)[..., None]
    picture = picture * (1 - edge) + 0.25 * edge
    for cleft in clefts:
        sheet = draw_mesh(view, *with_smooth_rim(*cleft))
        share = np.where(sheet.depth >= bones.depth - 0.6, 0.95, 0.45)[..., None] * sheet.seen[..., None]
        picture = picture * (1 - share) + lit(sheet, CLEFT, view.pixels_per_mm) * share
    return np.clip(picture, 0, 1)


def _sides(axes: Axes, left_of_screen: str, right_of_screen: str) -> None:
    for x, letter in ((0.02, left_of_screen), (0.98, right_of_screen)):
        axes.text(
            x,
            0.96,
            letter,
            transform=axes.transAxes,
            fontsize=11,
            fontweight="bold",
            family=FONT,
            color="#c2571a",
            ha="center",
            va="center",
        )
