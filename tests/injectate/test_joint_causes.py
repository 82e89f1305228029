"""Joints of a population: as published where it is published, everything in its place."""

from dataclasses import replace

import numpy as np
import pytest

from sijoint.frames import Side
from sijoint.injectate import Compartment, FluidBody, Vessel, draw_joint_causes, to_firm_end_point
from sijoint.injectate.flow_rules import flow_rules
from sijoint.injectate.joint_causes import draw_paths, draw_vessels


@pytest.fixture(scope="module")
def drawn(body):
    joint, rng = body.joints[Side.LEFT], np.random.default_rng(12345)
    return joint, [draw_joint_causes(rng, joint, body, Side.LEFT) for _ in range(400)]


def test_vessels_are_as_frequent_as_doppler_shows_them(drawn):
    _, causes = drawn
    shares = np.bincount([len(one.vessels) for one in causes], minlength=3) / len(causes)
    assert shares[0] == pytest.approx(21 / 55, abs=0.08)
    assert shares[2] == pytest.approx(4 / 55, abs=0.04)


def test_vessels_around_run_behind_the_joint_and_those_inside_start_in_it(drawn):
    joint, causes = drawn
    thick = flow_rules().vessel.around_radius_mm[0]
    around = [vessel for one in causes for vessel in one.vessels if vessel.radius_mm >= thick]
    inside = [vessel for one in causes for vessel in one.vessels if vessel.radius_mm < thick]
    assert around
    assert inside
    assert not any(joint.contains(vessel.points_mm).any() for vessel in around)
    assert np.mean([joint.contains(vessel.points_mm, slack_mm=0.5).any() for vessel in inside]) > 0.7


def test_each_joint_has_the_five_known_weak_places_at_its_rim(drawn, body):
    joint, causes = drawn
    paths = causes[0].leaks
    assert [path.to for path in paths] == [Compartment.FORAMEN] * 4 + [Compartment.VENTRAL]
    rim = np.vstack([joint.dorsal_border_mm, joint.ventral_border_mm])
    for path in paths:
        assert np.linalg.norm(rim - path.from_mm, axis=1).min() < 1e-9
    assert paths[1].at_mm == pytest.approx(body.landmark("foramen_s2", Side.LEFT).point_mm)
    heights = [path.from_mm[2] for path in paths]
    assert heights[3] > heights[0] > heights[1] > heights[2]


def test_opening_pressures_are_drawn_round_the_fitted_median(drawn):
    _, causes = drawn
    rules = flow_rules().leak
    logs = np.log([path.opens_at_kpa for one in causes for path in one.leaks])
    assert np.exp(np.median(logs)) == pytest.approx(rules.opens_median_kpa, rel=0.05)
    assert logs.std() == pytest.approx(rules.opens_log_sd, rel=0.06)


def test_the_same_seed_draws_the_same_joint(body):
    joint = body.joints[Side.RIGHT]
    one, other = (draw_joint_causes(np.random.default_rng(7), joint) for _ in range(2))
    assert one.capacity_ml == other.capacity_ml
    assert [path.opens_at_kpa for path in one.leaks] == [path.opens_at_kpa for path in other.leaks]
    assert all((a.points_mm == b.points_mm).all() for a, b in zip(one.vessels, other.vessels, strict=True))


def test_without_weak_places_arthrography_ends_firm_at_the_drawn_capacity(slot, place, quincke, contrast):
    end = to_firm_end_point(slot(capacity_ml=1.1), place["joint"], quincke, contrast, 0.05)
    assert end.firm
    assert end.in_joint_ml == pytest.approx(1.1, abs=0.06)
    assert end.outside_ml < flow_rules().seen.arthrography_outside_ml


def test_a_weak_place_ends_it_without_firmness(slot_joint, slot, place, quincke, contrast):
    rng = np.random.default_rng(1)
    (weak, *_) = draw_paths(rng, slot_joint())
    end = to_firm_end_point(slot(leaks=(replace(weak, opens_at_kpa=6.0),)), place["joint"], quincke, contrast, 0.05)
    assert not end.firm
    assert end.outside_ml >= flow_rules().seen.arthrography_outside_ml
    assert end.injected_ml == pytest.approx(end.in_joint_ml + end.outside_ml, abs=1e-9)


def test_capsule_that_gives_beside_a_vessel_fills_the_vessel(slot_joint, slot, place, quincke, contrast):
    weak = replace(draw_paths(np.random.default_rng(1), slot_joint())[4], opens_at_kpa=6.0)
    vein = Vessel(weak.at_mm + np.linspace(-10, 30, 9)[:, None] * [0, 0, 1.0], 1.0, 20.0)
    fluid_body: FluidBody = slot(leaks=(weak,), vessels=(vein,))
    fluid_body.inject(place["joint"], quincke, contrast, 1.0, 0.05)
    volumes = fluid_body.volumes_ml()
    assert volumes[Compartment.VESSEL] + volumes[Compartment.WASHED_AWAY] > 0.1
    assert volumes[Compartment.VENTRAL] == 0.0
    assert sum(volumes.values()) == pytest.approx(1.0, abs=1e-9)


def test_no_vessel_is_ever_beyond_reach_of_its_own_joint(body):
    joint, rng = body.joints[Side.LEFT], np.random.default_rng(3)
    nodes = joint.chart.nodes_mm[joint.synovial]
    for _ in range(100):
        for vessel in draw_vessels(rng, joint):
            away = np.linalg.norm(nodes[None] - vessel.points_mm[:, None], axis=2).min(axis=1)
            assert away.min() < 16
