"""What lies in a beam: bone before the target, water-equivalent thickness for the dose, and how much of the field the CT cuts."""

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy import CT, Body
from sijoint.fluoroscopy import AttenuationVolume
from sijoint.fluoroscopy.ray_geometry import index_geometry
from sijoint.fluoroscopy.truncation import truncated_rays
from sijoint.frames import CArmModel, Detector, ProjectionGeometry
from sijoint.guidance.view_rule import BeamSteps, WorkingField

Points = NDArray[np.float64]
TRUST = 0.9  # of a distance to bone far from it, which may be 8 % too long
LEAST_STEP_MM = 0.5


def free_of_bone(body: Body, points_mm: Points, directions: Points, reach_mm: float) -> NDArray[np.bool_]:
    """Whether rays (n,) from points (n, 3) along directions (n, 3) meet no bone within a reach.

    Each ray goes on by the distance to the nearest bone, so that open space costs few steps.
    """
    free = np.ones(len(points_mm), dtype=bool)
    way = np.zeros(len(points_mm))
    going = np.arange(len(points_mm))
    while len(going):
        away = body.bone_distance_mm(points_mm[going] + way[going, None] * directions[going])
        free[going[away <= 0]] = False
        way[going] += np.maximum(TRUST * away, LEAST_STEP_MM)
        going = going[(away > 0) & (way[going] < reach_mm)]
    return free


def bone_before_mm(body: Body, target_mm: Points, receptors: Points, steps: BeamSteps) -> NDArray[np.float64]:
    """Millimetres (n,) of bone on the rays from the target (3,) towards receptors (n, 3)."""
    way = np.arange(steps.step_mm / 2, steps.path_mm, steps.step_mm)
    points = target_mm + way[None, :, None] * receptors[:, None, :]
    inside = body.bone_distance_mm(points.reshape(-1, 3)).reshape(points.shape[:2]) <= 0
    return np.asarray(inside.sum(axis=1) * steps.step_mm)


def water_equivalent_mm(
    ct: CT, target_mm: Points, receptors: Points, steps: BeamSteps, around_mm: float
) -> NDArray[np.float64]:
    """Mean thickness (n,) of water that weighs as much as the body, on nine rays about a point, from the nearest voxels.

    The rays are ``around_mm`` apart: brightness control measures a field and no single ray. Beyond the head or foot end of
    the CT its last slice goes on.
    """
    way = np.arange(-steps.through_mm, steps.through_mm, steps.through_step_mm)
    head = np.array([0.0, 0.0, 1.0]) - receptors[:, 2:] * receptors
    head /= np.linalg.norm(head, axis=1, keepdims=True)
    left = np.cross(receptors, head)
    size = np.array(ct.grid.shape)
    end = int(np.argmax(np.abs(ct.grid.world_from_index[2, :3])))
    total = np.zeros(len(receptors))
    for aside in (-around_mm, 0.0, around_mm):
        for up in (-around_mm, 0.0, around_mm):
            centre = target_mm + aside * left + up * head
            points = centre[:, None, :] + way[None, :, None] * receptors[:, None, :]
            index = np.rint(ct.grid.to_index(points.reshape(-1, 3))).astype(np.intp)
            index[:, end] = np.clip(index[:, end], 0, size[end] - 1)
            shown = np.all((index >= 0) & (index < size), axis=1)
            hu = np.full(len(index), -1000.0)
            hu[shown] = ct.hu[tuple(index[shown].T)]
            relative = np.maximum(1 + hu / 1000, 0).reshape(points.shape[:2])
            total += relative.sum(axis=1) * steps.through_step_mm
    return np.asarray(total / 9)


def truncated_shares(
    volume: AttenuationVolume, isocentre_mm: Points, receptors: Points, carm: CArmModel, field: WorkingField
) -> NDArray[np.float64]:
    """Share (n,) of the working field whose rays meet body that the CT does not show."""
    pixel = 2 * field.half_mm / field.rays * carm.source_detector_mm / carm.source_isocentre_mm
    detector = Detector(field.rays, field.rays, pixel)
    shares = []
    for receptor in receptors:
        view = ProjectionGeometry.of(carm.pose(receptor, isocentre_mm), detector)
        shares.append(float(truncated_rays(volume, index_geometry(volume.grid, view)).mean()))
    return np.array(shares)
