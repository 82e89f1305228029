"""Bad data: what is refused, and what is found but said to deserve less confidence."""

import numpy as np
import pytest
from test_anatomy_joint_phantom import CONE_DEG, RADIUS, shells

from sijoint.anatomy import CT, Labels, PatientCT, UnsuitableAnatomy, body_of, extract_joint
from sijoint.frames import Grid, Side, unit


def thick(patient, times):
    """Every so many slices alone, as a CT of thick slices would be labelled."""
    values = np.ascontiguousarray(patient.labels.values[:, :, ::times])
    matrix = patient.labels.grid.world_from_index.copy()
    matrix[:3, 2] *= times
    grid = Grid(values.shape, matrix)
    hu = np.ascontiguousarray(patient.ct.hu[:, :, ::times])
    return PatientCT(CT(grid, hu), Labels(grid, values), patient.provenance)


def test_a_fused_joint_is_refused_in_words(patient_of):
    patient = patient_of(*shells(Side.LEFT, 0.0)[:2])
    with pytest.raises(
        UnsuitableAnatomy, match=r"left hip bone run into each other on \d+ % of the joint: it is fused"
    ):
        extract_joint(patient, Side.LEFT)
    with pytest.raises(UnsuitableAnatomy, match="fused"):
        body_of(patient)


def test_a_joint_bridged_on_most_of_its_area_is_found_with_lower_confidence(patient_of):
    grid, values, centre = shells(Side.LEFT, 3.0)
    away = grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1)) - centre
    r = np.linalg.norm(away, axis=-1)
    bridge = (np.abs(r - RADIUS) <= 1.6) & (np.abs(away[..., 2]) < 14) & (values == 0)
    bridge &= away @ unit([0.92, 0.38, 0.0]) > r * np.cos(np.radians(CONE_DEG))
    values[bridge & (r < RADIUS)] = 25
    values[bridge & (r >= RADIUS)] = 77
    joint = extract_joint(patient_of(grid, values), Side.LEFT)
    assert any("touch on" in sentence and "Lower confidence" in sentence for sentence in joint.doubts)
    assert set(joint.doubts) <= set(joint.modelled)


def test_slices_of_five_millimetres_and_more_lower_the_confidence_and_those_of_three_do_not(pelvis):
    joint = extract_joint(thick(pelvis, 4), Side.LEFT)  # 6 mm
    assert any("slices of 6.0 mm" in sentence for sentence in joint.doubts)
    assert 8 < joint.area_cm2 < 30
    assert not extract_joint(thick(pelvis, 2), Side.LEFT).doubts


def test_the_bundled_pelvis_raises_no_doubt(pelvis_body):
    assert all(joint.doubts == () for joint in pelvis_body.joints.values())


def test_metal_beside_the_joint_is_a_doubt_of_that_side_alone(pelvis, pelvis_body):
    hu = np.array(pelvis.ct.hu)
    at = np.rint(pelvis.ct.grid.to_index(pelvis_body.joints[Side.LEFT].inferior_recess_mm)).astype(int)
    hu[tuple(slice(n - 1, n + 2) for n in at)] = 3071
    screwed = PatientCT(CT(pelvis.ct.grid, hu), pelvis.labels, pelvis.provenance)
    joint = extract_joint(screwed, Side.LEFT)
    assert any("metal lies in or next to the left joint" in sentence for sentence in joint.doubts)
    assert set(joint.doubts) <= set(joint.modelled)
    assert extract_joint(screwed, Side.RIGHT).doubts == ()
