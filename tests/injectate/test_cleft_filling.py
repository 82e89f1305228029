"""The cleft takes what it takes: never overfull, the same on a finer grid, whatever the haste."""

import numpy as np
import pytest
from sheets import push, refined

from sijoint.frames import Side
from sijoint.injectate import CapsularPath, Compartment
from sijoint.injectate.cleft import bare_sheet, cleft_sheet
from sijoint.injectate.flow_rules import flow_rules
from sijoint.injectate.invasion import invasion
from sijoint.injectate.joint_fluid import JointFluid
from sijoint.injectate.opening_field import correlated
from sijoint.injectate.ways_out import no_way_out, ways_out

RULES = flow_rules().cleft


@pytest.mark.parametrize("capacity", [0.7, 1.45, 2.5])
def test_joint_filled_from_its_recess_takes_its_capacity_up_to_the_capsules_yield(slot_joint, capacity):
    joint = slot_joint()
    sheet = cleft_sheet(joint, capacity, RULES, np.random.default_rng(2))
    fluid = JointFluid.of_sheet(sheet, no_way_out(), flow_rules())
    fluid.enter_at(joint.inferior_recess_mm)
    push(fluid, capacity, 0.02)
    list(fluid.rest(30.0))
    assert fluid.pressure_kpa == pytest.approx(RULES.full_kpa, rel=0.08)


@pytest.mark.parametrize("seed", range(3))
def test_pressure_rises_and_covered_area_never_shrinks_as_the_joint_fills(slot_joint, seed):
    sheet = cleft_sheet(slot_joint(), 1.45, RULES, np.random.default_rng(seed))
    fluid = JointFluid.of_sheet(sheet, no_way_out(), flow_rules())
    fluid.enter_at(np.array([0.0, 9.0, -10.0]))
    wet, kpa = np.zeros(len(sheet.index)), []
    for _ in range(28):
        push(fluid, 0.05, 0.05)
        now = fluid.filling().wet_share
        assert np.all(now > wet - 0.5)
        assert now.sum() >= wet.sum() - 1.0
        wet = now
        kpa.append(fluid.pressure_kpa)
        assert fluid.cells_ml.min() >= 0
        assert fluid.fullest_share() <= 1.05
        assert fluid.overfill_ml() < 0.002
    assert np.all(np.diff(kpa) > -2.0), "it may fall a little when a tight place bursts"
    assert kpa[-1] > 3 * kpa[0]


@pytest.mark.parametrize("rate", [0.05, 0.3, 2.0])
def test_a_fast_push_neither_loses_nor_overfills(slot, place, quincke, contrast, rate):
    fluid_body = slot(capacity_ml=1.3)
    fluid_body.inject(place["joint"], quincke, contrast, 2.5, rate)
    assert sum(fluid_body.volumes_ml().values()) == pytest.approx(2.5, abs=1e-9)
    assert fluid_body.joint_overfill_ml() < 0.002
    assert fluid_body.joint_fullest_share() <= 1.05
    fluid_body.wait(20.0)
    # Haste opens places that patience leaves closed, and they stay open.
    assert 1.24 < fluid_body.volumes_ml()[Compartment.JOINT] < (1.36 if rate < 1 else 1.5)


def test_rim_is_as_long_on_a_finer_grid_and_on_a_slant(slot_joint):
    lengths = [bare_sheet(slot_joint(pitch), RULES).rim_mm.sum() for pitch in (1.0, 0.5)]
    assert lengths[0] == pytest.approx(2 * (31 + 41), rel=0.08)
    assert lengths[1] == pytest.approx(lengths[0], rel=0.02)
    turned = slot_joint()
    a, b = np.meshgrid(np.arange(51) - 25, np.arange(51) - 25, indexing="ij")
    turned.synovial = np.abs(a) + np.abs(b) <= 20
    assert bare_sheet(turned, RULES).rim_mm.sum() == pytest.approx(4 * 20 * np.sqrt(2), rel=0.08)


def test_a_field_is_a_function_of_the_place_with_the_correlation_it_says():
    places = np.array([[0.0, 0.0], [7.0, 0.0], [40.0, 0.0]])
    rng = np.random.default_rng(0)
    drawn = np.array([correlated(places, 7.0, rng) for _ in range(4000)])
    assert drawn.mean(axis=0) == pytest.approx(np.zeros(3), abs=0.05)
    assert drawn.std(axis=0) == pytest.approx(np.ones(3), abs=0.05)
    assert np.corrcoef(drawn.T)[0, 1] == pytest.approx(np.exp(-1), abs=0.05)
    assert np.corrcoef(drawn.T)[0, 2] == pytest.approx(0.0, abs=0.05)
    again = correlated(places[:1], 7.0, np.random.default_rng(5))
    assert again == pytest.approx(correlated(places, 7.0, np.random.default_rng(5))[:1])


