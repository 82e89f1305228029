"""The heat map of a view map: what every receptor direction shows, with the best views marked. Seen as the physician stands:
behind the prone patient, the patient's left at screen left."""

from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sijoint.guidance import ViewKind, ViewMap
from sijoint.report.anatomy_picture import FONT

INK, QUIET = "#1d252c", "#5b6670"
MARKS = {ViewKind.TRAJECTORY: "o", ViewKind.STRAIGHT: "s", ViewKind.CONTRALATERAL: "D"}
# column of the measures, words, colours, lowest and highest value (None: as found)
PANELS = (
    ("open_share", "inferior joint open, share of its height", "viridis", 0.0, 1.0),
    ("separation_mm", "posterior line medial (+) or lateral (-) of the anterior, mm", "RdBu", -20.0, 20.0),
    ("bone_before_mm", "bone between receptor and target, mm", "magma_r", 0.0, 40.0),
    ("off_needle_deg", "off the planned needle (a dot at 0), degrees", "cividis_r", 0.0, 45.0),
    ("relative_dose", "dose rate over that of the straight view", "YlOrRd", 0.5, 4.0),
    ("truncated_share", "working field cut by the end of the CT, share", "Greys", 0.0, 1.0),
)


def view_map_picture(seen: ViewMap, title: str) -> bytes:
    """PNG of six small maps, one for each measure; hatched where the C-arm does not reach. Same input, same bytes."""
    panels = [panel for panel in PANELS if np.isfinite(getattr(seen.measures, panel[0])).any()]
    figure = Figure(figsize=(11.4, 7.6), dpi=130, facecolor="white")
    FigureCanvasAgg(figure)
    figure.text(0.012, 0.975, title, fontsize=12, fontweight="bold", family=FONT, color=INK, va="top")
    for number, panel in enumerate(panels):
        axes = figure.add_subplot(2, 3, number + 1)
        _map(figure, axes, seen, *panel)
    figure.subplots_adjust(left=0.055, right=0.965, top=0.885, bottom=0.115, wspace=0.32, hspace=0.36)
    legend = [f"{_glyph(view.kind)} {view.kind}: {view.receptor.words}" for view in seen.views if view.kind in MARKS]
    figure.text(0.012, 0.034, "     ".join(legend), fontsize=8.2, family=FONT, color=INK, va="bottom")
    figure.text(
        0.012,
        0.012,
        "Seen from behind, patient's left at the left. Hatched: out of the C-arm's reach. Small squares: searched more "
        "finely. Education and research; the physician decides.",
        fontsize=7.6,
        family=FONT,
        color=QUIET,
        va="bottom",
    )
    out = BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _map(
    figure: Figure, axes: Axes, seen: ViewMap, column: str, words: str, colours: str, low: float, high: float
) -> None:
    measures = seen.measures
    values = np.where(measures.reachable, getattr(measures, column), np.nan)
    axes.patch.set(hatch="////", edgecolor="#b9c0c6")
    drawn: Any = None
    for rows in (~seen.refined, seen.refined):
        if not rows.any():
            continue
        left, up, table = _table(measures.left_deg[rows], measures.cephalad_deg[rows], values[rows])
        drawn = axes.pcolormesh(left, up, table, cmap=colours, vmin=low, vmax=high, shading="nearest")
    for view in seen.views:
        if view.kind in MARKS:
            at = (view.receptor.left_deg, view.receptor.cephalad_deg)
            for colour, width in (("white", 3.2), (INK, 1.4)):
                axes.plot(*at, marker=MARKS[view.kind], ms=8, mfc="none", mec=colour, mew=width)
    axes.invert_xaxis()
    axes.set_title(words, fontsize=8.6, family=FONT, color=INK)
    axes.set_xlabel("receptor to the patient's left  ←  degrees  →  right", fontsize=7.4, family=FONT, color=QUIET)
    axes.set_ylabel("caudad  ←  degrees  →  cephalad", fontsize=7.4, family=FONT, color=QUIET)
    axes.set_xticks(np.arange(-40, 41, 20), [f"{abs(value)}" for value in range(-40, 41, 20)])
    axes.set_yticks(np.arange(-40, 41, 20))
    axes.tick_params(labelsize=7.4, colors=QUIET)
    bar = figure.colorbar(drawn, ax=axes, fraction=0.046, pad=0.03)
    bar.ax.tick_params(labelsize=7, colors=QUIET)


def _table(
    left_deg: NDArray[np.float64], cephalad_deg: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Axes and values (up, left) of scattered directions on a lattice; NaN where there is none."""
    left, column = np.unique(np.round(left_deg, 6), return_inverse=True)
    up, row = np.unique(np.round(cephalad_deg, 6), return_inverse=True)
    table = np.full((len(up), len(left)), np.nan)
    table[row, column] = values
    return left, up, table


def _glyph(kind: ViewKind) -> str:
    return {"o": "○", "s": "□", "D": "◇"}[MARKS[kind]]
