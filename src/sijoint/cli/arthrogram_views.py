"""What X-rays see of an injection: native and subtracted images at each volume, from behind and, at the end, from the side."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sijoint.anatomy import Body
from sijoint.cli.image_file import subtracted_frame
from sijoint.fluoroscopy import (
    CapsuleChain,
    Collimator,
    Frame,
    LayerGrid,
    Projector,
    Run,
    annotated,
    average,
    display_window,
    last_image_hold,
    starting_technique,
    take_run,
    volume_from_hu,
)
from sijoint.formulary import Needle
from sijoint.frames import Grid, ReceptorTilt, Side, load_carm_model
from sijoint.guidance.view_rule import load_view_rule

ROWS, HELD = 512, 4
STRAIGHT = ReceptorTilt(0.0, 10.0)
LATERAL = {Side.LEFT: ReceptorTilt(90.0, 0.0), Side.RIGHT: ReceptorTilt(-90.0, 0.0)}  # receptor nearer to the joint
JOINT_ABOVE_MM = 18.0  # the middle of the joint lies so far above its recess

Layers = Sequence[tuple[str, tuple[Grid, NDArray[np.float32]]]]


def fluoroscopic_series(
    body: Body,
    side: Side,
    tip_mm: NDArray[np.float64],
    out_of_back: NDArray[np.float64],
    spinal: Needle,
    layers: Layers,
    seed: int,
) -> dict[str, Image.Image]:
    """Pictures by name: `native`, `subtracted` (one panel a volume) and `lateral` (native and subtracted, the last volume)."""
    projector = Projector(volume_from_hu(body.patient.ct.grid, body.patient.ct.hu))
    steel = CapsuleChain(np.stack([tip_mm + spinal.length_mm * out_of_back, tip_mm]), spinal.outer_mm, spinal.bore_mm)
    straight = _run(projector, tip_mm, STRAIGHT, steel, layers, seed)
    lateral = _run(projector, tip_mm, LATERAL[side], steel, layers[-1:], seed)
    labels = [label for label, _ in layers]
    from_side = [*_native(lateral, labels[-1:]), *_subtracted(lateral, labels[-1:])]
    return {
        "native": _beside(_native(straight, labels)),
        "subtracted": _beside(_subtracted(straight, labels)),
        "lateral": _beside(from_side),
    }


def _run(
    projector: Projector, at_mm: NDArray[np.float64], tilt: ReceptorTilt, steel: CapsuleChain, layers: Layers, seed: int
) -> Run:
    """A mask, then some pulses at each volume."""
    carm, field = load_carm_model(), load_view_rule().field
    deep = field.lateral_ventral_mm if abs(tilt.left_deg) > 60 else 0.0
    pose = carm.pose(tilt.direction, at_mm + np.array([0.0, -deep, JOINT_ABOVE_MM]))
    shown = [LayerGrid(*iodine) if iodine[1].any() else None for _, iodine in layers]
    return take_run(
        projector,
        pose,
        carm,
        carm.detector.binned_to(ROWS),
        technique=starting_technique(Collimator(field.half_mm, field.half_mm)),
        tubes=(steel,),
        contrasts=[each for each in (None, *shown) for _ in range(HELD)],
        rng=np.random.default_rng(seed),
    )


def _native(run: Run, labels: Sequence[str]) -> list[NDArray[np.uint8]]:
    window = display_window(run.images[0])
    return [annotated(live, window=window, text=(label,)) for live, label in zip(_held(run), labels, strict=True)]


def _subtracted(run: Run, labels: Sequence[str]) -> list[NDArray[np.uint8]]:
    mask = average(run.images[:HELD])
    return [
        annotated(subtracted_frame(mask, live, inverted=False), text=(label,))
        for live, label in zip(_held(run), labels, strict=True)
    ]


def _held(run: Run) -> list[Frame]:
    return [last_image_hold(run.images[n : n + HELD]) for n in range(HELD, len(run.images), HELD)]


def _beside(pictures: Sequence[NDArray[np.uint8]]) -> Image.Image:
    return Image.fromarray(np.hstack(pictures))
