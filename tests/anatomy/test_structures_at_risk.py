"""What a needle keeps away from, on the real pelvis: where anatomy puts it, told how it was found, mirrored when the patient is."""

import numpy as np
import pytest

from sijoint.anatomy import (
    CT,
    Labels,
    PatientCT,
    StructureAtRisk,
    UnsuitableAnatomy,
    metal_near,
    structure_in_words,
    structures_at_risk,
)
from sijoint.anatomy.body import _built
from sijoint.frames import Side

SIDES = list(Side)
NAMES = {
    "foramen_s1": "foramen",
    "foramen_s2": "foramen",
    "foramen_s3": "foramen",
    "sciatic_notch": "notch",
    "sciatic_nerve": "nerve",
    "superior_gluteal_vessels": "vessel",
    "iliac_artery": "vessel",
    "iliac_vena": "vessel",
    "colon": "bowel",
    "small_bowel": "bowel",
    "pelvic_cavity": "pelvic cavity",
}


def built_alone(patient, sides):
    """A body that does not take a place among those that are kept for the other tests."""
    return _built.__wrapped__(patient, sides)


def named(body, side) -> dict[str, StructureAtRisk]:
    return {each.name: each for each in structures_at_risk(body, side)}


@pytest.fixture(params=SIDES, scope="module")
def side(request):
    return request.param


def test_every_structure_is_there_and_says_how_it_was_found(pelvis_body, side):
    found = named(pelvis_body, side)
    assert {name: each.kind for name, each in found.items()} == NAMES
    for each in found.values():
        assert each.side is side
        assert each.note.endswith(".")
        assert len(each.points_mm) < 5000
    by_label = {name for name, each in found.items() if each.found_by == "label"}
    assert by_label == set(NAMES) - {"sciatic_nerve", "superior_gluteal_vessels", "pelvic_cavity"}
    assert structures_at_risk(pelvis_body, side) is structures_at_risk(pelvis_body, side)


def test_dorsal_foramina_are_openings_in_bone_medial_of_the_joint_in_order_downwards(pelvis_body, side):
    joint, found = pelvis_body.joints[side], named(pelvis_body, side)
    openings = [found[f"foramen_s{n}"].points_mm[0] for n in (1, 2, 3)]
    heights = [point[2] for point in openings]
    assert 15 < heights[0] - heights[1] < 30  # one sacral segment apart
    assert 15 < heights[1] - heights[2] < 30
    for n, opening in enumerate(openings, 1):
        assert abs(opening[0]) < abs(joint.inferior_end_mm[0])
        assert opening[1] > joint.inferior_end_mm[1] - 25  # behind
        canal = found[f"foramen_s{n}"].points_mm
        assert (pelvis_body.bone_distance_mm(canal) > 0).mean() > 0.7  # a hole is free of bone
        half_way = 0.5 * (canal[0] + canal[-1])
        for beside in (-1.0, 1.0):  # and bone lies on both sides of it
            walls = half_way + np.arange(3.0, 13.0)[:, None] * [beside, 0, 0]
            assert pelvis_body.bone_distance_mm(walls).min() < 1.5


def test_the_first_foramen_is_the_one_below_the_s1_label(pelvis, pelvis_body, side):
    s1 = pelvis.labels.grid.to_world(np.argwhere(pelvis.labels.values == 26))
    first, second = (pelvis_body.landmark(f"foramen_s{n}", side).point_mm for n in (1, 2))
    s1_beside = s1[np.abs(s1[:, 0] - first[0]) < 4]
    assert s1_beside[:, 2].min() < first[2] < s1_beside[:, 2].max()  # hidden behind S1 as it leans back
    assert second[2] < s1_beside[:, 2].min() + 10


def test_notch_nerve_and_gluteal_vessels_lie_below_the_joint(pelvis_body, side):
    joint, found = pelvis_body.joints[side], named(pelvis_body, side)
    assert found["sciatic_notch"].points_mm[:, 2].max() < joint.inferior_end_mm[2]
    assert found["sciatic_notch"].distance_mm(joint.inferior_end_mm) > 10
    nerve = found["sciatic_nerve"].points_mm
    assert nerve[-1, 2] < found["sciatic_notch"].points_mm[:, 2].min() - 30
    assert nerve[-1, 0] * side.x_sign > nerve[0, 0] * side.x_sign + 30  # runs laterally into the buttock
    apex = pelvis_body.landmark("sciatic_notch", side).point_mm
    gluteal = found["superior_gluteal_vessels"]
    assert 0 < gluteal.distance_mm(apex) < 6
    assert (pelvis_body.bone_distance_mm(gluteal.points_mm) > 0).mean() > 0.9
    below = nerve[np.abs(nerve[:, 2] - apex[2] + 25).argmin()]
    assert pelvis_body.bone_distance_mm(below) > 2  # through the opening, not through its wall


