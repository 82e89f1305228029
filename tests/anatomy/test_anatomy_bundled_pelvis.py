"""The real pelvis that comes with the program, both sides, against what the literature and plain anatomy say."""

import pickle

import numpy as np
import pytest

from sijoint.anatomy import (
    CT,
    Labels,
    PatientCT,
    Tissue,
    UnsuitableAnatomy,
    approaches,
    body_of,
    bone_mesh,
    describe,
    extract_joint,
)
from sijoint.anatomy.distance import signed_distance_mm
from sijoint.anatomy.reading import hip_numbers
from sijoint.anatomy.surface import bone_surface
from sijoint.frames import Side

SIDES = list(Side)


@pytest.fixture(params=SIDES)
def joint(request, pelvis_body):
    return pelvis_body.joints[request.param]


def test_the_pelvis_says_what_is_measured_and_what_is_invented(pelvis):
    assert pelvis.ct.grid.same_as(pelvis.labels.grid)
    assert "CC BY 4.0" in pelvis.provenance.licence
    assert any("no evidence for entry depth or dose" in sentence for sentence in pelvis.provenance.modelled)
    assert not pelvis.ct.hu.flags.writeable


def test_area_lies_in_the_range_of_adult_joints_inside_its_band(joint):
    assert 12 < joint.area_cm2 < 30
    assert joint.area_band_cm2[0] < joint.area_cm2 < joint.area_band_cm2[1]


def test_width_is_measurable_and_within_the_published_range(joint):
    assert joint.width_measurable
    assert not any("not measurable" in sentence for sentence in joint.modelled)
    assert 0.77 < joint.mean_width_mm < 4.39
    assert np.nanmin(joint.width_mm) >= 0.3
    assert np.nanmax(joint.width_mm) <= 12
    assert np.isnan(joint.width_mm[~joint.valid]).all()


def test_axial_angles_open_from_nearly_sagittal_below_to_oblique_above(joint):
    assert len(joint.axial_angles_deg) == 5
    assert 0 <= joint.axial_angles_deg[0] <= 10
    assert all(0 <= angle <= 40 for angle in joint.axial_angles_deg)
    assert joint.axial_angles_deg[4] > joint.axial_angles_deg[0] + 10


def test_the_inferior_end_lies_below_the_spine_as_published(joint):
    below, beside = joint.from_psis_mm(joint.inferior_end_mm)
    assert abs(below - 38) < 2 * 8
    assert abs(beside - 9) < 2 * 6


def test_the_parts_do_not_overlap_and_lie_on_the_joint(joint):
    assert not (joint.synovial & joint.ligamentous).any()
    assert (joint.synovial <= joint.valid).all()
    assert (joint.ligamentous <= joint.valid).all()
    dorsal_a = joint.chart.coordinates(joint.chart.nodes_mm[joint.ligamentous])[:, 0].mean()
    assert dorsal_a < joint.chart.coordinates(joint.chart.nodes_mm[joint.synovial])[:, 0].mean() - 10


def test_borders_run_from_caudal_to_cranial_and_close_the_rim(joint):
    for border in (joint.dorsal_border_mm, joint.ventral_border_mm):
        np.testing.assert_allclose(border[0], joint.inferior_end_mm)
        assert border[-1][2] == joint.capsule_rim_mm[:, 2].max()
    assert joint.dorsal_border_mm[:, 1].mean() > joint.ventral_border_mm[:, 1].mean()  # dorsal is +y
    steps = np.linalg.norm(np.diff(joint.capsule_rim_mm, axis=0, append=joint.capsule_rim_mm[:1]), axis=1)
    assert steps.max() < 4.0


def test_the_mid_surface_is_equally_far_from_both_bones(pelvis, joint):
    points = joint.chart.nodes_mm[joint.synovial]
    to_sacrum = signed_distance_mm(points, bone_surface(pelvis.labels, (25, 26)))
    to_hip = signed_distance_mm(points, bone_surface(pelvis.labels, hip_numbers(joint.side)))
    assert np.percentile(np.abs(to_sacrum - to_hip), 95) < 0.05
    np.testing.assert_allclose(np.clip(to_sacrum + to_hip, 0.3, 12), joint.width_mm[joint.synovial], atol=0.05)


def test_bone_distance_near_the_joint_is_within_a_fifth_of_a_millimetre(pelvis, pelvis_body, joint):
    rng = np.random.default_rng(11)
    points = rng.choice(joint.chart.nodes_mm[joint.valid], 4000) + rng.normal(0, 1.5, (4000, 3))
    exact = np.minimum(
        signed_distance_mm(points, bone_surface(pelvis.labels, (25, 26))),
        signed_distance_mm(points, bone_surface(pelvis.labels, hip_numbers(joint.side))),
    )
    near = np.abs(exact) < 1.5
    error = np.abs(pelvis_body.bone_distance_mm(points) - exact)[near]
    assert near.sum() > 1000
    assert np.percentile(error, 99) < 0.2


