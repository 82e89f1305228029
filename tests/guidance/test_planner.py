"""The planner on blocks of bone: free ways, dots, mirrored sides, and refusals that say why."""

import numpy as np
import pytest
from slab_phantom import SlabBody, slab_plan

from sijoint.formulary import needle
from sijoint.frames import PatientPosition, ProjectionGeometry, ReceptorTilt, Side, angle_between_deg, load_carm_model
from sijoint.guidance import NoPlan, line_openness, plan_geometry, project_tip, tip_offset
from sijoint.model import Target
from sijoint.needle import bent_path

CARM = load_carm_model()


@pytest.fixture(scope="module")
def plans():
    return slab_plan(SlabBody(), Side.LEFT, Target.INTRA_ARTICULAR)


def test_best_plan_ends_inside_the_cleft_in_its_inferior_part(plans):
    joint = SlabBody().joints[Side.LEFT]
    assert joint.contains(plans[0].target_mm)
    for each in plans:
        height = joint.chart.coordinates(each.target_mm)[1] - joint.chart.coordinates(joint.inferior_end_mm)[1]
        assert 0 <= height <= 20


def test_every_plan_is_free_of_bone_when_walked_again_in_small_steps(plans):
    body = SlabBody()
    for each in plans:
        entry, way, clock = each.entry_mm, each.direction_at_skin, each.bevel_clock_deg
        bent = bent_path(needle(each.needle), entry, way, clock, each.depth_mm, step_mm=0.1)
        walked = body.bone_distance_mm(bent)
        assert walked.min() > 0
        assert walked[: -int(15 / 0.1)].min() >= each.bone_clearance_mm  # outside the opening at least as promised


def test_plans_come_best_first_and_differ_from_each_other(plans):
    assert [each.score for each in plans] == sorted((each.score for each in plans), reverse=True)
    for i, one in enumerate(plans):
        for other in plans[i + 1 :]:
            apart = np.linalg.norm(one.target_mm - other.target_mm) >= 4
            assert apart or angle_between_deg(one.direction, other.direction) >= 5


def test_in_the_trajectory_view_entry_and_target_fall_on_one_pixel(plans):
    for each in plans:
        geometry = ProjectionGeometry.of(each.pose(each.receptor, CARM), CARM.detector)
        entry, target = geometry.project(np.stack([each.entry_mm, each.target_mm]))
        assert np.linalg.norm(entry - target) < 1
        assert each.pose(each.receptor, CARM).direction[1] > 0  # the receptor stands behind the patient


def test_in_the_lateral_view_the_whole_needle_is_seen(plans):
    geometry = ProjectionGeometry.of(plans[0].pose(plans[0].lateral, CARM), CARM.detector)
    entry, target = geometry.project(np.stack([plans[0].entry_mm, plans[0].target_mm]))
    seen_mm = np.linalg.norm(entry - target) * CARM.detector.pixel_mm
    assert seen_mm > 0.9 * plans[0].depth_mm  # magnified, so a needle across the ray is longer than itself


def test_needle_is_long_enough_and_has_a_hub_outside(plans):
    assert needle(plans[0].needle).length_mm >= plans[0].depth_mm + 5


def test_left_and_right_plans_mirror_each_other():
    left = slab_plan(SlabBody(), Side.LEFT, Target.INTRA_ARTICULAR)[0]
    right = slab_plan(SlabBody(), Side.RIGHT, Target.INTRA_ARTICULAR)[0]
    mirror = np.array([-1.0, 1.0, 1.0])
    assert right.score == pytest.approx(left.score, abs=0.02)
    assert np.linalg.norm(right.target_mm - mirror * left.target_mm) < 2.5  # equal scores at neighbouring depths
    assert angle_between_deg(right.direction, mirror * left.direction) < 3
    assert (left.lateral.left_deg, right.lateral.left_deg) == (90, -90)


def test_needle_follows_the_plane_of_a_turned_joint():
    for angle in (0.0, 15.0):
        best = slab_plan(SlabBody(angle), Side.LEFT, Target.INTRA_ARTICULAR)[0]
        # ventral and lateral: the receptor stands behind and towards the other side
        assert -best.receptor.left_deg == pytest.approx(angle, abs=5)


def test_wider_cleft_forgives_more_errors_of_the_hand():
    narrow, wide = (slab_plan(SlabBody(0.0, width), Side.LEFT, Target.INTRA_ARTICULAR)[0] for width in (2.0, 6.0))
    assert wide.robustness > narrow.robustness + 0.1


def test_ligament_target_has_a_plan_too():
    best = slab_plan(SlabBody(), Side.LEFT, Target.LIGAMENT)[0]
    assert best.target is Target.LIGAMENT
    assert np.linalg.norm(best.target_mm - SlabBody().joints[Side.LEFT].ligament_target_mm) < 6


def test_bone_across_the_back_leaves_no_plan_and_says_so():
    with pytest.raises(NoPlan, match="bone closes every straight way"):
        slab_plan(SlabBody(closed=True), Side.LEFT, Target.INTRA_ARTICULAR)


def test_side_outside_the_ct_and_supine_patient_are_refused():
    with pytest.raises(NoPlan, match="does not show"):
        slab_plan(SlabBody(shown=(Side.RIGHT,)))
    with pytest.raises(NoPlan, match="turn the patient prone"):
        slab_plan(SlabBody(), Side.LEFT, Target.INTRA_ARTICULAR, position=PatientPosition.HFS)


def test_reasons_tell_clearance_depth_and_views(plans):
    text = " ".join(plans[0].reasons)
    assert f"clears bone by {plans[0].bone_clearance_mm:.1f} mm" in text
    assert f"{plans[0].depth_mm:.0f} mm deep" in text
    assert "receptor" in text


def test_same_input_gives_the_same_plan():
    one, other = (slab_plan(SlabBody(), Side.LEFT, Target.INTRA_ARTICULAR)[0] for _ in range(2))
    assert np.array_equal(one.direction, other.direction)
    assert one.score == other.score


def test_joint_line_is_open_along_the_cleft_and_closed_across_it(plans):
    along = line_openness(SlabBody(), Side.LEFT, plans[0].receptor)
    across = line_openness(SlabBody(), Side.LEFT, ReceptorTilt(40.0, 0.0))
    assert along.open_share > 0.8
    assert across.open_share == 0
    assert across.separation_mm > along.separation_mm + 5


def test_tip_offset_speaks_in_the_needle_s_own_directions(plans):
    best = plans[0]
    assert tip_offset(best, best.target_mm).words == "on the planned target"
    deep = tip_offset(best, best.target_mm + 2 * best.direction)
    assert (deep.along_mm, deep.across_mm) == (pytest.approx(2), pytest.approx(0, abs=1e-9))
    left = tip_offset(best, best.target_mm + np.array([3.0, 0, 0]))
    assert left.left_mm > 2.5
    assert "to the patient's left" in left.words


def test_tip_on_target_is_seen_in_the_middle_of_the_detector(plans):
    column, row = project_tip(plans[0].target_mm, plans[0].pose(plans[0].receptor, CARM), CARM.detector)
    assert (column, row) == (pytest.approx(767.5), pytest.approx(767.5))


def test_picture_of_a_plan_runs_from_the_skin_through_the_target(plans):
    picture = plan_geometry(plans[0])
    assert np.allclose(picture.path_mm[0], plans[0].entry_mm)
    assert np.allclose(picture.path_mm[-1], picture.beyond_mm[0])
