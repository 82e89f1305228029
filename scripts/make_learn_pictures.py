"""The pictures of "Learn" in the web app, from the bundled CT and from the pictures of docs/fluoroscopy.md.

    python scripts/make_learn_pictures.py            # into src/sijoint/web/static/learn

Bones are the real ones of the bundled CT. The border between joint and ligaments is a model. X-rays are simulated, and say
so in their strip. Same program, same pictures.
"""

from io import BytesIO
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from sijoint.anatomy import Joint, body_of, bone_mesh, bundled_pelvis
from sijoint.frames import PatientPosition, Side, load_carm_model
from sijoint.guidance import Plan, plan
from sijoint.model import Target
from sijoint.report.anatomy_picture import (
    FONT,
    HALO,
    depth_line,
    framed,
    lit_bones,
    orientation_marks,
    with_smooth_rim,
)
from sijoint.report.shading import View, draw_mesh, lit

TOP = Path(__file__).parents[1]
FOLDER = TOP / "src" / "sijoint" / "web" / "static" / "learn"
XRAYS = {  # name here: name in docs/images
    "xray-from-behind": "fluoroscopy-straight",
    "xray-along-the-needle": "fluoroscopy-trajectory",
    "xray-from-the-side": "fluoroscopy-lateral",
    "xray-with-dye": "fluoroscopy-arthrogram",
}
WIDTH, QUALITY = 900, 82
LIGAMENT = (0.80, 0.42, 0.12)
INK, LOAD, NEEDLE = "#1d252c", "#b42318", "#12181d"
Mesh = tuple[NDArray[np.float64], NDArray[np.int64]]


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    patient = bundled_pelvis()
    body = body_of(patient, (Side.LEFT, Side.RIGHT))
    bones = {name: bone_mesh(patient, name, max_faces=80000) for name in ("sacrum", "hip_left", "hip_right")}
    joints = body.joints
    way = plan(body, Side.LEFT, Target.INTRA_ARTICULAR, load_carm_model(), PatientPosition.HFP)[0]
    joint_from_behind(bones, joints)
    load(bones, joints)
    ligaments(bones, joints[Side.LEFT])
    needle(bones, joints[Side.LEFT], way)
    for name, source in XRAYS.items():
        with Image.open(TOP / "docs" / "images" / f"{source}.png") as picture:
            save(name, picture.convert("RGB"))


