"""The view map on blocks of bone, where lines, openness, dose and the end of the CT can be worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slab_phantom import BELLY_Y, CT_HIGH_Z, DORSAL_A, SKIN_Y, VENTRAL_A, SlabBody, slab_plan

from sijoint.fluoroscopy import volume_from_hu
from sijoint.fluoroscopy.patient_thickness import injection_dose
from sijoint.frames import PatientPosition, ReceptorTilt, Side, load_carm_model
from sijoint.guidance import NoPlan, ViewKind, joint_lines, overlap_angle_deg, view_map
from sijoint.guidance.beams import bone_before_mm, free_of_bone, truncated_shares, water_equivalent_mm
from sijoint.guidance.joint_lines import line_separation_mm
from sijoint.guidance.view_rule import load_view_rule

CARM = load_carm_model()
RULE = load_view_rule()
DEPTH = VENTRAL_A - DORSAL_A


@pytest.fixture(scope="module")
def left_map():
    return view_map(SlabBody(), Side.LEFT, CARM, plan=slab_plan()[0])


@pytest.mark.parametrize("side", list(Side))
@given(angle=st.floats(-15, 25))
@settings(max_examples=25, deadline=None)
def test_lines_of_a_flat_joint_overlap_at_its_own_angle(side, angle):
    assert overlap_angle_deg(SlabBody(angle).joints[side]) == pytest.approx(angle, abs=1e-6)


@given(angle=st.floats(-10, 20), oblique=st.floats(-30, 30), cephalad=st.floats(-25, 25))
@settings(max_examples=40, deadline=None)
def test_lines_of_a_flat_joint_are_its_depth_times_the_sine_apart(angle, oblique, cephalad):
    """A receptor ``oblique`` to the patient's left of straight sees the left joint from angle + oblique beside its plane."""
    receptor = ReceptorTilt(oblique, cephalad).direction
    apart = line_separation_mm(SlabBody(angle).joints[Side.LEFT], receptor[None])[0]
    # near the lower end a tilt leaves less than the whole depth between the lines of one image level
    assert apart * np.sin(np.radians(angle + oblique)) >= -1e-9
    assert abs(apart) <= DEPTH * abs(np.sin(np.radians(angle + oblique))) + 1e-6
    if cephalad == 0:
        assert apart == pytest.approx(DEPTH * np.sin(np.radians(angle + oblique)), abs=1e-6)


def test_straight_from_behind_the_lines_are_the_depth_times_the_sine_apart():
    joint = SlabBody(12.0).joints[Side.LEFT]
    for oblique in (-30.0, -12.0, 0.0, 20.0):
        apart = line_separation_mm(joint, ReceptorTilt(oblique, 0.0).direction[None])[0]
        assert apart == pytest.approx(DEPTH * np.sin(np.radians(12.0 + oblique)), abs=1e-6)


def test_posterior_line_is_the_medial_one_of_an_anterolateral_joint_on_both_sides():
    """As texts say of the straight view: the medial line is the posterior one."""
    for side in Side:
        lines = joint_lines(SlabBody(10.0).joints[side], ReceptorTilt(0.0, 0.0).direction)
        medial = side.x_sign * (lines.anterior_mm - lines.posterior_mm)[:, 0]
        assert (medial > 0).all()
        assert (lines.posterior_mm[:, 1] > lines.anterior_mm[:, 1]).all()


def test_joint_is_open_along_its_plane_and_closed_across_it(left_map):
    measures = left_map.measures
    assert measures.open_share[_row(measures, -10, 0)] == 1.0  # within 2 degrees of the plane, which lies at 8
    assert measures.open_share[_row(measures, 35, 0)] == 0.0
    assert measures.open_share[_row(measures, -45, 0)] == 0.0


def test_a_ray_beside_a_block_is_free_and_one_through_it_is_not():
    body = SlabBody(0.0)
    point = np.array([[40.0, -10.0, 20.0]])
    assert free_of_bone(body, point, np.array([[0.0, 1.0, 0.0]]), 140.0)[0]
    assert not free_of_bone(body, point, np.array([[1.0, 0.0, 0.0]]), 140.0)[0]


def test_bone_before_the_target_is_the_block_on_the_ray():
    body = SlabBody(0.0)
    target = np.array([40.0, -10.0, 20.0])  # mid-cleft; the ilium is a block of 20 mm beside it
    assert bone_before_mm(body, target, np.array([[1.0, 0.0, 0.0]]), RULE.beam)[0] == pytest.approx(20, abs=1)
    assert bone_before_mm(body, target, np.array([[0.0, 1.0, 0.0]]), RULE.beam)[0] == 0


