"""Bone: a steep needle stands on it, a shallow one skids along it and off its edge, and a wall guides into the gap."""

import numpy as np
import pytest
from two_slabs import TwoSlabs

from sijoint.anatomy import Tissue
from sijoint.formulary import needle
from sijoint.needle import EVEN, insert, push, redirect, withdraw

QUINCKE = needle("quincke_22g_90mm")


class Plate:
    """Bone below a plane through the origin whose outward normal lies `steep_deg` off the needle's line, in muscle.

    The needle comes along -y, so it meets the plate under 90° - `steep_deg`. It ends at `edge_mm` along its slope.
    """

    def __init__(self, steep_deg, edge_mm=np.inf):
        angle = np.radians(steep_deg)
        self.out = np.array([np.sin(angle), np.cos(angle), 0.0])
        self.down = np.array([np.cos(angle), -np.sin(angle), 0.0])  # where a needle skids to
        self.edge_mm = edge_mm

    def tissue_at(self, points_mm):
        inside = self.bone_distance_mm(points_mm) < 0
        return np.where(inside, int(Tissue.BONE), int(Tissue.MUSCLE)).astype(np.uint8)

    def bone_distance_mm(self, points_mm):
        height, beyond = points_mm @ self.out, points_mm @ self.down - self.edge_mm
        return np.where(beyond <= 0, height, np.where(height > 0, np.hypot(height, beyond), np.maximum(height, beyond)))


def onto(plate, distance=60.0, seed=1, start=(0.0, 30.0, 0.0), code=QUINCKE):
    state = insert(code, np.array(start), [0, -1, 0], 0.0, grain=EVEN)
    return push(state, distance, plate, rng=np.random.default_rng(seed))


@pytest.mark.parametrize("steep_deg", [0, 20, 40, 60])
def test_a_needle_that_meets_bone_steeply_stands_on_it(steep_deg):
    result = onto(Plate(steep_deg))
    assert result.state.on_bone
    assert [feel.kind for feel in result.feels][-1] == "bone"
    assert result.state.bone_contacts == 1
    assert 0 < float(Plate(steep_deg).bone_distance_mm(result.state.tip_mm[None])[0]) < 0.5
    assert result.trace.resistance_n[-1] > 3


@pytest.mark.parametrize("steep_deg", [70, 75, 80])
def test_a_needle_that_meets_bone_at_a_shallow_angle_skids_along_it(steep_deg):
    plate = Plate(steep_deg)
    result = onto(plate, distance=34.0)
    met = next(feel for feel in result.feels if feel.kind == "scrape")
    slid = result.state.tip_mm - result.state.point_at(met.depth_mm)
    assert np.linalg.norm(slid) > 1.5
    assert slid @ plate.down / np.linalg.norm(slid) > np.cos(np.radians(12))
    assert (plate.bone_distance_mm(result.state.path_mm) > 0).all()
    assert "bone" in [touch.tissue for touch in result.touches]


def test_a_needle_skids_off_the_edge_and_goes_on():
    plate = Plate(75.0, edge_mm=6.0)
    result = onto(plate, distance=60.0)
    assert not result.state.on_bone
    assert result.state.depth_mm == pytest.approx(60.0, abs=0.05)
    assert result.state.tip_mm @ plate.down > 12
    straight = onto(Plate(75.0, edge_mm=-90.0), distance=60.0).state
    assert (result.state.tip_mm - straight.tip_mm) @ plate.out > 0.3, "bone has pushed the shaft aside"


def test_a_shaft_is_pushed_aside_only_so_far():
    """Along an endless plate it ends up parallel to it, or stands once it has flexed as far as a hand bends it."""
    for steep_deg in (66, 70, 75, 80, 85):
        plate = Plate(steep_deg)
        state = onto(plate, distance=80.0, start=(0.0, 15.0, 0.0)).state
        assert state.on_bone or abs(state.direction @ plate.out) < 0.05
        assert state.flexed_mm <= 2.0 + 0.25


def test_walking_off_bone_needs_a_turn():
    plate = Plate(30.0, edge_mm=4.0)
    met = onto(plate).state
    same = push(withdraw(met, 10.0), 12.0, plate, rng=np.random.default_rng(2)).state
    assert same.on_bone
    assert same.tip_mm == pytest.approx(met.tip_mm, abs=0.05), "in its own track it comes to the same spot"
    turned = redirect(withdraw(met, met.depth_mm - 10.0), [0.32, -1.0, 0.0])
    past = push(turned, 40.0, plate, rng=np.random.default_rng(2)).state
    assert not past.on_bone
    assert past.bone_contacts == 1


@pytest.mark.parametrize("off_mm", [-0.9, -0.8, 0.8, 0.9])
def test_a_needle_at_the_rim_of_the_gap_is_guided_in(off_mm):
    """0.72 mm of needle, 2 mm of gap: aimed straight and up to 0.1 mm short of the wall, it slips in."""
    found = [
        push(
            insert(QUINCKE, [off_mm, 60.0, 0.0], [-np.sign(off_mm) * 0.004, -1, 0], grain=EVEN),
            58.0,
            TwoSlabs(),
            rng=np.random.default_rng(seed),
        ).state
        for seed in range(10)
    ]
    assert np.mean([state.tissue == "cleft" and not state.on_bone for state in found]) >= 0.5


def test_the_true_depth_of_the_joint_is_where_the_give_is(slabs):
    for seed in range(10):
        result = push(
            insert(QUINCKE, [0.0, 60.0, 0.0], [0, -1, 0], grain=EVEN), 56.0, slabs, rng=np.random.default_rng(seed)
        )
        gives = [feel.depth_mm for feel in result.feels if feel.kind == "give"]
        entered = np.interp(
            -10.0, -result.state.path_mm[:, 1], np.linspace(0, result.state.depth_mm, len(result.state.path_mm))
        )
        assert gives == [pytest.approx(entered, abs=0.5)]


def test_the_same_push_from_the_mirrored_side_behaves_alike():
    """Guided by the left wall or by the right one: the same share gets in."""

    def inside(sign):
        states = [
            push(
                insert(QUINCKE, [sign * 5.0, 60.0, 0.0], [-sign * 0.09, -1, 0], grain=EVEN),
                60.0,
                TwoSlabs(),
                rng=np.random.default_rng(seed),
            ).state
            for seed in range(30)
        ]
        return np.mean([not state.on_bone for state in states])

    assert inside(1) == pytest.approx(inside(-1), abs=0.25)