def joint_from_behind(bones: dict[str, Mesh], joints: dict[Side, Joint]) -> None:
    view, axes, figure = stage(bones, joints)
    label(axes, view, centre_of(bones["sacrum"]), "sacrum")
    for side, offset in (("hip_left", 28.0), ("hip_right", -28.0)):
        label(axes, view, centre_of(bones[side]) + np.array([offset, 0, 25.0]), "hip bone")
    for joint in joints.values():
        label(axes, view, joint.dorsal_border_mm[len(joint.dorsal_border_mm) // 2], "joint", colour="#0b5c7a")
    finish("joint-from-behind", figure)


def load(bones: dict[str, Mesh], joints: dict[Side, Joint]) -> None:
    """Where weight comes from and goes to: from the spine through both joints to the hips."""
    view, axes, figure = stage(bones, joints)
    sacrum = bones["sacrum"][0]
    top = np.array([np.median(sacrum[:, 0]), sacrum[:, 1].max(), sacrum[:, 2].max()])
    arrow(axes, view, top + mm(0, 34), top + mm(0, -12), 16)
    for side, name in ((Side.LEFT, "hip_left"), (Side.RIGHT, "hip_right")):
        joint = joints[side].chart.nodes_mm[joints[side].valid].mean(axis=0)
        outward = 1.0 if side is Side.LEFT else -1.0
        socket = centre_of(bones[name]) + np.array([outward * 22, 0, -22.0])
        arrow(axes, view, joint + mm(-outward * 22, 20), joint + mm(outward * 16, -14), 11)
        arrow(axes, view, socket + mm(0, -48), socket + mm(0, -6), 11)
    label(axes, view, top + mm(62, 26), "weight of the trunk", colour=LOAD)
    label(axes, view, socket + mm(36, -60), "push of the legs", colour=LOAD)
    finish("load", figure)


def ligaments(bones: dict[str, Mesh], joint: Joint) -> None:
    """The left hip bone as glass: the joint itself, and the region that ligaments fill."""
    synovial = part_of(joint, joint.synovial)
    ligamentous = part_of(joint, joint.ligamentous)
    both = np.concatenate([synovial[0], ligamentous[0]])
    view = framed(62, -6, both, 1.45)
    near = {"sacrum": bones["sacrum"], "hip_left": bones["hip_left"]}
    picture, opaque = lit_bones(view, near, synovial, glass=True)
    sheet = draw_mesh(view, *ligamentous)
    colour = lit(sheet, LIGAMENT, view.pixels_per_mm)
    strength = np.where(sheet.seen & (sheet.depth >= opaque.depth - 0.6), 0.9, np.where(sheet.seen, 0.4, 0.0))
    picture = picture * (1 - strength[..., None]) + colour * strength[..., None]
    figure, axes = panel(picture, view)
    label(axes, view, synovial[0].mean(axis=0), "joint", colour="#0b5c7a")
    label(axes, view, ligamentous[0].mean(axis=0), "ligaments (modelled border)", colour="#8a4b00")
    finish("ligaments", figure)


def needle(bones: dict[str, Mesh], joint: Joint, way: Plan) -> None:
    cleft = with_smooth_rim(*joint.mid_surface_mesh())
    view = framed(62, -6, np.concatenate([cleft[0], way.entry_mm[None], way.target_mm[None]]), 1.25)
    near = {"sacrum": bones["sacrum"], "hip_left": bones["hip_left"]}
    picture, opaque = lit_bones(view, near, cleft, glass=True)
    figure, axes = panel(picture, view)
    depth_line(axes, view, opaque, np.linspace(way.entry_mm, way.target_mm, 80), NEEDLE, 2.4, dashed=False)
    axes.set_xlim(0, view.columns)
    axes.set_ylim(view.rows, 0)
    label(axes, view, way.entry_mm + np.array([-6.0, 0, 7.0]), "skin")
    label(axes, view, (way.entry_mm + way.target_mm) / 2 + np.array([0, 0, 6.0]), "needle")
    label(axes, view, way.target_mm - np.array([0, 0, 10.0]), "tip in the joint", colour="#0b5c7a")
    finish("needle", figure)


def stage(bones: dict[str, Mesh], joints: dict[Side, Joint]) -> tuple[View, Axes, Figure]:
    """The whole pelvis from behind, with both joints."""
    everything = np.concatenate([mesh[0] for mesh in bones.values()])
    view = framed(0, 0, everything, 1.14)
    sheets = [with_smooth_rim(*joint.mid_surface_mesh()) for joint in joints.values()]
    starts = (0, len(sheets[0][0]))
    both = (
        np.concatenate([one[0] for one in sheets]),
        np.concatenate([one[1] + at for one, at in zip(sheets, starts, strict=True)]),
    )
    picture, _ = lit_bones(view, bones, both, glass=False)
    figure, axes = panel(picture, view)
    return view, axes, figure


def part_of(joint: Joint, mask: NDArray[np.bool_]) -> Mesh:
    """The triangles of the mid-surface whose corners all lie in a region."""
    nodes = joint.chart.nodes_mm
    numbers = np.arange(mask.size).reshape(mask.shape)
    corners = np.stack([numbers[:-1, :-1], numbers[1:, :-1], numbers[1:, 1:], numbers[:-1, 1:]], axis=-1).reshape(-1, 4)
    inside = mask.reshape(-1) & np.isfinite(nodes.reshape(-1, 3)).all(axis=1)
    quads = corners[inside[corners].all(axis=1)]
    faces = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    used, renumbered = np.unique(faces, return_inverse=True)
    return with_smooth_rim(nodes.reshape(-1, 3)[used], renumbered.reshape(-1, 3))


def panel(picture: NDArray[np.float64], view: View) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(6, 6 * view.rows / view.columns), dpi=150, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.imshow(np.clip(picture, 0, 1), interpolation="antialiased", extent=(0, view.columns, view.rows, 0))
    axes.set_axis_off()
    orientation_marks(axes, view)
    return figure, axes


def centre_of(mesh: Mesh) -> NDArray[np.float64]:
    return np.asarray(mesh[0]).mean(axis=0)


def mm(left: float, up: float) -> NDArray[np.float64]:
    """A step to the patient's left and up."""
    return np.array([left, 0.0, up])


def label(axes: Axes, view: View, at_mm: NDArray[np.float64], words: str, colour: str = INK) -> None:
    column, row, _ = view.place(np.asarray(at_mm))
    style = {"fontsize": 13, "fontweight": "bold", "family": FONT, "color": colour}
    axes.text(column, row, words, ha="center", va="center", path_effects=HALO, **style)


def arrow(axes: Axes, view: View, start_mm: NDArray[np.float64], end_mm: NDArray[np.float64], width: float) -> None:
    start, end = view.place(np.asarray(start_mm))[:2], view.place(np.asarray(end_mm))[:2]
    style = {
        "arrowstyle": f"simple,head_width={width / 8},head_length={width / 9},tail_width={width / 22}",
        "color": LOAD,
    }
    axes.annotate(
        "", xy=end, xytext=start, arrowprops={**style, "alpha": 0.88, "mutation_scale": 10, "shrinkA": 0, "shrinkB": 0}
    )


def finish(name: str, figure: Figure) -> None:
    out = BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    with Image.open(out) as picture:
        save(name, picture.convert("RGB"))


def save(name: str, picture: Image.Image) -> None:
    """Wide enough for a phone turned sideways."""
    height = round(picture.height * WIDTH / picture.width)
    small = picture if picture.width <= WIDTH else picture.resize((WIDTH, height), Image.Resampling.LANCZOS)
    path = FOLDER / f"{name}.webp"
    small.save(path, "WEBP", quality=QUALITY, method=6)
    print(f"{path.relative_to(TOP)}: {small.width} x {small.height}, {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