def test_nothing_at_risk_lies_in_the_cleft_or_outside_the_body(pelvis_body, side):
    joint = pelvis_body.joints[side]
    cleft = joint.chart.nodes_mm[joint.synovial]
    for each in structures_at_risk(pelvis_body, side):
        assert each.distance_mm(cleft).min() > 2.0, each.name
        grid = pelvis_body.patient.ct.grid
        shown = each.points_mm[grid.contains(each.points_mm)]
        index = np.rint(grid.to_index(shown)).astype(int)
        assert pelvis_body.inside[tuple(index.T)].all(), each.name


def test_a_needle_that_goes_on_through_the_joint_comes_into_the_pelvic_cavity(pelvis_body, side):
    joint, cavity = pelvis_body.joints[side], named(pelvis_body, side)["pelvic_cavity"]
    in_front = joint.ventral_border_mm[joint.ventral_border_mm[:, 2] > joint.inferior_end_mm[2] + 20]
    beyond = in_front + np.array([-3.0 * side.x_sign, -12.0, 0.0])
    assert (cavity.distance_mm(beyond) < 0).mean() > 0.95
    assert (cavity.distance_mm(joint.dorsal_border_mm) > 3).all()
    on_the_way = joint.inferior_recess_mm + np.arange(0, 60, 5.0)[:, None] * joint.recess_out
    assert (np.diff(cavity.distance_mm(on_the_way)) > 0).all()


def test_distance_to_labelled_structures_is_that_to_their_voxels(pelvis, pelvis_body, side):
    vein = named(pelvis_body, side)["iliac_vena"]
    voxels = pelvis.labels.grid.to_world(np.argwhere(pelvis.labels.values == (67 if side is Side.LEFT else 68)))
    middle = pelvis_body.joints[side].chart.nodes_mm[pelvis_body.joints[side].synovial].mean(axis=0)
    rng = np.random.default_rng(5)
    points = rng.choice(voxels[np.linalg.norm(voxels - middle, axis=1) < 75], 400) + rng.normal(0, 6, (400, 3))
    exact = np.linalg.norm(points[:, None] - voxels, axis=-1).min(axis=1) - 0.75
    found = vein.distance_mm(points)
    outside = exact > 1.5
    assert np.percentile(np.abs(found - exact)[outside], 95) < 1.5
    assert (found[np.linalg.norm(points[:, None] - voxels, axis=-1).min(axis=1) < 0.3] < 1.0).all()
    assert found.min() < -2


def test_distances_of_a_tube_and_a_sheet_are_the_plain_ones():
    tube = StructureAtRisk("t", "nerve", Side.LEFT, "landmark", np.array([[0.0, 0, z] for z in range(50)]), 4.0, ".")
    np.testing.assert_allclose(tube.distance_mm([[10.0, 0, 20], [1, 0, 20], [0, 0, 60]]), [6, -3, 7])
    flat = np.stack(np.meshgrid(np.arange(0, 50.0, 5), [0.0], np.arange(0, 50.0, 5)), -1).reshape(-1, 3)
    up = np.tile([0.0, 1.0, 0.0], (len(flat), 1))
    sheet = StructureAtRisk("s", "pelvic cavity", Side.LEFT, "landmark", flat, 0.0, ".", up, 5.0)
    np.testing.assert_allclose(sheet.distance_mm([[12.0, 7, 13], [22, -3, 20]]), [7, -3], atol=0.05)