def test_the_target_lies_in_the_cleft_at_its_dorsal_border_near_the_lower_end(joint):
    assert joint.contains(joint.inferior_recess_mm)
    assert 0 < joint.inferior_recess_mm[2] - joint.inferior_end_mm[2] < 20
    to_dorsal = np.linalg.norm(joint.dorsal_border_mm - joint.inferior_recess_mm, axis=1).min()
    to_ventral = np.linalg.norm(joint.ventral_border_mm - joint.inferior_recess_mm, axis=1).min()
    assert to_dorsal < 3.5 < to_ventral


@pytest.mark.parametrize("where", ["inferior_recess_mm", "ligament_target_mm"])
def test_a_straight_needle_reaches_both_targets_from_behind(pelvis_body, joint, where):
    target = getattr(joint, where)
    out = joint.recess_out if where == "inferior_recess_mm" else joint.ligament_out
    assert out[1] > 0.75  # mostly straight out of the back
    skin = pelvis_body.skin_exit_mm(target, out)
    assert 15 < skin < 120
    way = target + np.arange(4.0, skin, 0.5)[:, None] * out
    assert pelvis_body.bone_distance_mm(way).min() >= 1.0
    assert pelvis_body.bone_distance_mm(target + np.arange(0, 4.0, 0.5)[:, None] * out).min() > 0.36
    assert approaches(target, pelvis_body.bone_distance_mm, 1.0).room_deg >= 6


def test_a_needle_on_its_way_in_meets_the_tissues_in_order(pelvis_body, joint):
    skin = pelvis_body.skin_exit_mm(joint.inferior_recess_mm, joint.recess_out)
    way = joint.inferior_recess_mm + np.arange(skin + 3, -0.1, -0.25)[:, None] * joint.recess_out
    met = [Tissue(int(t)) for t in pelvis_body.tissue_at(way)]
    firsts = [
        met.index(t)
        for t in (Tissue.AIR, Tissue.SKIN, Tissue.FAT, Tissue.MUSCLE, Tissue.LIGAMENT, Tissue.CAPSULE, Tissue.CLEFT)
    ]
    assert firsts == sorted(firsts)
    assert Tissue.BONE not in met
    assert met[-1] is Tissue.CLEFT


def test_the_ligament_target_lies_in_ligament_dorsal_to_the_cleft(pelvis_body, joint):
    assert pelvis_body.tissue_at(joint.ligament_target_mm) == Tissue.LIGAMENT
    assert not joint.contains(joint.ligament_target_mm, slack_mm=1.0)
    low, high = joint.capsule_rim_mm[:, 2].min(), joint.capsule_rim_mm[:, 2].max()
    assert 0.3 < (joint.ligament_target_mm[2] - low) / (high - low) < 0.7


def test_tissue_agrees_with_bone_distance_and_labels(pelvis, pelvis_body):
    rng = np.random.default_rng(12)
    points = pelvis.ct.grid.to_world(rng.uniform(0, np.array(pelvis.ct.grid.shape) - 1, (50000, 3)))
    tissue, away = pelvis_body.tissue_at(points), pelvis_body.bone_distance_mm(points)
    assert (tissue[away < -0.2] == Tissue.BONE).all()
    assert not (tissue[away > 0] == Tissue.BONE).any()
    label = pelvis.labels.values[tuple(np.rint(pelvis.ct.grid.to_index(points)).astype(int).T)]
    muscle = np.isin(label, [80, 81]) & (away > 1.0)
    allowed = np.isin(tissue, [Tissue.MUSCLE, Tissue.LIGAMENT, Tissue.CAPSULE, Tissue.SKIN])
    assert allowed[muscle].all()
    assert muscle.sum() > 500
    assert pelvis_body.tissue_at(pelvis.ct.grid.corners_mm.max(axis=0) + 5) == Tissue.AIR


def test_skin_is_where_tissue_turns_to_air(pelvis_body, joint):
    out = joint.recess_out
    skin = pelvis_body.skin_exit_mm(joint.inferior_recess_mm, out)
    before, after = pelvis_body.tissue_at(joint.inferior_recess_mm + np.array([[skin - 1.2], [skin + 1.2]]) * out)
    assert before == Tissue.SKIN
    assert after == Tissue.AIR
    assert np.isnan(pelvis_body.skin_exit_mm(joint.inferior_recess_mm, [0, 0, 1]))  # the CT ends before the head does
    assert np.isnan(pelvis_body.skin_exit_mm(joint.inferior_recess_mm + (skin + 5) * out, out))


