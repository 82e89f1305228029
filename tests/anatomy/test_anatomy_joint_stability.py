"""The same joint from coarser voxels and from arrays in another order."""

import numpy as np
import pytest

from sijoint.anatomy import CT, Labels, PatientCT, body_of, extract_joint
from sijoint.frames import Grid, Side


def turned(patient, order, flips):
    """The same patient, stored with axes in another order and direction."""
    size = np.array(patient.labels.grid.shape)
    step = np.zeros((4, 4))
    step[3, 3] = 1
    for new, old in enumerate(order):
        step[old, new] = -1 if flips[new] else 1
        step[old, 3] = size[old] - 1 if flips[new] else 0

    def stored(array):
        array = array.transpose(order)
        return np.ascontiguousarray(array[tuple(slice(None, None, -1) if flip else slice(None) for flip in flips)])

    grid = Grid(tuple(int(size[old]) for old in order), patient.labels.grid.world_from_index @ step)
    return PatientCT(CT(grid, stored(patient.ct.hu)), Labels(grid, stored(patient.labels.values)), patient.provenance)


def halved(patient):
    """Voxels of twice the edge, each with the label that most of its eight hold; ties go to the first or last of them by turns."""
    values = np.where(patient.labels.values == 26, 25, patient.labels.values)  # S1 is sacrum
    i, j, k = (n // 2 for n in values.shape)
    eight = values[: 2 * i, : 2 * j, : 2 * k].reshape(i, 2, j, 2, k, 2).transpose(0, 2, 4, 1, 3, 5).reshape(i, j, k, 8)
    odd = np.indices((i, j, k)).sum(axis=0) % 2 == 1
    eight = np.where(odd[..., None], eight[..., ::-1], eight)
    votes = np.stack([(eight == eight[..., n : n + 1]).sum(axis=-1) for n in range(8)])
    most = np.take_along_axis(eight, votes.argmax(axis=0)[..., None], axis=-1)[..., 0]
    matrix = patient.labels.grid.world_from_index.copy()
    matrix[:3, 3] = patient.labels.grid.to_world([0.5] * 3)
    matrix[:3, :3] *= 2
    grid = Grid(most.shape, matrix)
    return PatientCT(CT(grid, np.where(most > 0, 300, 0).astype(np.int16)), Labels(grid, most), patient.provenance)


@pytest.fixture(scope="module")
def coarse(pelvis):
    return halved(pelvis)


@pytest.mark.parametrize("side", list(Side))
def test_at_3_mm_the_target_moves_less_than_2_mm_and_area_less_than_a_tenth(pelvis_body, coarse, side):
    fine, rough = pelvis_body.joints[side], extract_joint(coarse, side)
    assert np.linalg.norm(rough.inferior_recess_mm - fine.inferior_recess_mm) < 2.0
    assert rough.area_cm2 == pytest.approx(fine.area_cm2, rel=0.10)
    off = rough.across_mm(fine.chart.nodes_mm[fine.synovial])[:, 2]
    assert np.median(np.abs(off)) < 0.3
    assert np.percentile(np.abs(off), 95) < 0.8
    assert 0 <= rough.axial_angles_deg[0] <= 10


@pytest.mark.parametrize(("order", "flips"), [((2, 0, 1), (True, False, True)), ((1, 0, 2), (False, True, False))])
def test_the_order_of_axes_does_not_matter(pelvis, pelvis_body, order, flips):
    there, here = extract_joint(turned(pelvis, order, flips), Side.RIGHT), pelvis_body.joints[Side.RIGHT]
    np.testing.assert_allclose(there.inferior_recess_mm, here.inferior_recess_mm, atol=0.5)
    assert there.area_cm2 == pytest.approx(here.area_cm2, rel=0.01)
    np.testing.assert_allclose(there.axial_angles_deg, here.axial_angles_deg, atol=1.0)


def test_with_one_joint_in_view_that_side_is_found_and_the_other_left_out(pelvis):
    grid, values = pelvis.labels.grid, pelvis.labels.values
    lateral = grid.to_world(np.array([[0, 0, 0], [grid.shape[0] - 1, 0, 0]]))[:, 0]
    keep = slice(0, grid.shape[0] // 2 + 25) if lateral[0] > lateral[1] else slice(grid.shape[0] // 2 - 25, None)
    matrix = grid.world_from_index.copy()
    matrix[:3, 3] = grid.to_world([keep.start, 0, 0])
    part = Grid(values[keep].shape, matrix)
    half = PatientCT(CT(part, pelvis.ct.hu[keep].copy()), Labels(part, values[keep].copy()), pelvis.provenance)
    assert list(body_of(half).joints) == [Side.LEFT]
