"""A joint whose gap is known: two concentric spherical shells, so mid-surface, width and area have formulas."""

import numpy as np
import pytest

from sijoint.anatomy import UnsuitableAnatomy, extract_joint
from sijoint.anatomy.cleft import measure_cleft
from sijoint.anatomy.rules import joint_rule
from sijoint.anatomy.surface import bone_surface
from sijoint.frames import Grid, Side, unit

RADIUS, THICK, CONE_DEG = 90.0, 14.0, 17.0


def shells(side: Side, gap_mm: float, spacing: float = 1.5) -> tuple[Grid, np.ndarray, np.ndarray]:
    """Grid, labels and the centre of the spheres; the sacrum is the inner shell, the hip the outer one."""
    axis = unit([0.92 * side.x_sign, 0.38, 0.0])
    middle = np.array([60.0 * side.x_sign, 0.0, 0.0])
    count = round(110 / spacing)
    grid = Grid.from_spacing((count,) * 3, [spacing] * 3, middle - 0.5 * spacing * (count - 1))
    centre = middle - RADIUS * axis
    away = grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1)) - centre
    r = np.linalg.norm(away, axis=-1)
    near = away @ axis > r * np.cos(np.radians(CONE_DEG))
    values = np.zeros(grid.shape, np.uint8)
    values[near & (r < RADIUS - gap_mm / 2) & (r > RADIUS - gap_mm / 2 - THICK)] = 25
    values[near & (r > RADIUS + gap_mm / 2) & (r < RADIUS + gap_mm / 2 + THICK)] = 77 if side is Side.LEFT else 78
    return grid, values, centre


def cleft_of(patient, side):
    hip = (77,) if side is Side.LEFT else (78,)
    return measure_cleft(bone_surface(patient.labels, (25,)), bone_surface(patient.labels, hip), side, joint_rule())


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize(("gap", "spacing"), [(2.0, 1.0), (3.0, 1.5)])
def test_the_mid_surface_and_width_of_a_curved_gap_are_found(patient_of, side, gap, spacing):
    grid, values, centre = shells(side, gap, spacing)
    cleft = cleft_of(patient_of(grid, values), side)
    core = cleft.valid & (cleft.gap_mm < gap + 1.5)
    points = cleft.chart.nodes_mm[core]
    off = np.abs(np.linalg.norm(points - centre, axis=-1) - RADIUS)
    assert np.median(off) < 0.15 * spacing
    assert np.percentile(off, 95) < 0.5 * spacing
    assert np.median(cleft.gap_mm[core]) == pytest.approx(gap, abs=0.15 * spacing)
    assert np.percentile(cleft.residual_mm[core], 95) < 0.05
    # a cap of a sphere, smaller by the rounded rims of voxel bones
    cap = 2 * np.pi * RADIUS**2 * (1 - np.cos(np.radians(CONE_DEG)))
    area = (1 / cleft.chart.slope_cosine[core]).sum() * cleft.chart.pitch_mm**2
    assert 0.85 * cap < area < 1.1 * cap


@pytest.mark.parametrize("side", list(Side))
def test_chart_axes_point_ventral_cranial_and_to_the_ilium(patient_of, side):
    chart = cleft_of(patient_of(*shells(side, 3.0)[:2]), side).chart
    assert chart.axis_a[1] < -0.8
    assert chart.axis_b[2] > 0.95
    assert chart.normal[0] * side.x_sign > 0.8
    np.testing.assert_allclose(
        np.stack([chart.axis_a, chart.axis_b, chart.normal]) @ chart.axis_a, [1, 0, 0], atol=1e-12
    )


def test_touching_labels_cost_the_width_but_not_the_position(patient_of):
    grid, values, centre = shells(Side.LEFT, 3.0)
    away = grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1)) - centre
    r = np.linalg.norm(away, axis=-1)
    bridge = (np.abs(r - RADIUS) <= 1.6) & (np.abs(away[..., 2]) < 8) & (values == 0)
    bridge &= away @ unit([0.92, 0.38, 0.0]) > r * np.cos(np.radians(CONE_DEG))
    values[bridge & (r < RADIUS)] = 25
    values[bridge & (r >= RADIUS)] = 77
    joint = extract_joint(patient_of(grid, values), Side.LEFT)
    assert joint.touching_share > 0.10
    assert not joint.width_measurable
    assert any("width of the" in sentence and "not measurable" in sentence for sentence in joint.modelled)
    assert np.isnan(joint.mean_width_mm)
    off = np.abs(np.linalg.norm(joint.chart.nodes_mm[joint.synovial] - centre, axis=-1) - RADIUS)
    assert np.median(off) < 0.4


def test_points_are_in_the_cleft_between_the_shells_and_nowhere_else(patient_of):
    grid, values, centre = shells(Side.LEFT, 3.0)
    joint = extract_joint(patient_of(grid, values), Side.LEFT)
    inner = joint.synovial & (joint.beyond_border_mm < -2)
    away = joint.chart.nodes_mm[inner] - centre
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    on_sphere = centre + RADIUS * away
    assert joint.contains(on_sphere).mean() > 0.99
    assert joint.contains(on_sphere + 0.8 * away).mean() > 0.95
    assert not joint.contains(on_sphere + 2.5 * away).any()
    assert not joint.contains(on_sphere - 2.5 * away).any()
    assert joint.contains(on_sphere + 2.5 * away, slack_mm=1.5).mean() > 0.95
    outside = joint.chart.nodes_mm[joint.beyond_border_mm > 1]
    assert not joint.contains(outside).any()


def test_a_side_without_its_hip_bone_is_refused_with_advice(patient_of):
    grid, values, _ = shells(Side.LEFT, 3.0)
    with pytest.raises(UnsuitableAnatomy, match=r"no right hip bone \(numbers 78\).*choose the other side"):
        extract_joint(patient_of(grid, values), Side.RIGHT)


def test_mirrored_labels_are_refused(patient_of):
    grid, values, _ = shells(Side.LEFT, 3.0)
    values[values == 77] = 78
    with pytest.raises(UnsuitableAnatomy, match="mirrored"):
        extract_joint(patient_of(grid, values), Side.RIGHT)


def test_bones_far_apart_are_no_joint(patient_of):
    grid, values, _ = shells(Side.LEFT, 20.0)
    with pytest.raises(UnsuitableAnatomy, match="does not come near the sacrum"):
        extract_joint(patient_of(grid, values), Side.LEFT)


def test_a_ct_that_ends_within_the_joint_is_refused(patient_of):
    grid, values, _ = shells(Side.LEFT, 3.0)
    shown = values[:, :, : values.shape[2] // 2]
    with pytest.raises(UnsuitableAnatomy, match="ends within the left sacroiliac joint"):
        extract_joint(patient_of(Grid(shown.shape, grid.world_from_index), shown), Side.LEFT)
