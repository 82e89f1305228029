"""The tip decides: a thin sheet in the joint, feathers in ligament, a blob in muscle, a fading streak in a vessel."""

import numpy as np
import pytest

from sijoint.injectate import Compartment, RefusedInjection, Vessel

PITCH_ML = 1e-3  # cubic millimetres in a millilitre


def spread(fluid_body):
    """Standard deviations in mm along the principal directions of the iodine, largest first, and its milligrams."""
    grid, iodine = fluid_body.iodine()
    where = np.argwhere(iodine > 0)
    weight = iodine[tuple(where.T)].astype(float)
    points = grid.to_world(where)
    centred = points - np.average(points, axis=0, weights=weight)
    covariance = (centred * weight[:, None]).T @ centred / weight.sum()
    return np.sqrt(np.linalg.eigvalsh(covariance)[::-1]), weight.sum() * np.prod(grid.spacing_mm) * PITCH_ML


@pytest.mark.parametrize("where", ["joint", "ligament", "muscle"])
def test_iodine_on_the_grid_is_what_was_injected(slot, place, quincke, contrast, where):
    fluid_body = slot()
    step = fluid_body.inject(place[where], quincke, contrast, 0.5, 0.05)
    assert step.compartment == where
    _, milligrams = spread(fluid_body)
    assert milligrams == pytest.approx(0.5 * 240, rel=1e-6)


def test_iodine_is_nowhere_much_denser_than_in_the_syringe(slot, place, quincke, contrast):
    for where in ("ligament", "muscle"):
        fluid_body = slot()
        fluid_body.inject(place[where], quincke, contrast, 0.5, 0.05)
        assert fluid_body.iodine()[1].max() < 240


def test_drug_after_contrast_thins_the_iodine_and_keeps_it(slot, place, quincke, contrast, drug):
    fluid_body = slot(capacity_ml=2.5)
    fluid_body.inject(place["joint"], quincke, contrast, 0.5, 0.05)
    before = fluid_body.iodine()[1].mean()
    fluid_body.inject(place["joint"], quincke, drug, 1.0, 0.1)
    assert spread(fluid_body)[1] == pytest.approx(120, rel=1e-6)
    assert fluid_body.iodine()[1].mean() < before


def test_joint_is_a_thin_sheet_and_muscle_a_blob(slot, place, quincke, contrast):
    shapes = {}
    for where in ("joint", "muscle"):
        fluid_body = slot()
        fluid_body.inject(place[where], quincke, contrast, 0.5, 0.05)
        shapes[where], _ = spread(fluid_body)
    assert shapes["joint"][2] < 0.8
    assert shapes["joint"][1] > 3
    assert shapes["muscle"][2] > 2


def test_ligament_feathers_more_than_muscle(slot, place, quincke, contrast):
    ragged = {}
    for where in ("ligament", "muscle"):
        fluid_body = slot()
        fluid_body.inject(place[where], quincke, contrast, 0.5, 0.05)
        _, iodine = fluid_body.iodine()
        wet = iodine.max(axis=1) > 0.15 * iodine.max()
        edge = wet & ~(np.roll(wet, 1, 0) & np.roll(wet, -1, 0) & np.roll(wet, 1, 1) & np.roll(wet, -1, 1))
        ragged[where] = edge.sum() / np.sqrt(wet.sum())
    assert ragged["ligament"] > 1.2 * ragged["muscle"]


def test_ligament_resists_more_than_joint_and_joint_more_than_muscle_at_the_end(slot, place, quincke, contrast):
    kpa = {}
    for where in ("joint", "ligament", "muscle"):
        fluid_body = slot(capacity_ml=1.0)
        fluid_body.inject(place[where], quincke, contrast, 0.9, 0.05)
        kpa[where] = fluid_body.inject(place[where], quincke, contrast, 0.05, 0.05).site_kpa
    assert kpa["ligament"] > kpa["joint"] > kpa["muscle"]


def test_plunger_pressure_is_needle_and_site(slot, place, quincke, contrast):
    step = slot().inject(place["joint"], quincke, contrast, 0.3, 0.05)
    assert step.plunger_kpa == step.needle_kpa + step.site_kpa
    assert step.needle_kpa == pytest.approx(12.6, abs=0.2)


