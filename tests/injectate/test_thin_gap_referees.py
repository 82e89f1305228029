"""The flow held against what can be worked out by hand, and against infinitely slow filling."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr
from sheets import CONTRAST, RIGID, FlatJoint, joint_fluid, push, rules_with

from sijoint.injectate import Fluid
from sijoint.injectate.cleft import bare_sheet, cleft_sheet
from sijoint.injectate.flow_rules import flow_rules
from sijoint.injectate.invasion import slowly_filled
from sijoint.injectate.joint_fluid import JointFluid
from sijoint.injectate.ways_out import no_way_out


def wet_radius_mm(fluid, middle):
    wet = fluid.filling().wet_share > 0.5
    return np.linalg.norm(fluid.sheet.centre_mm[wet] - middle, axis=1)


@pytest.mark.parametrize("pitch", [1.0, 0.5])
def test_in_an_open_gap_the_square_of_the_radius_grows_with_the_volume(pitch):
    count = round(40 / pitch) + 1
    fluid = joint_fluid(np.ones((count, count)), rules_with(**RIGID), pitch_mm=pitch)
    middle = np.array([0.0, 20.0, 20.0])
    fluid.enter_at(middle)
    squares = []
    for _ in range(6):
        push(fluid, 0.05, 0.05)
        away = wet_radius_mm(fluid, middle)
        squares.append(away.max() ** 2)
        assert np.pi * away.max() ** 2 * 0.5 / 1000 == pytest.approx(fluid.volume_ml, rel=0.25)
        dry = np.linalg.norm(fluid.sheet.centre_mm[fluid.filling().wet_share < 0.5] - middle, axis=1)
        assert dry.min() > away.max() - 2.5 * pitch, "the front is round"
    growth = np.polyfit(np.arange(1, 7), squares, 1)
    assert growth[0] == pytest.approx(0.05 * 1000 / (np.pi * 0.5), rel=0.1)


def test_round_a_needle_pressure_falls_with_the_logarithm_of_the_distance():
    fluid = joint_fluid(np.ones((61, 61)), rules_with(**RIGID), gap_mm=0.2)
    middle = np.array([0.0, 30.0, 30.0])
    fluid.enter_at(middle)
    push(fluid, 0.3, 0.05)
    away = np.linalg.norm(fluid.sheet.centre_mm - middle, axis=1)
    ring = (away > 2.5) & (away < 16)
    slope = np.polyfit(np.log(away[ring]), fluid.pressures_kpa[ring], 1)[0]
    by_hand = -6 * 2.0e-3 * 0.05e-6 / (np.pi * 0.2e-3**3) / 1000
    assert slope == pytest.approx(by_hand, rel=0.02)


@pytest.mark.parametrize("slope", [0.0, 1.0])
def test_along_a_slot_pressure_falls_as_between_parallel_plates(slope):
    fluid = joint_fluid(np.ones((80, 8)), rules_with(**RIGID), gap_mm=0.3, slope=slope)
    fluid.enter_at(fluid.sheet.centre_mm[0])
    push(fluid, 0.13, 0.05)
    rows = fluid.pressures_kpa.reshape(80, 8)
    assert np.ptp(rows[25]) < 1e-3 * rows[25].mean(), "the front is plane"
    longer = np.hypot(1.0, slope)  # on a slope the way is longer, the width is not
    by_hand = 12 * 2.0e-3 * 0.05e-6 * 20e-3 * longer / (8e-3 * 0.3e-3**3) / 1000
    assert rows[15].mean() - rows[35].mean() == pytest.approx(by_hand, rel=0.02)
    if slope == 0:
        filled = fluid.filling().wet_share.reshape(80, 8)[:-1].sum() * 0.3 / 1000
        assert filled == pytest.approx(0.13, rel=0.01)


def test_across_a_slanting_slope_pressure_falls_along_the_surface():
    # A slope of 45° along a diagonal of the chart: the metric has a mixed part, and a log profile must come out round.
    joint = FlatJoint(np.ones((61, 61)))
    a, b = np.meshgrid(np.arange(61.0), np.arange(61.0), indexing="ij")
    joint.chart = replace(joint.chart, height_mm=(a + b) / np.sqrt(2))
    rules = rules_with(**RIGID)
    sheet = bare_sheet(joint, rules.cleft)
    fluid = JointFluid.of_sheet(replace(sheet, full_ml=sheet.area_mm2 * 0.2 / 1000), no_way_out(), rules)
    middle = sheet.centre_mm[30 * 61 + 30]
    fluid.enter_at(middle)
    push(fluid, 0.2, 0.05)
    away = np.linalg.norm(sheet.centre_mm - middle, axis=1)  # the plane is flat: straight lines lie in it
    ring = (away > 4) & (away < 13)
    slope, start = np.polyfit(np.log(away[ring]), fluid.pressures_kpa[ring], 1)
    assert slope == pytest.approx(-6 * 2.0e-3 * 0.05e-6 / (np.pi * 0.2e-3**3) / 1000, rel=0.04)
    off = fluid.pressures_kpa[ring] - (slope * np.log(away[ring]) + start)
    assert np.abs(off).max() < 0.06 * abs(slope)


def test_closed_chamber_follows_its_compliance_law():
    rules = rules_with(way_kpa_per_mm=0.0)
    fluid = joint_fluid(np.ones((20, 15)), rules, opening_kpa=4.0)
    fluid.enter_at(fluid.sheet.centre_mm[0])
    cleft, full = rules.cleft, fluid.sheet.full_ml
    for target_kpa in (6.0, 9.0, 15.0, 22.0):
        # The needle's own cell lifts at hardly any pressure.
        opening = np.where(np.arange(len(full)) == 0, cleft.opening_least_kpa, 4.0)
        volume = (full * (1 - (1 - cleft.opening_share) * np.exp(-(target_kpa - opening) / cleft.compliance_kpa))).sum()
        push(fluid, volume - fluid.volume_ml, 0.02)
        list(fluid.rest(60.0))
        assert fluid.pressures_kpa == pytest.approx(np.full(len(full), target_kpa), abs=0.01)


def test_what_is_symmetric_stays_symmetric():
    a, b = np.meshgrid(np.arange(31), np.arange(41), indexing="ij")
    heart = (np.abs(a - 15) + 0.3 * b < 16) & (b < 38)
    opening = (3 + 2 * np.cos(0.4 * np.abs(a - 15)) + 0.1 * b)[heart]
    fluid = joint_fluid(heart, flow_rules(), opening_kpa=opening)
    fluid.enter_at(np.array([0.0, 15.0, 5.0]))
    for _ in range(5):
        push(fluid, 0.04, 0.05)
        shown = np.zeros(heart.shape)
        shown[heart] = fluid.cells_ml
        assert np.abs(shown - shown[::-1]).sum() < 1e-3 * fluid.volume_ml


@pytest.mark.parametrize("seed", range(2))
def test_infinitely_slow_injection_is_the_invasion(slot_joint, seed):
    rules = flow_rules()
    sheet = cleft_sheet(slot_joint(), 1.45, rules.cleft, np.random.default_rng(seed))
    sheet = replace(sheet, moist=np.zeros(len(sheet.index), dtype=bool))
    fluid = JointFluid.of_sheet(sheet, no_way_out(), rules)
    source = sheet.cell_at(np.array([0.0, 6.0, -10.0]))
    fluid.enter_at(sheet.centre_mm[source])
    first_wet = np.full(len(sheet.index), np.inf)
    referee_first = np.full(len(sheet.index), np.inf)
    for volume in np.linspace(0.05, 1.2, 12):
        push(fluid, volume - fluid.volume_ml, 1e-4)
        slow_ml, slow_kpa = slowly_filled(sheet, source, volume)
        wet, slow_wet = fluid.filling().wet_share, np.minimum(slow_ml / sheet.lift_ml, 1.0)
        assert np.average(wet, weights=sheet.area_mm2) == pytest.approx(
            np.average(slow_wet, weights=sheet.area_mm2), abs=0.005
        )
        assert np.mean((wet > 0.5) == (slow_wet > 0.5)) > 0.99
        assert fluid.pressure_kpa == pytest.approx(slow_kpa, rel=0.02)
        for seen, now in ((first_wet, wet), (referee_first, slow_wet)):
            seen[(now > 0.5) & np.isinf(seen)] = volume
    both = np.isfinite(first_wet) & np.isfinite(referee_first)
    assert spearmanr(first_wet[both], referee_first[both]).statistic > 0.99


def test_haste_costs_pressure_and_a_thick_fluid_more():
    kpa = {}
    for rate, viscosity in ((0.05, 2.0), (0.5, 2.0), (0.5, 20.0)):
        fluid = joint_fluid(np.ones((30, 40)), flow_rules(), opening_kpa=4.0)
        fluid.enter_at(np.array([0.0, 15.0, 2.0]))
        push(fluid, 0.25, rate, Fluid("contrast", viscosity))
        kpa[rate, viscosity] = fluid.pressure_kpa
    assert kpa[0.05, 2.0] < kpa[0.5, 2.0] < kpa[0.5, 20.0]


def test_closed_cell_beside_a_wet_one_stays_dry_below_its_opening_pressure():
    # Left half opens at 3 kPa, right half never: however long the left is filled, nothing crosses.
    rules = rules_with(way_kpa_per_mm=0.0)
    opening = np.where(np.arange(400) < 200, 3.0, 60.0)
    fluid = joint_fluid(np.ones((20, 20)), rules, opening_kpa=opening)
    fluid.enter_at(np.array([0.0, 3.0, 10.0]))
    push(fluid, 0.095, 0.05)
    assert fluid.pressure_kpa > 15
    assert fluid.cells_ml[200:].sum() == 0.0
    assert fluid.volume_ml == pytest.approx(0.095, abs=1e-12)


def test_fluid_that_was_there_before_is_neither_counted_nor_in_the_way(slot_joint):
    rules = flow_rules()
    sheet = cleft_sheet(slot_joint(), 1.45, rules.cleft, np.random.default_rng(1))
    fluid = JointFluid.of_sheet(sheet, no_way_out(), rules)
    assert sheet.own_ml.sum() > 0.005
    fluid.enter_at(sheet.centre_mm[np.flatnonzero(sheet.moist)[0]])
    push(fluid, 0.3, 0.05)
    assert sum(fluid.held_ml.values()) == pytest.approx(0.3, abs=1e-12)
    assert fluid.cells_ml.sum() == pytest.approx(0.3 + sheet.own_ml.sum(), abs=1e-12)
    assert CONTRAST.name in fluid.held_ml