def on_the_pelvis(joint, seed):
    """Covered share after 0.3 and 1.0 mL, and what leaks by a path that opens at 9 kPa."""
    rules, rng = flow_rules(), np.random.default_rng(seed)
    middle = joint.ventral_border_mm[len(joint.ventral_border_mm) // 2]
    path = CapsularPath(Compartment.VENTRAL, middle, middle + 3 * joint.chart.axis_a, 9.0)
    sheet = cleft_sheet(joint, 1.45, rules.cleft, rng)
    fluid = JointFluid.of_sheet(sheet, ways_out(joint, sheet, (path,), rules, rng), rules)
    a, b, _ = joint.chart.coordinates(joint.inferior_recess_mm)
    fluid.enter_at(joint.chart.world(a + 2.5, b))
    push(fluid, 0.3, 0.05)
    first = fluid.filling().covered_share
    leaked = sum(push(fluid, 0.7, 0.05).values())
    second = fluid.filling().covered_share
    leaked += sum(push(fluid, 0.8, 0.05).values())
    return first, second, leaked


@pytest.mark.parametrize("seed", [1])
def test_on_the_pelvis_cover_and_leak_hardly_depend_on_the_grid(body, seed):
    joint = body.joints[Side.RIGHT]
    coarse, fine = on_the_pelvis(joint, seed), on_the_pelvis(refined(joint), seed)
    assert fine[0] == pytest.approx(coarse[0], abs=0.05)
    assert fine[1] == pytest.approx(coarse[1], abs=0.05)
    assert coarse[2] > 0.1
    assert fine[2] == pytest.approx(coarse[2], rel=0.05)


def test_each_cell_needs_the_lowest_highest_pressure_of_all_ways_to_it(slot_joint):
    # Independent referee: bottleneck distances by Floyd and Warshall over the four neighbours.
    rng = np.random.default_rng(8)
    joint = slot_joint()
    joint.synovial[:] = False
    joint.synovial[20:30, 20:31] = rng.random((10, 11)) < 0.85
    joint.synovial[20, 20] = True
    sheet = bare_sheet(joint, RULES)
    lifting = rng.uniform(1, 20, len(sheet.index))
    order, needs = invasion(sheet, lifting, [0])
    near = np.abs(sheet.index[:, None] - sheet.index[None]).sum(axis=2) <= 1
    worst = np.where(near, np.maximum(lifting[:, None], lifting[None]), np.inf)
    worst[0], worst[:, 0] = np.where(near[0], lifting, np.inf), np.where(near[0], lifting, np.inf)
    for k in range(len(lifting)):
        worst = np.minimum(worst, np.maximum(worst[:, k, None], worst[None, k]))
    assert set(order) == {0, *np.flatnonzero(np.isfinite(worst[0])).tolist()}
    for cell, need in zip(order[1:], needs[1:], strict=True):
        # The running highest is the pressure at which the cell is wet: its own bottleneck or an earlier one's.
        assert need == pytest.approx(max(worst[0][order[1 : list(order).index(cell) + 1]]))


def test_drug_pushes_the_contrast_ahead_of_it(slot, place, quincke, contrast, drug):
    fluid_body = slot()
    fluid_body.inject(place["joint"], quincke, contrast, 0.3, 0.05)
    fluid_body.inject(place["joint"], quincke, drug, 0.3, 0.05)
    inside = fluid_body._in_joint
    away = np.linalg.norm(inside.sheet.centre_mm - place["joint"], axis=1)
    contrast_ml, drug_ml = inside._parts[1], inside._parts[2]
    assert np.average(away, weights=contrast_ml) > 1.5 * np.average(away, weights=drug_ml)


def test_a_path_tears_at_its_pressure_and_stays_open(slot, place, quincke, contrast, slot_joint):
    border = slot_joint().ventral_border_mm[10]
    path = CapsularPath(Compartment.VENTRAL, border, border + np.array([0, -3, 0]), 8.0)
    fluid_body = slot(leaks=(path,))
    kpa, leaked = [], []
    for _ in range(60):
        kpa.append(fluid_body.inject(place["joint"], quincke, contrast, 0.02, 0.05).site_kpa)
        leaked.append(fluid_body.volumes_ml()[Compartment.VENTRAL])
    first = int(np.argmax(np.array(leaked) > 0))
    assert 0 < first < 60
    assert max(kpa[:first]) < 10.0
    assert max(kpa[first:]) < 14.0, "the path lets go what the capsule would have held"
    before = leaked[-1]
    fluid_body.wait(60.0)
    assert fluid_body.volumes_ml()[Compartment.VENTRAL] > before
    rules = flow_rules().leak
    assert fluid_body._in_joint.pressure_kpa == pytest.approx(rules.back_kpa, abs=0.3)


def test_paths_that_make_no_sense_are_refused():
    here = np.zeros(3)
    with pytest.raises(ValueError, match="does not leak into"):
        CapsularPath(Compartment.JOINT, here, here, 5.0)
    with pytest.raises(ValueError, match="above 0 kPa"):
        CapsularPath(Compartment.VENTRAL, here, here, 0.0)
