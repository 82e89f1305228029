"""The shape model of the library pelves: mean, size and modes of 40 real pelves, and those pelves themselves.

Bones of one pelvis are matching vertices, so that any weighted sum of them is a pelvis again. Size is kept apart from shape:
the pelves were brought to one position and one size, and the modes are what was left. Source and licence stand beside the data.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.anatomy.errors import UnsuitableAnatomy
from sijoint.anatomy.surface import Surface
from sijoint.frames import Side

BONES = ("sacrum", "hip_left", "hip_right")
_FOLDER = "data/pelvis_shapes"


@dataclass(frozen=True, eq=False)
class PelvisBones:
    """The three bones of one pelvis as closed surfaces in LPS millimetres; the sacrum ends below S3."""

    sacrum: Surface
    hip_left: Surface
    hip_right: Surface

    def hip(self, side: Side) -> Surface:
        return self.hip_left if side is Side.LEFT else self.hip_right


@dataclass(frozen=True, eq=False)
class ShapeModel:
    """Mean and modes of variation of a pelvis.

    ``mean_mm`` (3, n, 3) by bone, vertex, coordinate, at the mean size, placed as in the bundled CT; ``modes_mm`` (m, 3, n, 3)
    is what one standard deviation of each mode adds, the largest first. ``log_size_sd`` is the spread of the natural logarithm
    of size. ``subjects`` (s,) are the numbers of the pelves in their source, ``weights`` (s, m) and ``log_size`` (s,) what they
    are made of, ``placements`` (s, 3, 4) where they lay in their own CT. ``centre_mm`` (3,) is where the model's origin lies in
    the bundled CT; vertices ``control`` (c, 2: bone, vertex) were found on its bones at ``control_places_mm`` (c, 3).
    """

    mean_mm: NDArray[np.float64]
    modes_mm: NDArray[np.float32]
    faces: tuple[NDArray[np.int64], ...]
    log_size_sd: float
    subjects: tuple[int, ...]
    weights: NDArray[np.float64]
    log_size: NDArray[np.float64]
    placements: NDArray[np.float64]
    centre_mm: NDArray[np.float64]
    control: NDArray[np.int64]
    control_places_mm: NDArray[np.float64]

    def vertices_mm(self, weights: ArrayLike = (), log_size: float = 0.0) -> NDArray[np.float64]:
        """Vertices (3, n, 3) of the pelvis with mode weights (m or fewer,) in standard deviations and a size."""
        given = np.asarray(weights, dtype=np.float64)
        shape = self.mean_mm + np.tensordot(given, self.modes_mm[: len(given)], axes=1)
        return shape * np.exp(log_size)

    def bones(self, vertices_mm: NDArray[np.float64]) -> PelvisBones:
        """Surfaces through vertices (3, n, 3)."""
        return PelvisBones(*(_surface(v, f) for v, f in zip(vertices_mm, self.faces, strict=True)))


def _surface(vertices_mm: NDArray, faces: NDArray) -> Surface:
    used, renumbered = np.unique(faces, return_inverse=True)  # a vertex that no face uses would count as bone
    return Surface(np.ascontiguousarray(vertices_mm[used]), renumbered.reshape(-1, 3))


@cache
def shape_model() -> ShapeModel:
    """The model of the 40 pelves that comes with the program; its arrays are shared and read-only."""
    folder = files("sijoint.anatomy") / _FOLDER
    with (folder / "shape_model.npz").open("rb") as file, np.load(file) as kept:
        step = float(kept["step_mm"])
        faces = tuple(kept[f"faces_{bone}"].astype(np.int64) for bone in BONES)
        model = ShapeModel(
            kept["mean"] * step,
            (kept["modes"] * np.float32(step)),
            faces,
            float(kept["log_size_sd"]),
            tuple(int(n) for n in kept["subjects"]),
            kept["weights"].astype(np.float64),
            kept["log_size"],
            kept["placements"],
            kept["centre_mm"],
            kept["control"].astype(np.int64),
            kept["control_places"].astype(np.float64),
        )
    for value in (*vars(model).values(), *faces):
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
    return model


def shape_subjects() -> tuple[int, ...]:
    """The numbers of the 40 pelves in their source, as ``subject_bones`` takes them."""
    return shape_model().subjects


def subject_bones(subject: int) -> PelvisBones:
    """One of the 40 pelves where it lay in its own CT, within 0.1 mm of the published vertices (0.03 mm on average).

    Raises UnsuitableAnatomy for a number that is not among ``shape_subjects()``.
    """
    model = shape_model()
    if subject not in model.subjects:
        known = ", ".join(map(str, model.subjects))
        raise UnsuitableAnatomy(f"There is no pelvis {subject} among the 40 shapes; choose one of {known}.")
    row = model.subjects.index(subject)
    vertices = model.vertices_mm(model.weights[row], float(model.log_size[row]))
    turn, shift = model.placements[row, :, :3], model.placements[row, :, 3]
    return model.bones(vertices @ turn.T + shift)


@cache
def shape_attribution() -> dict[str, str]:
    """Source, licence and attribution of the 40 pelves, and the caution that goes with them."""
    text = (files("sijoint.anatomy") / _FOLDER / "provenance.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text))
