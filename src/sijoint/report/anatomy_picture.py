"""The 3-D picture of one injection: bones, cleft, the planned line and the needle, from behind, obliquely and close by."""

from collections.abc import Mapping
from io import BytesIO
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike, NDArray

from sijoint.report.shading import Layer, View, draw_mesh, lit, outline

Mesh = tuple[NDArray[Any], NDArray[Any]]  # vertices (n, 3) LPS mm, faces (m, 3)
BONE = (0.93, 0.89, 0.80)
CLEFT = (0.05, 0.42, 0.55)
PLAN = "#c2571a"
NEEDLE = "#12181d"
PAPER = np.array([1.0, 1.0, 1.0])
FONT = ["DejaVu Sans"]  # comes with matplotlib, so every machine draws the same bytes
OVERSAMPLING = 2
PANEL_ROWS, PANEL_COLUMNS = 400, 495
RIM_PASSES = 8
HALO = (withStroke(linewidth=2.5, foreground="white"),)
GHOST_OPACITY = 0.16


def anatomy_picture(
    meshes: Mapping[str, Mesh],
    cleft: Mesh,
    entry_mm: ArrayLike | None,
    target_mm: ArrayLike | None,
    needle_path_mm: ArrayLike | None,
    title: str,
) -> bytes:
    """PNG of three looks at the injection: from behind, obliquely from behind and below, and close by with the hip as glass.

    ``meshes`` are bones by name (a name with ``hip`` is the one turned to glass), ``cleft`` the mid-surface of the joint;
    entry and target (3,) draw the planned line, ``needle_path_mm`` (n, 3) from entry to tip draws the needle as it lay.
    Any of them may be None, and the path empty. LPS millimetres. Same input, same bytes.
    """
    entry, target = (None if point is None else np.asarray(point, dtype=float) for point in (entry_mm, target_mm))
    needle = None if needle_path_mm is None else np.asarray(needle_path_mm, dtype=float).reshape(-1, 3)
    needle = None if needle is None or len(needle) < 2 else needle  # a needle that was never in the body draws nothing
    solid = {name: mesh for name, mesh in meshes.items() if len(mesh[1])}
    sheet = with_smooth_rim(*cleft)
    shown = [np.asarray(mesh[0]) for mesh in (*solid.values(), sheet)]
    shown += [np.atleast_2d(point) for point in (entry, target, needle) if point is not None]
    everything = np.concatenate(shown)
    joint_centre = np.asarray(sheet[0]).mean(axis=0)
    outward = 1.0 if joint_centre[0] >= (everything[:, 0].min() + everything[:, 0].max()) / 2 else -1.0
    near = [
        joint_centre[None],
        *(point[None] for point in (target, entry) if point is not None),
        *([] if needle is None else [needle]),
    ]
    looks = (
        ("from behind", framed(0, 0, everything, 1.05), False),
        ("from behind, the side and below", framed(outward * 40, -20, everything, 1.05), False),
        (
            "close by, through the hip bone as glass",
            framed(outward * 58, -8, np.concatenate([*near, sheet[0]]), 1.16),
            True,
        ),
    )
    figure = Figure(figsize=(10.2, 3.30), dpi=150, facecolor="white")
    FigureCanvasAgg(figure)
    figure.text(0.008, 0.955, title, fontsize=10, fontweight="bold", family=FONT, color="#1d252c", va="center")
    for index, (words, view, glass) in enumerate(looks):
        axes = figure.add_axes((0.004 + index * 0.333, 0.08, 0.326, 0.815))
        picture, bones = lit_bones(view, solid, sheet, glass)
        axes.imshow(picture, interpolation="antialiased", extent=(0, view.columns, view.rows, 0))
        axes.set_axis_off()
        _lines(axes, view, bones, entry, target, needle)
        orientation_marks(axes, view)
        axes.text(0.02, -0.035, words, transform=axes.transAxes, fontsize=8.2, family=FONT, color="#3c4650", va="top")
    _legend(figure, entry is not None and target is not None, needle is not None)
    out = BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def framed(left_deg: float, up_deg: float, points_mm: NDArray[Any], margin: float) -> View:
    """A look from behind, turned ``left_deg`` to the patient's left and ``up_deg`` to the head, that holds all points."""
    left, up = np.radians(left_deg), np.radians(up_deg)
    towards = np.array([np.sin(left) * np.cos(up), np.cos(left) * np.cos(up), np.sin(up)])
    right = np.cross(np.array([0.0, 0.0, 1.0]), towards)
    right /= np.linalg.norm(right)
    above = np.cross(towards, right)
    across, along = points_mm @ right, points_mm @ above
    middle = right * (across.min() + across.max()) / 2 + above * (along.min() + along.max()) / 2
    half = max(np.ptp(along) / 2, np.ptp(across) / 2 * PANEL_ROWS / PANEL_COLUMNS) * margin
    return View(right, above, middle, float(half), PANEL_ROWS * OVERSAMPLING, PANEL_COLUMNS * OVERSAMPLING)