def test_water_on_a_ray_is_the_box_over_the_cosine():
    ct = SlabBody().patient.ct
    thick = SKIN_Y - BELLY_Y
    receptors = np.array([ReceptorTilt(a, 0.0).direction for a in (0.0, 20.0, 30.0)])
    seen = water_equivalent_mm(ct, np.array([0.0, -40.0, 0.0]), receptors, RULE.beam, 5.0)
    assert seen == pytest.approx(thick / np.cos(np.radians([0, 20, 30])), abs=5)


def test_dose_grows_with_thickness_as_the_exposure_chain_says():
    """The rule's one number against the whole chain under brightness control."""
    (thin, _), (thick, _) = (injection_dose(cm, CARM, np.random.default_rng(1)) for cm in (20.0, 28.0))
    grown = np.log(thick.kerma_reference_mgy / thin.kerma_reference_mgy) / 8
    assert RULE.kerma_per_cm == pytest.approx(grown, rel=0.06)


def test_field_at_the_end_of_the_ct_is_cut_by_the_share_that_lies_beyond():
    ct = SlabBody().patient.ct
    volume = volume_from_hu(ct.grid, ct.hu)
    straight = ReceptorTilt(0.0, 0.0).direction[None]
    middle = truncated_shares(volume, np.array([0.0, -40.0, 0.0]), straight, CARM, RULE.field)[0]
    at_the_end = truncated_shares(volume, np.array([0.0, -40.0, CT_HIGH_Z]), straight, CARM, RULE.field)[0]
    assert middle == 0
    # centred on the end half of it lies beyond, and the cone brings a few rays more across
    assert 0.5 <= at_the_end <= 0.75


def test_needle_is_a_dot_in_the_trajectory_view_and_every_best_view_is_within_reach(left_map):
    kinds = {view.kind: view for view in left_map.views}
    assert set(kinds) == set(ViewKind)
    assert kinds[ViewKind.TRAJECTORY].seen.off_needle_deg == pytest.approx(0, abs=0.01)
    assert all(view.seen.reachable for view in left_map.views)
    assert all("receptor" in view.receptor.words and view.reason and view.purpose for view in left_map.views)


def test_contralateral_oblique_brings_the_lines_together(left_map):
    oblique = next(view for view in left_map.views if view.kind is ViewKind.CONTRALATERAL)
    assert -oblique.receptor.left_deg == pytest.approx(8, abs=1.5)  # the joint's own angle
    assert abs(oblique.seen.separation_mm) < 1


def test_directions_beyond_the_gantry_are_not_reachable_and_none_of_them_is_a_best_view(left_map):
    measures = left_map.measures
    assert not measures.reachable[_row(measures, 45, 45)]
    assert measures.reachable[_row(measures, 0, 0)]


def test_map_holds_the_grid_and_finer_directions_once_each(left_map):
    measures = left_map.measures
    places = np.round(np.stack([measures.left_deg, measures.cephalad_deg], axis=1), 6)
    assert len(np.unique(places, axis=0)) == len(places)
    assert (~left_map.refined).sum() == 19 * 19
    assert left_map.refined.sum() > 50


def test_sides_have_mirrored_maps():
    left, right = (view_map(SlabBody(), side, CARM).measures for side in Side)
    for row in range(0, 361, 7):
        mirrored = _row(right, -left.left_deg[row], left.cephalad_deg[row])
        for name in ("separation_mm", "open_share", "bone_before_mm", "truncated_share", "relative_dose"):
            assert getattr(right, name)[mirrored] == pytest.approx(getattr(left, name)[row], abs=1e-6), name


def test_supine_patient_and_side_outside_the_ct_are_refused():
    with pytest.raises(NoPlan, match="turn the patient prone"):
        view_map(SlabBody(), Side.LEFT, CARM, PatientPosition.HFS)
    with pytest.raises(NoPlan, match="does not show"):
        view_map(SlabBody(shown=(Side.RIGHT,)), Side.LEFT, CARM)


def test_without_a_plan_the_trajectory_is_the_most_open_direction():
    seen = view_map(SlabBody(), Side.LEFT, CARM)
    trajectory = next(view for view in seen.views if view.kind is ViewKind.TRAJECTORY)
    assert trajectory.seen.open_share == seen.measures.open_share.max()
    assert np.isnan(trajectory.seen.off_needle_deg)


def _row(measures, left_deg, cephalad_deg):
    away = np.hypot(measures.left_deg - left_deg, measures.cephalad_deg - cephalad_deg)
    return int(np.argmin(away))
