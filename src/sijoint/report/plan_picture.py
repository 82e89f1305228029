"""The 3-D picture of plans: bones, the cleft, every offered way bent as its needle bends, and the structures at risk."""

from collections.abc import Mapping, Sequence
from io import BytesIO

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sijoint.guidance import Plan, plan_geometry
from sijoint.guidance.risks import AtRisk
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
    "notch": "#8a5a00",
    "pelvic cavity": "#5b7fa6",
}
INK, QUIET = "#1d252c", "#3c4650"
DOTS = 160  # of a structure at risk, for looking


def plan_picture(
    meshes: Mapping[str, Mesh], cleft: Mesh, plans: Sequence[Plan], risks: Sequence[AtRisk], title: str
) -> bytes:
    """PNG of two looks at the plans of one side, from behind and obliquely; the best way is black, the others grey.

    ``meshes`` are bones by name, ``cleft`` the mid-surface of the joint, all in LPS mm. Same input, same bytes.
    """
    sheet = with_smooth_rim(*cleft)
    best = plans[0]
    solid = {name: mesh for name, mesh in meshes.items() if len(mesh[1])}
    paths = np.concatenate([plan.path_mm for plan in plans])
    near = np.concatenate([sheet[0], paths, *(_shown(risk)[:1] for risk in risks)])
    everything = np.concatenate([*(mesh[0] for mesh in solid.values()), paths])
    outward = best.side.x_sign
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
        for risk in risks:
            placed = view.place(_shown(risk))
            axes.plot(
                placed[:, 0],
                placed[:, 1],
                ls="",
                marker="o",
                ms=2.2,
                mfc=RISKS.get(risk.kind, QUIET),
                mec="none",
                alpha=0.75,
            )
        for plan in reversed(plans):
            colour, width = (NEEDLE, 2.0) if plan is best else (OTHER, 1.2)
            depth_line(axes, view, bones, plan.path_mm, colour, width, dashed=False)
        depth_line(axes, view, bones, plan_geometry(best).beyond_mm, NEEDLE, 1.0, dashed=True)
        axes.set_xlim(0, view.columns)
        axes.set_ylim(view.rows, 0)
        orientation_marks(axes, view)
        axes.text(0.02, -0.02, words, transform=axes.transAxes, fontsize=8.2, family=FONT, color=QUIET, va="top")
    _legend(figure, risks)
    out = BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _shown(risk: AtRisk) -> np.ndarray:
    """Some of the points of a structure."""
    points = np.atleast_2d(np.asarray(getattr(risk, "points_mm", getattr(risk, "point_mm", None)), dtype=float))
    return points[:: max(1, len(points) // DOTS)]


def _legend(figure: Figure, risks: Sequence[AtRisk]) -> None:
    kinds = sorted({risk.kind for risk in risks})
    parts = [("━ best plan, dashed: an overshoot of 20 mm", NEEDLE), ("━ other plans", OTHER), ("━ cleft", CLEFT)]
    parts += [(f"● {kind}", RISKS.get(kind, QUIET)) for kind in kinds]
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