def with_smooth_rim(vertices: NDArray[Any], faces: NDArray[Any]) -> Mesh:
    """An open mesh whose rim no longer shows the lattice that it was cut from; for looking, not for measuring."""
    vertices, faces = np.array(vertices, dtype=float), np.asarray(faces)
    if not len(faces):
        return vertices, faces
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    pairs, times = np.unique(edges, axis=0, return_counts=True)
    rim = pairs[times == 1]
    for _ in range(RIM_PASSES):
        total, count = np.zeros_like(vertices), np.zeros(len(vertices))
        for one, other in ((0, 1), (1, 0)):
            np.add.at(total, rim[:, one], vertices[rim[:, other]])
            np.add.at(count, rim[:, one], 1)
        on = count > 0
        vertices[on] = 0.5 * vertices[on] + 0.5 * total[on] / count[on, None]
    return vertices, faces


def lit_bones(view: View, meshes: Mapping[str, Mesh], cleft: Mesh, glass: bool) -> tuple[NDArray[Any], Layer]:
    """The lit bones with the cleft in them, (rows, columns, 3), and the layer of opaque bone."""
    picture = np.ones((view.rows, view.columns, 3)) * PAPER
    sheet = draw_mesh(view, *cleft)
    sheet_colour = lit(sheet, CLEFT, view.pixels_per_mm)
    opaque = [mesh for name, mesh in meshes.items() if not (glass and "hip" in name.lower())]
    see_through = [mesh for name, mesh in meshes.items() if glass and "hip" in name.lower()]
    bones = draw_mesh(view, *_together(opaque))
    picture = _over(picture, lit(bones, BONE, view.pixels_per_mm), bones.seen * 1.0)
    picture = _over(picture, np.zeros(3) + 0.25, 0.55 * outline(bones, 3.0))
    front = sheet.seen & (sheet.depth >= bones.depth - 0.6)
    hidden = sheet.seen & ~front
    picture = _over(picture, sheet_colour, front * 0.95 + hidden * 0.40)
    for mesh in see_through:
        ghost = draw_mesh(view, *mesh)
        nearer = ghost.seen & (ghost.depth > np.maximum(bones.depth, sheet.depth))
        rim = np.clip(1 - ghost.normal[..., 2], 0, 1) ** 2
        picture = _over(
            picture, lit(ghost, (0.72, 0.76, 0.80), view.pixels_per_mm), nearer * (GHOST_OPACITY + 0.45 * rim)
        )
    return picture, bones


def _together(meshes: list[Mesh]) -> Mesh:
    if not meshes:
        return np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int64)
    starts = np.cumsum([0, *(len(vertices) for vertices, _ in meshes[:-1])])
    faces = [np.asarray(mesh[1]) + start for mesh, start in zip(meshes, starts, strict=True)]
    return np.concatenate([np.asarray(mesh[0]) for mesh in meshes]), np.concatenate(faces)