def test_a_mirrored_patient_has_mirrored_structures(pelvis, pelvis_body):
    table = np.arange(256, dtype=np.uint8)
    for left, right in ((65, 66), (67, 68), (75, 76), (77, 78), (80, 81), (82, 83), (84, 85)):
        table[left], table[right] = right, left
    matrix = np.diag([-1.0, 1, 1, 1]) @ pelvis.labels.grid.world_from_index
    grid = type(pelvis.ct.grid)(pelvis.ct.grid.shape, matrix)
    patient = PatientCT(CT(grid, pelvis.ct.hu), Labels(grid, table[pelvis.labels.values]), pelvis.provenance)
    there, here = named(built_alone(patient, (Side.RIGHT,)), Side.RIGHT), named(pelvis_body, Side.LEFT)
    assert list(there) == list(here)
    for name, each in here.items():
        assert there[name].found_by == each.found_by
        if each.normals is None:
            away = np.linalg.norm(there[name].points_mm * [-1, 1, 1] - each.points_mm[0], axis=1).min()
            assert away < 2.5, name
    rng = np.random.default_rng(3)
    points = pelvis_body.joints[Side.LEFT].inferior_recess_mm + rng.normal(0, 25, (2000, 3))
    for name, each in here.items():
        off = np.abs(there[name].distance_mm(points * [-1, 1, 1]) - each.distance_mm(points))
        assert np.percentile(off, 90) < 2.5, name


def test_without_soft_tissue_labels_vessels_come_from_bone_and_bowel_is_left_out(pelvis, pelvis_body):
    values = np.where(np.isin(pelvis.labels.values, [25, 26, 77, 78]), pelvis.labels.values, 0).astype(np.uint8)
    bare = built_alone(PatientCT(pelvis.ct, Labels(pelvis.labels.grid, values), pelvis.provenance), (Side.LEFT,))
    found = named(bare, Side.LEFT)
    assert found["iliac_vessels"].found_by == "landmark"
    assert not any(each.kind == "bowel" for each in found.values())
    seen = np.concatenate([named(pelvis_body, Side.LEFT)[name].points_mm for name in ("iliac_artery", "iliac_vena")])
    assert found["iliac_vessels"].distance_mm(seen).min() < 10
    with pytest.raises(UnsuitableAnatomy, match="right joint is not part"):
        structures_at_risk(bare, Side.RIGHT)


@pytest.mark.parametrize(("off", "says"), [(0.0, "Lower confidence"), (40.0, "no path may cross"), (200.0, "")])
def test_metal_is_told_by_how_near_the_joint_it_lies(pelvis, pelvis_body, off, says):
    joint = pelvis_body.joints[Side.LEFT]
    hu = np.array(pelvis.ct.hu)
    at = np.rint(pelvis.ct.grid.to_index(joint.inferior_recess_mm + np.array([off, 0, 0]))).astype(int)
    at = np.clip(at, 2, np.array(hu.shape) - 3)
    hu[tuple(slice(n - 1, n + 2) for n in at)] = 3071
    patient = PatientCT(CT(pelvis.ct.grid, hu), pelvis.labels, pelvis.provenance)
    body = type(pelvis_body)(patient, pelvis_body.joints, pelvis_body.tissue, pelvis_body.inside, pelvis_body.bone)
    metal = metal_near(body, Side.LEFT)
    assert says in metal.note
    assert bool(metal.note) == bool(says)
    assert metal.in_joint == (off == 0.0)
    there = metal.distance_mm(pelvis.ct.grid.to_world(at))
    assert there == pytest.approx(0.0, abs=1e-6) if says else np.isinf(there)


def turned(patient: PatientCT, axes: tuple[int, int, int]) -> PatientCT:
    grid = patient.ct.grid
    matrix = grid.world_from_index.copy()
    matrix[:3, :3] = matrix[:3, axes]
    other = type(grid)(tuple(grid.shape[n] for n in axes), matrix)
    hu, values = (np.ascontiguousarray(each.transpose(axes)) for each in (patient.ct.hu, patient.labels.values))
    return PatientCT(CT(other, hu), Labels(other, values), patient.provenance)


def test_the_ligament_target_does_not_move_with_the_order_of_the_voxels_axes(pelvis, pelvis_body):
    body = built_alone(turned(pelvis, (2, 0, 1)), (Side.RIGHT,))
    here, there = pelvis_body.joints[Side.RIGHT], body.joints[Side.RIGHT]
    assert np.linalg.norm(here.ligament_target_mm - there.ligament_target_mm) < 0.5
    for each in structures_at_risk(pelvis_body, Side.RIGHT):
        if each.kind == "foramen":
            assert each.distance_mm(here.ligament_target_mm) > 5


def test_names_of_structures_are_written_as_a_person_writes_them():
    assert structure_in_words("foramen_s2") == "foramen S2"
    assert structure_in_words("superior_gluteal_vessels") == "superior gluteal vessels"
