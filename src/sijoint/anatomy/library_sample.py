"""A library pelvis: the bundled CT carried onto a drawn shape, with the body wall, joint widths and variants that were drawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy.ct import CT, Labels, PatientCT, Provenance
from sijoint.anatomy.errors import UnsuitableAnatomy
from sijoint.anatomy.extraction import extract_joint
from sijoint.anatomy.joint import Joint
from sijoint.anatomy.library import bundled_pelvis
from sijoint.anatomy.library_draw import PelvisSample, PelvisVariant, draw_pelvis, with_shape
from sijoint.anatomy.library_gap import impose, plan_gap
from sijoint.anatomy.library_resample import ENDS, resampled
from sijoint.anatomy.library_shape import shape_attribution, shape_model
from sijoint.anatomy.library_variants import draw_bridge, draw_gas, with_dorsal_variants
from sijoint.anatomy.library_wall import BodyWall, wall_of
from sijoint.anatomy.library_warp import places_in_new_body, shift_to, warp_over
from sijoint.frames import Grid, Side
from sijoint.model import Sex

ATTEMPTS = 20
_AIR_MM = 12.0  # round the skin, so that the body's outline is closed
_LEAST_STRETCH = 0.15  # a map that presses a piece of the body harder than this is about to fold
_TOUCHING = 0.35  # bones in contact on more of the joint than this are an implausible shape, not a narrow joint
_AREA_CM2 = (7.0, 35.0)  # of the joint before its width is drawn; outside it the shape is no pelvis

Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class LibraryPelvis:
    """A synthetic patient, and what was drawn for it."""

    patient: PatientCT
    sample: PelvisSample


def sample_pelvis(
    seed: int,
    *,
    age_years: float | None = None,
    sex: Sex | None = None,
    bmi: float | None = None,
    width_mm: float | None = None,
    size: float | None = None,
    variants: Mapping[Side, tuple[PelvisVariant, ...]] | None = None,
    voxel_mm: float = 1.5,
) -> PatientCT:
    """A synthetic patient like any other; what is not given is drawn from the seed, and the same arguments give the same voxels.

    Raises UnsuitableAnatomy for values that the model was not made for.
    """
    sample = draw_pelvis(seed, age_years=age_years, sex=sex, bmi=bmi, width_mm=width_mm, size=size, variants=variants)
    return pelvis_of(sample, voxel_mm=voxel_mm).patient


def pelvis_of(sample: PelvisSample, *, voxel_mm: float = 1.5, say: Say = lambda sentence: None) -> LibraryPelvis:
    """The patient of a sample. A shape that cannot be is refused and drawn again, so the sample comes back with its attempt.

    ``say`` is told what is being done. Raises UnsuitableAnatomy.
    """
    if not 0.8 <= voxel_mm <= 3.0:
        raise UnsuitableAnatomy(
            f"A library pelvis has no voxels of {voxel_mm:g} mm; choose 0.8 to 3, as the CT it is made from has 1.5 mm."
        )
    for attempt in range(sample.attempt, ATTEMPTS):
        sample = sample if attempt == sample.attempt else with_shape(sample, attempt)
        try:
            return LibraryPelvis(_drawn(sample, voxel_mm, say), sample)
        except UnsuitableAnatomy:
            say("this shape cannot be a pelvis; drawing another")
    raise UnsuitableAnatomy(
        f"None of {ATTEMPTS} shapes drawn from seed {sample.seed} could be a pelvis; take another seed."
    )


def _drawn(sample: PelvisSample, voxel_mm: float, say: Say) -> PatientCT:
    """The patient of a sample as it stands. Raises UnsuitableAnatomy where its shape is no pelvis."""
    say("carrying the CT onto the drawn shape")
    ct, labels = _carried(sample, voxel_mm)
    patient = PatientCT(ct, labels, provenance_of(sample))
    say("finding the joints")
    joints = [extract_joint(patient, side) for side in Side]
    for joint in joints:
        _refuse_implausible(joint)
    say("drawing the joints' widths and variants")
    for joint in joints:
        _draw_joint(ct, labels, joint, sample)
    ct.hu.setflags(write=False)
    labels.values.setflags(write=False)
    return patient


def _carried(sample: PelvisSample, voxel_mm: float) -> tuple[CT, Labels]:
    """The bundled CT and labels on the shape of a sample, with its body wall. Raises UnsuitableAnatomy where it would fold."""
    bundled, wall, model = bundled_pelvis(), bundled_wall(), shape_model()
    shift = shift_to(model, model.vertices_mm(sample.weights, float(np.log(sample.size))) + model.centre_mm)
    thickness = wall.thickness_for(sample.bmi)
    low, high = _extent(bundled.ct.grid, wall, thickness, shift)
    warp = warp_over(shift, low, high)
    if warp.stretch().min() < _LEAST_STRETCH:
        raise UnsuitableAnatomy("The map onto this shape would fold.")
    count = np.ceil((high - low) / voxel_mm).astype(int)
    matrix = np.diag([-voxel_mm, -voxel_mm, voxel_mm, 1.0])  # axes run as those of the bundled CT
    matrix[:3, 3] = [high[0], high[1], low[2]]
    grid = Grid((int(count[0]), int(count[1]), int(count[2])), matrix)
    return resampled(bundled, grid, warp, wall, thickness)


def _extent(
    grid: Grid, wall: BodyWall, thickness_mm: float, shift: Callable[[NDArray], NDArray]
) -> tuple[NDArray, NDArray]:
    """The box of the new body with some air round it; along the body it ends where the bundled CT does."""
    cuts = np.linspace(ENDS, grid.shape[2] - 1 - ENDS, 7).astype(int)
    rings = []
    for cut in cuts:
        ring = wall.outline_mm(thickness_mm, int(cut))[::4]
        rings.append(np.column_stack([ring, np.full(len(ring), grid.to_world([0, 0, cut])[2])]))
    skin = places_in_new_body(shift, np.concatenate(rings))
    low, high = skin.min(axis=0) - _AIR_MM, skin.max(axis=0) + _AIR_MM
    ends = []
    for cut in (cuts[0], cuts[-1]):
        inner = wall.axis_mm + 0.5 * (wall.outline_mm(thickness_mm, int(cut))[::8] - wall.axis_mm)
        points = np.column_stack([inner, np.full(len(inner), grid.to_world([0, 0, cut])[2])])
        ends.append(places_in_new_body(shift, points)[:, 2].mean())
    low[2], high[2] = min(ends), max(ends)
    return low, high


def _refuse_implausible(joint: Joint) -> None:
    if joint.touching_share > _TOUCHING or not _AREA_CM2[0] <= joint.area_cm2 <= _AREA_CM2[1]:
        raise UnsuitableAnatomy("The bones of this shape overlap in the joint, or do not face each other.")


def _draw_joint(ct: CT, labels: Labels, joint: Joint, sample: PelvisSample) -> None:
    drawn = sample.joint(joint.side)
    plan = with_dorsal_variants(joint, plan_gap(joint, drawn.width_mm), drawn.variants)
    impose(ct, labels, joint, plan)
    if PelvisVariant.BRIDGING_OSTEOPHYTE in drawn.variants:
        draw_bridge(ct, labels, joint)
    if PelvisVariant.VACUUM in drawn.variants:
        draw_gas(ct, joint, plan)


@cache
def bundled_wall() -> BodyWall:
    """The body wall of the bundled CT, its cross-section taken where the sacrum lies."""
    patient = bundled_pelvis()
    sacrum = np.flatnonzero((patient.labels.values == 25).any(axis=(0, 1)))
    return wall_of(patient, int(sacrum[0]), int(sacrum[-1]))


def provenance_of(sample: PelvisSample) -> Provenance:
    """What a library pelvis is, for every document: synthetic, and what it was made from."""
    bundled, shapes = bundled_pelvis().provenance, shape_attribution()
    return Provenance(
        f"Library pelvis, seed {sample.seed} (synthetic)",
        f"{bundled.source}; {shapes['source']}",
        bundled.licence,
        f"{bundled.attribution}; {shapes['attribution']}. {shapes['caution']}",
        (),
        (
            "This pelvis is synthetic: nobody has it. A real CT was carried onto a shape drawn from a model of 40 real pelves.",
            "Joint width follows age as published and is imposed; form and place of variants are assumed.",
            "Skin, fat and soft tissue are invented, the body wall follows body mass index by an assumed law: "
            "they are no evidence for entry depth or dose.",
            "Which of the 40 pelves are men or women is not known, so the bones' shape does not follow sex.",
        ),
    )
