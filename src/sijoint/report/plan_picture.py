"""The 3-D picture of plans: bones, the cleft, every offered way bent as its needle bends, and the structures at risk."""

from collections.abc import Mapping, Sequence
from io import BytesIO

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sijoint.anatomy import StructureAtRisk
from sijoint.guidance import Plan, plan_geometry
from sijoint.report.anatomy_picture import (
    CLEFT,
    FONT,
    NEEDLE,
    Mesh,
    depth_line,
    framed,
    lit_bones,
    orientation_marks,
    with_smooth_rim,
)

OTHER = "#8a949c"
RISKS = {
    "foramen": "#b5482b",
    "nerve": "#c9a400",
    "vessel": "#b0003a",
    "bowel": "#7a5230",
    "notch": "#2f7d4f",
}  # the pelvic cavity is everything in front of the bones, and is not drawn
INK, QUIET = "#1d252c", "#3c4650"
DOTS = 160  # of a structure at risk, for looking


def plan_picture(
    meshes: Mapping[str, Mesh], cleft: Mesh, plans: Sequence[Plan], risks: Sequence[StructureAtRisk], title: str
) -> bytes:
    """PNG of two looks at the plans of one side, from behind and obliquely; the best way is black, the others grey.

    ``meshes`` are bones by name, ``cleft`` the mid-surface of the joint, all in LPS mm. Same input, same bytes.
    """
    sheet = with_smooth_rim(*cleft)
    best = plans[0]
    solid = {name: mesh for name, mesh in meshes.items() if len(mesh[1])}
    paths = np.concatenate([plan.path_mm for plan in plans])
    near = np.concatenate([sheet[0], paths])
    everything = np.concatenate([*(mesh[0] for mesh in solid.values()), paths])
    outward = best.side.x_sign
    shown = [risk for risk in risks if risk.kind in RISKS]
    looks = (
        ("from behind", framed(0, 0, everything, 1.05), False),
        ("close by, from behind and the side, hip bone as glass", framed(outward * 48, 8, near, 1.15), True),
    )
    figure = Figure(figsize=(10.2, 4.6), dpi=150, facecolor="white")
    FigureCanvasAgg(figure)
    figure.text(0.008, 0.965, title, fontsize=10.5, fontweight="bold", family=FONT, color=INK, va="center")
    for index, (words, view, glass) in enumerate(looks):
        axes = figure.add_axes((0.004 + index * 0.5, 0.13, 0.492, 0.79))
        picture, bones = lit_bones(view, solid, sheet, glass)
        axes.imshow(picture, interpolation="antialiased", extent=(0, view.columns, view.rows, 0))
        axes.set_axis_off()
        for risk in shown:
            placed = view.place(_some(risk))
            column = np.clip(placed[:, 0].astype(int), 0, view.columns - 1)
            row = np.clip(placed[:, 1].astype(int), 0, view.rows - 1)
            hidden = placed[:, 2] < bones.depth[row, column]
            for part, opacity in ((hidden, 0.22), (~hidden, 0.85)):
                at = placed[part]
                axes.plot(
                    at[:, 0], at[:, 1], ls="", marker="o", ms=2.2, mfc=RISKS[risk.kind], mec="none", alpha=opacity
                )
        for plan in reversed(plans):
            colour, width = (NEEDLE, 2.0) if plan is best else (OTHER, 1.2)
            depth_line(axes, view, bones, plan.path_mm, colour, width, dashed=False)
        depth_line(axes, view, bones, plan_geometry(best).beyond_mm, NEEDLE, 1.0, dashed=True)
        axes.set_xlim(0, view.columns)
        axes.set_ylim(view.rows, 0)
        orientation_marks(axes, view)
        axes.text(0.02, -0.02, words, transform=axes.transAxes, fontsize=8.2, family=FONT, color=QUIET, va="top")
    _legend(figure, shown)
    out = BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _some(risk: StructureAtRisk) -> NDArray[np.float64]:
    """Some of the points of a structure."""
    return risk.points_mm[:: max(1, len(risk.points_mm) // DOTS)]


def _legend(figure: Figure, risks: Sequence[StructureAtRisk]) -> None:
    kinds = sorted({risk.kind for risk in risks})
    parts = [("━ best plan, dashed: an overshoot of 20 mm", NEEDLE), ("━ other plans", OTHER), ("━ cleft", CLEFT)]
    parts += [(f"● {kind}", RISKS[kind]) for kind in kinds]
    x = 0.008
    for words, colour in parts:
        figure.text(x, 0.045, words, fontsize=8, family=FONT, color=colour, va="center")
        x += 0.022 + 0.0066 * len(words)
    figure.text(
        0.008,
        0.012,
        "Planned on the CT given; education and research, the physician decides.",
        fontsize=7,
        family=FONT,
        color=QUIET,
    )