def test_bone_takes_nothing_and_air_is_not_the_patient(slot, place, quincke, contrast):
    with pytest.raises(RefusedInjection, match="in bone"):
        slot().inject(place["bone"], quincke, contrast, 0.1, 0.05)
    with pytest.raises(RefusedInjection, match="not in the patient"):
        slot().inject([0.0, 80.0, 0.0], quincke, contrast, 0.1, 0.05)


def test_tip_past_the_ventral_border_leaks_in_front_of_the_joint(slot, quincke, contrast):
    assert slot().inject([0.0, -24.0, 0.0], quincke, contrast, 0.1, 0.05).compartment is Compartment.VENTRAL


VEIN = Vessel(np.array([[0.0, 36.0, -10.0], [0.0, 36.0, 60.0]]), 1.5, 20.0)


def test_vessel_washes_out_exponentially(slot, place, quincke, contrast):
    fluid_body = slot(vessels=(VEIN,))
    fluid_body.inject(place["muscle"], quincke, contrast, 0.3, 0.1)
    held = []
    for _ in range(6):
        held.append(fluid_body.volumes_ml()[Compartment.VESSEL])
        fluid_body.wait(1.0)
    ratios = np.array(held[1:]) / np.array(held[:-1])
    assert ratios == pytest.approx(np.exp(-20.0 / 45.0), rel=1e-9)


def test_steady_injection_into_a_vessel_reaches_inflow_times_residence(slot, place, quincke, contrast):
    fluid_body = slot(vessels=(VEIN,))
    for _ in range(200):
        fluid_body.inject(place["muscle"], quincke, contrast, 0.0125, 0.1)
    assert fluid_body.volumes_ml()[Compartment.VESSEL] == pytest.approx(0.1 * 45.0 / 20.0, rel=1e-3)


def test_streak_is_a_tube_downstream_that_disappears(slot, place, quincke, contrast):
    fluid_body = slot(vessels=(VEIN,))
    step = fluid_body.inject(place["muscle"], quincke, contrast, 0.3, 0.1)
    assert step.compartment is Compartment.VESSEL
    axes, seen = spread(fluid_body)
    assert axes[0] > 8 * axes[1]
    grid, iodine = fluid_body.iodine()
    heights = grid.to_world(np.argwhere(iodine > 1.0))[:, 2]
    assert heights.min() > -13, "nothing runs upstream"
    fluid_body.wait(15.0)
    assert spread(fluid_body)[1] < 0.01 * seen


def test_vessel_beside_the_tip_takes_nothing(slot, place, quincke, contrast):
    fluid_body = slot(vessels=(VEIN,))
    step = fluid_body.inject(place["muscle"] + [4.0, 0, 0], quincke, contrast, 0.3, 0.1)
    assert step.compartment is Compartment.MUSCLE


def test_empty_body_shows_no_iodine(slot):
    grid, iodine = slot().iodine()
    assert iodine.shape == grid.shape
    assert not iodine.any()


def test_second_place_in_a_vessel_starts_its_own_streak(slot, place, quincke, contrast):
    fluid_body = slot(vessels=(VEIN,))
    fluid_body.inject(place["muscle"], quincke, contrast, 0.2, 0.1)
    fluid_body.wait(30.0)
    fluid_body.inject(place["muscle"] + [0, 0, 30.0], quincke, contrast, 0.2, 0.1)
    grid, iodine = fluid_body.iodine()
    assert grid.to_world(np.argwhere(iodine > 1.0))[:, 2].min() > 15


def test_second_tip_in_the_joint_adds_to_what_is_there(slot, place, quincke, contrast):
    fluid_body = slot()
    fluid_body.inject(place["joint"], quincke, contrast, 0.2, 0.05)
    first = fluid_body.joint_covered_share()
    fluid_body.inject([0.0, -10.0, 10.0], quincke, contrast, 0.3, 0.05)
    assert fluid_body.joint_covered_share() > first
    assert spread(fluid_body)[1] == pytest.approx(0.5 * 240, rel=1e-6)


def test_tip_below_the_joint_is_not_in_front_of_it(slot, quincke, contrast):
    # 12 mm caudal of the inferior end, hardly in front of the ventral border.
    step = slot().inject([3.0, -21.0, -32.0], quincke, contrast, 0.1, 0.05)
    assert step.compartment is Compartment.MUSCLE
