"""On the real CT, both sides: the joint looks like an arthrogram, the tissues do not."""

import numpy as np
import pytest

from sijoint.frames import Side
from sijoint.injectate import Compartment, FluidBody


def injected(body, side, tip_mm, quincke, contrast, seed=1):
    fluid_body = FluidBody(body, side, capacity_ml=1.45, rng=np.random.default_rng(seed))
    for _ in range(40):
        fluid_body.inject(tip_mm, quincke, contrast, 0.5 / 40, 0.05)
    grid, iodine = fluid_body.iodine()
    return fluid_body, grid.to_world(np.argwhere(iodine > 0)), iodine


@pytest.mark.parametrize("side", list(Side))
def test_joint_fills_as_a_thin_sheet_along_the_cleft(body, side, quincke, contrast):
    joint = body.joints[side]
    a, b, _ = joint.chart.coordinates(joint.inferior_recess_mm)
    fluid_body, places, iodine = injected(body, side, joint.chart.world(a + 2.5, b), quincke, contrast)
    volumes = fluid_body.volumes_ml()
    assert volumes[Compartment.JOINT] == pytest.approx(0.5, abs=1e-9)
    assert 0.15 < fluid_body.joint_covered_share() < 0.9
    off = np.abs(joint.chart.coordinates(places)[:, 2])
    assert np.percentile(off, 95) < 3.0
    assert np.ptp(places, axis=0).max() > 20, "it runs along the joint"
    assert iodine.size < 400_000


@pytest.mark.parametrize("side", list(Side))
def test_ligament_and_muscle_hold_what_was_put_there(body, side, quincke, contrast):
    joint = body.joints[side]
    fluid_body, _, _ = injected(body, side, joint.ligament_target_mm, quincke, contrast)
    assert fluid_body.volumes_ml()[Compartment.LIGAMENT] == pytest.approx(0.5, abs=1e-9)
    behind = joint.inferior_recess_mm + np.array([0.0, 18.0, 0.0])
    fluid_body, _, _ = injected(body, side, behind, quincke, contrast)
    assert fluid_body.volumes_ml()[Compartment.MUSCLE] == pytest.approx(0.5, abs=1e-9)