def test_landmarks_lie_where_anatomy_puts_them_and_say_how_they_were_found(pelvis_body, joint):
    find = {
        name: pelvis_body.landmark(name, joint.side)
        for name in ("psis", "sciatic_notch", "foramen_s1", "foramen_s2", "foramen_s3")
    }
    assert find["psis"].found_by == "label"
    assert find["foramen_s2"].found_by == "label"
    assert find["sciatic_notch"].point_mm[2] < joint.inferior_end_mm[2]
    assert find["sciatic_notch"].point_mm[1] < joint.inferior_end_mm[1]  # ventral of it
    heights = [find[f"foramen_s{n}"].point_mm[2] for n in (1, 2, 3)]
    assert heights == sorted(heights, reverse=True)
    for n in (1, 2, 3):
        assert abs(find[f"foramen_s{n}"].point_mm[0]) < abs(joint.inferior_end_mm[0])  # medial of the joint
        assert abs(pelvis_body.bone_distance_mm(find[f"foramen_s{n}"].point_mm)) < 6
    with pytest.raises(KeyError, match="foramen_s3"):
        pelvis_body.landmark("asis", joint.side)


def test_the_same_patient_gives_the_same_bytes(pelvis, pelvis_body):
    again = extract_joint(pelvis, Side.LEFT)
    first = pelvis_body.joints[Side.LEFT]
    for name in ("width_mm", "synovial", "inferior_recess_mm", "capsule_rim_mm", "ligament_target_mm"):
        assert getattr(again, name).tobytes() == getattr(first, name).tobytes()
    assert again.chart.height_mm.tobytes() == first.chart.height_mm.tobytes()


def test_a_body_is_built_once_for_a_patient_and_cannot_be_written_to(pelvis, pelvis_body, joint):
    assert body_of(pelvis) is pelvis_body
    with pytest.raises(ValueError, match="read-only"):
        joint.width_mm[0, 0] = 1.0
    assert pickle.loads(pickle.dumps(joint)).area_cm2 == joint.area_cm2  # goes to another process whole


def test_a_mirrored_patient_has_the_mirrored_joint(pelvis, pelvis_body):
    values = np.array(pelvis.labels.values)
    left, right = values == 77, values == 78
    values[left], values[right] = 78, 77
    matrix = np.diag([-1.0, 1, 1, 1]) @ pelvis.labels.grid.world_from_index
    grid = type(pelvis.ct.grid)(pelvis.ct.grid.shape, matrix)
    mirrored = PatientCT(CT(grid, pelvis.ct.hu), Labels(grid, values), pelvis.provenance)
    there, here = extract_joint(mirrored, Side.RIGHT), pelvis_body.joints[Side.LEFT]
    assert there.area_cm2 == pytest.approx(here.area_cm2, rel=0.02)
    assert there.mean_width_mm == pytest.approx(here.mean_width_mm, rel=0.02)
    np.testing.assert_allclose(there.axial_angles_deg, here.axial_angles_deg, atol=1.0)
    np.testing.assert_allclose(there.inferior_recess_mm * [-1, 1, 1], here.inferior_recess_mm, atol=2.0)


def test_a_body_of_one_side_does_not_answer_for_the_other(pelvis, monkeypatch, pelvis_body):
    monkeypatch.setattr("sijoint.anatomy.body.extract_joint", lambda patient, side: pelvis_body.joints[side])
    body = body_of(PatientCT(pelvis.ct, pelvis.labels, pelvis.provenance), (Side.LEFT,))
    assert list(body.joints) == [Side.LEFT]
    with pytest.raises(UnsuitableAnatomy, match="right joint is not part"):
        body.landmark("psis", Side.RIGHT)


@pytest.mark.parametrize("bone", ["sacrum", "hip_left", "hip_right"])
def test_a_picture_mesh_is_light_and_still_the_bone(pelvis, bone):
    vertices, faces = bone_mesh(pelvis, bone, max_faces=3000)
    assert 1500 < len(faces) <= 3000
    assert faces.max() < len(vertices)
    numbers = {"sacrum": (25, 26), "hip_left": (77,), "hip_right": (78,)}[bone]
    assert np.percentile(np.abs(signed_distance_mm(vertices, bone_surface(pelvis.labels, numbers))), 95) < 2.5


def test_the_mid_surface_mesh_covers_the_synovial_area(joint):
    vertices, faces = joint.mid_surface_mesh()
    a, b, c = vertices[faces].transpose(1, 0, 2)
    area = 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 100
    assert area == pytest.approx(joint.area_cm2, rel=0.12)


def test_the_table_shows_ours_beside_published_values_with_their_source(joint):
    rows = describe(joint)
    assert rows[0].ours.startswith(f"{joint.area_cm2:.1f}")
    assert all(row.published and row.source for row in rows)
    assert any("modelled" in row.note for row in rows)