def _over(picture: NDArray[Any], colour: NDArray[Any], opacity: NDArray[Any]) -> NDArray[Any]:
    share = opacity[..., None]
    blended: NDArray[Any] = picture * (1 - share) + colour * share
    return blended


def _lines(
    axes: Axes,
    view: View,
    bones: Layer,
    entry: NDArray[Any] | None,
    target: NDArray[Any] | None,
    needle: NDArray[Any] | None,
) -> None:
    close = view.half_height_mm < 90
    if entry is not None and target is not None:
        path = np.linspace(entry, target, 60)
        depth_line(axes, view, bones, path, PLAN, 1.3, dashed=True)
        axes.plot(*view.place(target)[:2], marker="o", ms=6.5 if close else 4.5, mfc="none", mec=PLAN, mew=1.5)
    if needle is not None:
        steps = np.linspace(0, 1, 40)[:, None]
        path = np.concatenate([a + (b - a) * steps for a, b in pairwise(needle)])
        depth_line(axes, view, bones, path, NEEDLE, 2.0 if close else 1.6, dashed=False)
        axes.plot(*view.place(needle[-1])[:2], marker="o", ms=3.6 if close else 2.6, color=NEEDLE)
    axes.set_xlim(0, view.columns)
    axes.set_ylim(view.rows, 0)


def depth_line(
    axes: Axes, view: View, bones: Layer, path: NDArray[Any], colour: str, width: float, dashed: bool
) -> None:
    """Full strength where the line lies in front of bone, faint where bone hides it."""
    placed = view.place(path)
    column = np.clip(placed[:, 0].astype(int), 0, view.columns - 1)
    row = np.clip(placed[:, 1].astype(int), 0, view.rows - 1)
    free = placed[:, 2] >= bones.depth[row, column] - 1.0
    style = (0, (3.2, 2.2)) if dashed else "-"
    axes.plot(placed[:, 0], placed[:, 1], color=colour, lw=width, ls=style, alpha=0.38, solid_capstyle="round")
    visible = np.where(free[:, None], placed[:, :2], np.nan)
    if not dashed:
        axes.plot(visible[:, 0], visible[:, 1], color="white", lw=width + 1.6, alpha=0.7, solid_capstyle="round")
    axes.plot(visible[:, 0], visible[:, 1], color=colour, lw=width, ls=style, solid_capstyle="round")


def orientation_marks(axes: Axes, view: View) -> None:
    """The patient's sides at the edges of the picture, and 2 cm of scale."""
    left_of_screen = "L" if view.right[0] < 0 else "R"
    right_of_screen = "R" if left_of_screen == "L" else "L"
    for x, letter in ((0.015, left_of_screen), (0.985, right_of_screen)):
        axes.text(
            x,
            0.5,
            letter,
            transform=axes.transAxes,
            fontsize=10,
            fontweight="bold",
            family=FONT,
            color="#3c4650",
            ha="center",
            va="center",
            path_effects=HALO,
        )
    length = 20 * view.pixels_per_mm
    x, y = view.columns * 0.97, view.rows * 0.975
    axes.plot([x - length, x], [y, y], color="#3c4650", lw=1.6, solid_capstyle="butt")
    axes.text(
        x - length / 2,
        y - view.rows * 0.012,
        "2 cm",
        fontsize=7,
        family=FONT,
        color="#3c4650",
        ha="center",
        va="bottom",
        path_effects=HALO,
    )


def _legend(figure: Figure, plan: bool, needle: bool) -> None:
    x = 0.994
    parts = [("needle", NEEDLE, needle), ("plan and target", PLAN, plan), ("cleft, mid-surface", CLEFT, True)]
    for words, colour, there in parts:
        if there:
            figure.text(x, 0.955, f"━ {words}", fontsize=8, family=FONT, color=colour, ha="right", va="center")
            x -= 0.030 + 0.0068 * len(words)
