"""A flat joint that a pencil can check: a slot of 2 mm between two slabs, ligament and muscle behind it, fat in front.

LPS: y points backwards. The chart lies at x = 0; a runs forwards from y = 20, b upwards from z = -25.
"""

from dataclasses import dataclass, field

import numpy as np
import pytest

from sijoint.anatomy import Chart, Tissue
from sijoint.formulary import needle
from sijoint.frames import Side
from sijoint.injectate import Fluid, FluidBody


@dataclass
class SlotJoint:
    """Cells are synovial where `shape` says so; a = 10 mm is the dorsal border (y = 10)."""

    pitch_mm: float = 1.0
    width: float = 2.0
    synovial: np.ndarray = field(init=False)

    def __post_init__(self):
        count = round(50 / self.pitch_mm) + 1
        a, b = np.meshgrid(*(np.arange(count) * self.pitch_mm,) * 2, indexing="ij")
        self.synovial = (a >= 10) & (a <= 40) & (b >= 5) & (b <= 45)
        self.width_mm = np.full((count, count), self.width)
        self.chart = Chart(
            np.array([0.0, 20.0, -25.0]),
            np.array([0.0, -1.0, 0.0]),
            np.array([0.0, 0.0, 1.0]),
            np.array([1.0, 0.0, 0.0]),
            self.pitch_mm,
            np.zeros((count, count)),
        )
        self.inferior_end_mm = self.chart.world(25, 5)
        self.inferior_recess_mm = self.chart.world(11, 15)
        self.dorsal_border_mm = self.chart.world(np.full(20, 10.0), np.linspace(5, 45, 20))
        self.ventral_border_mm = self.chart.world(np.full(20, 40.0), np.linspace(5, 45, 20))

    def contains(self, points_mm, slack_mm=0.0):
        a, b, off = np.moveaxis(self.chart.coordinates(points_mm), -1, 0)
        inside = (a >= 10 - slack_mm) & (a <= 40 + slack_mm) & (b >= 5 - slack_mm) & (b <= 45 + slack_mm)
        return inside & (np.abs(off) <= self.width / 2 + slack_mm)


class SlotBody:
    def __init__(self):
        self.joints = dict.fromkeys(Side, SlotJoint())

    def tissue_at(self, points_mm):
        x, y = np.asarray(points_mm)[..., 0], np.asarray(points_mm)[..., 1]
        tissue = np.full(x.shape, int(Tissue.AIR), dtype=np.uint8)
        for top, kind in ((60, Tissue.SKIN), (58, Tissue.FAT), (45, Tissue.MUSCLE), (25, Tissue.LIGAMENT)):
            tissue[y < top] = kind
        tissue[y < 10] = np.where(np.abs(x[y < 10]) <= 1, Tissue.CLEFT, Tissue.BONE)
        tissue[y < -20] = Tissue.FAT
        return tissue

    def bone_distance_mm(self, points_mm):
        x, y = np.asarray(points_mm)[..., 0], np.asarray(points_mm)[..., 1]
        return np.where((y < 10) & (y > -20), 1 - np.abs(x), 5.0)


IN_JOINT = np.array([0.0, 6.0, -10.0])
IN_LIGAMENT = np.array([0.0, 18.0, -10.0])
IN_MUSCLE = np.array([0.0, 36.0, -10.0])
IN_BONE = np.array([6.0, 2.0, -10.0])


@pytest.fixture
def slot_joint():
    return SlotJoint


@pytest.fixture
def place():
    return {"joint": IN_JOINT, "ligament": IN_LIGAMENT, "muscle": IN_MUSCLE, "bone": IN_BONE}


@pytest.fixture
def quincke():
    return needle("quincke_22g_90mm")


@pytest.fixture
def contrast():
    return Fluid("iohexol 240", 2.0, 240.0)


@pytest.fixture
def drug():
    return Fluid("bupivacaine", 1.0, 0.0)


@pytest.fixture
def slot():
    """A new fluid body in the slot, with causes of your own."""

    def make(capacity_ml=1.45, seed=3, **causes):
        return FluidBody(SlotBody(), Side.LEFT, capacity_ml=capacity_ml, rng=np.random.default_rng(seed), **causes)

    return make


@pytest.fixture(scope="session")
def slot_parts():
    """Body, side and needle of the slot, for tests that make many fluid bodies."""
    return SlotBody(), Side.LEFT, needle("quincke_22g_90mm")
