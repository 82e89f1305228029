"""Where injected fluid lies in the cleft: the joint laid flat at each volume, and as it stands in the body."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sijoint.injectate import JointFilling, arthrogram_grade
from sijoint.report.anatomy_picture import FONT

INK, QUIET = "#1d252c", "#5b6670"
DRY = "#e4e8eb"
ROUND_MM = 2.0  # white round the chart, so that its rim is not the frame


def filling_picture(
    fillings: Sequence[tuple[str, JointFilling]], tip_mm: NDArray[np.float64] | None, pitch_mm: float, title: str
) -> bytes:
    """PNG: thickness of the injected fluid on the joint's chart, one panel for each label, and the last one in space.

    Dorsal is left and cranial is up; `tip_mm` (3,) is marked where it lies in the joint. Same input, same bytes.
    """
    figure = Figure(figsize=(2.3 * (len(fillings) + 1) + 0.8, 3.8), dpi=130, facecolor="white")
    FigureCanvasAgg(figure)
    figure.text(0.01, 0.975, title, fontsize=11, fontweight="bold", family=FONT, color=INK, va="top")
    most = max(0.2, float(max(_injected_mm(one).max() for _, one in fillings)))
    drawn: Any = None
    for number, (label, one) in enumerate(fillings):
        axes = figure.add_subplot(1, len(fillings) + 1, number + 1)
        axes.set_aspect("equal")
        flat = one.index * pitch_mm
        values, dry = _on_chart(one)
        reach = (flat[:, 0].min(), flat[:, 0].max(), flat[:, 1].min(), flat[:, 1].max())
        axes.imshow(np.where(dry, 0.0, np.nan).T, extent=reach, origin="lower", cmap=_plain(DRY), vmin=0, vmax=1)
        drawn = axes.imshow(values.T, extent=reach, origin="lower", cmap="plasma_r", vmin=0, vmax=most)
        axes.set_xlim(reach[0] - ROUND_MM, reach[1] + ROUND_MM)
        axes.set_ylim(reach[2] - ROUND_MM, reach[3] + ROUND_MM)
        if tip_mm is not None:
            cell = flat[int(np.argmin(np.sum((one.centre_mm - tip_mm) ** 2, axis=1)))]
            axes.plot(*cell, "o", markersize=5, markerfacecolor="none", markeredgecolor=INK)
        axes.set_title(
            f"{label}\ncovered {100 * one.covered_share:.0f} %, grade {arthrogram_grade(one)}",
            fontsize=8,
            family=FONT,
            color=INK,
        )
        axes.set_xlabel("dorsal to ventral, mm", fontsize=7, color=QUIET)
        if not number:
            axes.set_ylabel("caudal to cranial, mm", fontsize=7, color=QUIET)
        axes.tick_params(labelsize=6, colors=QUIET)
    _in_space(figure, len(fillings) + 1, fillings[-1][1], most)
    figure.subplots_adjust(left=0.045, right=0.935, top=0.82, bottom=0.16, wspace=0.22)
    bar = figure.colorbar(drawn, cax=figure.add_axes((0.945, 0.2, 0.008, 0.58)))
    bar.set_label("injected fluid, mm", fontsize=7, color=QUIET)
    bar.ax.tick_params(labelsize=6, colors=QUIET)
    figure.text(
        0.01,
        0.015,
        "Simulated. Opening pressures, weak places and vessels are chosen by the seed, not measured. Grey: dry. Circle: the needle's tip.",
        fontsize=7,
        family=FONT,
        color=QUIET,
    )
    out = BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _injected_mm(filling: JointFilling) -> NDArray[np.float64]:
    return 1000 * filling.injected_ml / filling.area_mm2


def _on_chart(filling: JointFilling) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Thickness (na, nb), nan where dry or outside, and where it is dry."""
    low, high = filling.index.min(axis=0), filling.index.max(axis=0)
    place = tuple((filling.index - low).T)
    values, dry = np.full(high - low + 1, np.nan), np.zeros(high - low + 1, dtype=bool)
    wet = filling.wet_share > 0.2
    values[place] = np.where(wet, _injected_mm(filling), np.nan)
    dry[place] = ~wet
    return values, dry


def _in_space(figure: Figure, place: int, filling: JointFilling, most: float) -> None:
    """The cleft as it stands: seen from behind and a little from the side."""
    axes: Any = figure.add_subplot(1, place, place, projection="3d")
    x, y, z = filling.centre_mm.T
    wet = filling.wet_share > 0.2
    axes.scatter(x[~wet], y[~wet], z[~wet], s=2, c=DRY, depthshade=False)
    axes.scatter(x[wet], y[wet], z[wet], s=4, c=_injected_mm(filling)[wet], cmap="plasma_r", vmin=0, vmax=most)
    axes.view_init(elev=12, azim=35 if x.mean() < 0 else 145)
    axes.set_box_aspect(np.ptp(filling.centre_mm, axis=0))
    for name in ("x", "y", "z"):
        getattr(axes, f"set_{name}ticks")([])
    axes.set_title("in the body, from behind", fontsize=8, family=FONT, color=INK)


def _plain(colour: str) -> Any:
    return ListedColormap([colour])
