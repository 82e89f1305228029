"""The cleft opens cell by cell: symmetric where nothing is preferred, a closed chamber by its law, never overfull."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from sijoint.injectate.cleft import CleftSheet, cleft_sheet
from sijoint.injectate.filling import Invasion
from sijoint.injectate.flow_rules import flow_rules

RULES = flow_rules().cleft


def even_sheet(joint, opening_kpa=4.0):
    """A sheet without chance: every cell opens at the same pressure and holds the same."""
    index = np.argwhere(joint.synovial)
    number = np.full(joint.synovial.shape, -1)
    number[tuple(index.T)] = np.arange(len(index))
    pitch = joint.pitch_mm
    area = np.full(len(index), pitch**2)
    centre = joint.chart.world(index[:, 0] * pitch, index[:, 1] * pitch)
    return CleftSheet(index, number, pitch, centre, area, area * 1e-3, np.full(len(index), opening_kpa), RULES)


def wet_radius_mm(sheet, volume_ml):
    middle = sheet.cell_at(np.array([0.0, -5.0, 0.0]))
    filling = Invasion(sheet, [middle]).filling(volume_ml)
    return np.linalg.norm(sheet.centre_mm[filling.cell_ml > 0] - sheet.centre_mm[middle], axis=1)


def test_flat_even_slot_fills_as_a_disc_round_the_needle(slot_joint):
    sheet = even_sheet(slot_joint())
    away = wet_radius_mm(sheet, 0.1)
    disc = np.sqrt(len(away) / np.pi)
    assert away.max() < disc + 1.0, "no arm runs ahead"
    filled = np.linalg.norm(sheet.centre_mm - sheet.centre_mm[sheet.cell_at(np.array([0, -5.0, 0]))], axis=1)
    assert (filled < disc - 1.0).sum() == (away < disc - 1.0).sum(), "no hole is left behind"


def test_disc_grows_with_the_square_root_of_volume_while_the_front_opens(slot_joint):
    # Near the opening pressure thickness hardly changes, so area goes with volume and radius with its root.
    sheet = replace(even_sheet(slot_joint(0.5)), rules=replace(RULES, way_kpa_per_mm=1e-4))
    small, large = (wet_radius_mm(sheet, ml).max() for ml in (0.02, 0.08))
    assert large / small == pytest.approx(2.0, rel=0.08)


def test_closed_chamber_follows_its_compliance_law(slot_joint):
    rules = replace(RULES, way_kpa_per_mm=0.0)
    sheet = replace(even_sheet(slot_joint()), rules=rules)
    whole = Invasion(sheet, [0])
    full_ml = sheet.full_ml.sum()
    for kpa in (6.0, 9.0, 15.0, 22.0):
        share = 1 - (1 - rules.opening_share) * np.exp(-(kpa - 4.0) / rules.compliance_kpa)
        # The needle's own cell lifts at 0 kPa.
        own = sheet.full_ml[0] * (1 - (1 - rules.opening_share) * np.exp(-kpa / rules.compliance_kpa))
        filling = whole.filling((full_ml - sheet.full_ml[0]) * share + own)
        assert filling.pressure_kpa == pytest.approx(kpa, abs=1e-6)


def test_pressure_never_falls_and_covered_area_never_shrinks_as_the_joint_fills(slot_joint):
    sheet = cleft_sheet(slot_joint(), 1.45, RULES, np.random.default_rng(4))
    whole = Invasion(sheet, [sheet.cell_at(np.array([0.0, 9.0, -10.0]))])
    fillings = [whole.filling(ml) for ml in np.linspace(0.01, whole.holds_ml, 150)]
    pressures = [filling.pressure_kpa for filling in fillings]
    assert np.all(np.diff(pressures) >= -1e-9)
    for before, after in pairwise(fillings):
        assert not np.any((before.cell_ml > 0) & (after.cell_ml == 0))


@pytest.mark.parametrize("seed", range(8))
def test_every_volume_lies_in_the_cells_exactly_and_none_is_overfull(slot_joint, seed):
    sheet = cleft_sheet(slot_joint(), 1.2, RULES, np.random.default_rng(seed))
    whole = Invasion(sheet, [sheet.cell_at(np.array([0.0, 5.0, 0.0]))])
    for ml in np.linspace(0, whole.holds_ml, 40):
        filling = whole.filling(ml)
        assert filling.cell_ml.sum() == pytest.approx(ml, abs=1e-12)
        assert filling.cell_ml.min() >= 0
        assert np.maximum(filling.cell_ml - sheet.full_ml, 0).sum() < 1e-12


@pytest.mark.parametrize("capacity", [0.7, 1.45, 2.5])
def test_joint_filled_from_its_recess_holds_its_capacity(slot_joint, capacity):
    joint = slot_joint()
    sheet = cleft_sheet(joint, capacity, RULES, np.random.default_rng(2))
    assert Invasion(sheet, [sheet.cell_at(joint.inferior_recess_mm)]).holds_ml == pytest.approx(capacity, abs=1e-9)


def test_covered_share_hardly_depends_on_the_grid(slot_joint):
    shares = []
    for pitch in (1.0, 0.5):
        sheet = replace(even_sheet(slot_joint(pitch)), rules=replace(RULES, way_kpa_per_mm=0.05))
        scaled = replace(sheet, full_ml=sheet.full_ml * 1.2 / sheet.full_ml.sum())
        filling = Invasion(scaled, [scaled.cell_at(np.array([0.0, 5.0, -5.0]))]).filling(0.4)
        shares.append(np.mean(filling.cell_ml > 0))
    assert shares[0] == pytest.approx(shares[1], abs=0.05)


def test_more_than_it_holds_is_refused(slot_joint):
    sheet = even_sheet(slot_joint())
    whole = Invasion(sheet, [0])
    with pytest.raises(ValueError, match="do not fit"):
        whole.filling(whole.holds_ml + 0.01)


def test_each_cell_needs_the_lowest_highest_pressure_of_all_ways_to_it(slot_joint):
    # Independent referee: bottleneck distances by Floyd and Warshall over the eight neighbours.
    rng = np.random.default_rng(8)
    joint = slot_joint()
    joint.synovial[:] = False
    joint.synovial[20:30, 20:31] = rng.random((10, 11)) < 0.85
    joint.synovial[20, 20] = True
    sheet = even_sheet(joint)
    lifting = rng.uniform(1, 20, len(sheet.index))
    order, needs = sheet.invasion(lifting, [0])
    near = np.abs(sheet.index[:, None] - sheet.index[None]).max(axis=2) <= 1
    worst = np.where(near, np.maximum(lifting[:, None], lifting[None]), np.inf)
    worst[0], worst[:, 0] = np.where(near[0], lifting, np.inf), np.where(near[0], lifting, np.inf)
    for k in range(len(lifting)):
        worst = np.minimum(worst, np.maximum(worst[:, k, None], worst[None, k]))
    assert set(order) == {0, *np.flatnonzero(np.isfinite(worst[0])).tolist()}
    for cell, need in zip(order[1:], needs[1:], strict=True):
        # The running highest is the pressure at which the cell is wet: its own bottleneck or an earlier one's.
        assert need == pytest.approx(max(worst[0][order[1 : list(order).index(cell) + 1]]))
