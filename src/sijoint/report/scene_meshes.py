"""Bones, cleft and structures at risk as one block of bytes that a page draws in three dimensions.

Layout, little endian: ``SIJM``, length of a JSON list (u32), the list padded with spaces to four bytes, and for each entry of
it ``vertices`` times three float32 (LPS, mm) and ``faces`` times three uint32.
"""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy import Body, StructureAtRisk, bone_mesh, structure_in_words
from sijoint.frames import Side
from sijoint.report.anatomy_picture import with_smooth_rim

MAGIC = b"SIJM"
BONE_FACES = 7000
DOTS = 140  # of a structure at risk, for looking
BONES = {"sacrum": "sacrum", "hip_left": "left hip bone", "hip_right": "right hip bone"}


@dataclass(frozen=True, eq=False)
class ScenePart:
    """``role`` is how it is drawn: bone, glass (seen through), cleft, or dots without faces."""

    name: str
    words: str
    role: str
    kind: str
    vertices_mm: NDArray[Any]
    faces: NDArray[Any]


def body_parts(body: Body, side: Side, risks: Sequence[StructureAtRisk]) -> tuple[ScenePart, ...]:
    """The bones (the hip bone of the side as glass), the cleft of the side, and what is at risk as dots.

    The pelvic cavity is everything in front of the bones, and is not drawn.
    """
    parts = []
    for bone, words in BONES.items():
        vertices, faces = bone_mesh(body.patient, bone, BONE_FACES)
        role = "glass" if bone == f"hip_{side}" else "bone"
        parts.append(ScenePart(bone, words, role, "bone", vertices, faces))
    vertices, faces = with_smooth_rim(*body.joints[side].mid_surface_mesh())
    parts.append(ScenePart("cleft", "joint cleft", "cleft", "cleft", vertices, faces))
    nothing = np.empty((0, 3), dtype=np.int64)
    for risk in risks:
        if risk.kind != "pelvic cavity":
            some = risk.points_mm[:: max(1, len(risk.points_mm) // DOTS)]
            parts.append(ScenePart(risk.name, structure_in_words(risk.name), "dots", risk.kind, some, nothing))
    return tuple(parts)


def scene_bytes(parts: Sequence[ScenePart]) -> bytes:
    """The parts in order. Same parts, same bytes."""
    listed = [
        {
            "name": part.name,
            "words": part.words,
            "role": part.role,
            "kind": part.kind,
            "vertices": len(part.vertices_mm),
            "faces": len(part.faces),
        }
        for part in parts
    ]
    text = json.dumps(listed).encode()
    text += b" " * (-len(text) % 4)
    blocks = [MAGIC, struct.pack("<I", len(text)), text]
    for part in parts:
        blocks += [np.asarray(part.vertices_mm, dtype="<f4").tobytes(), np.asarray(part.faces, dtype="<u4").tobytes()]
    return b"".join(blocks)
