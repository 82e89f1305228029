"""What an advance tells: the resistance along it, and what the patient says of it."""

from decimal import Decimal

import numpy as np

from sijoint.anatomy import structures_at_risk
from sijoint.formulary import needle
from sijoint.needle import insert, push
from sijoint.room.commands import AdvanceNeedle, InjectSkin, RotateBevel
from sijoint.room.pain_of_needle import worst_pain


def of(events, kind):
    return [event for event in events if event.kind == kind]


def test_an_advance_tells_the_resistance_every_half_millimetre(room):
    moved = of(room.needle_to(20.0), "needle moved")[0]
    assert len(moved.resistance_n) == 40
    assert min(moved.resistance_n) >= 0
    assert max(moved.resistance_n) > 0.5, "skin"
    assert of(room.do(RotateBevel, clock_deg=90.0), "needle moved")[0].resistance_n == ()


def test_a_bevel_turned_while_it_advances_stands_where_it_was_turned_to(room):
    room.needle_to(5.0)
    room.do(AdvanceNeedle, distance_mm=10.0, turn_deg=540.0)
    assert abs(room.session.held_needle.bevel_clock_deg - 180.0) < 1e-6


def test_skin_anaesthetic_burns_and_then_the_prick_is_hardly_felt(room):
    said = of(room.do(InjectSkin, volume_ml=Decimal("2")), "patient felt")
    assert [event.quality for event in said] == ["burning"]
    assert room.session.skin_numb
    assert all(event.nrs <= 2 for event in of(room.needle_to(4.0), "patient felt"))


def test_a_needle_that_meets_the_sciatic_nerve_shoots_down_the_leg(room):
    body, side = room.session.setting.body, room.session.setting.side
    nerve = next(each for each in structures_at_risk(body, side) if each.kind == "nerve")
    target = nerve.points_mm[len(nerve.points_mm) // 2]
    start = target + np.array([0.0, 20.0, 0.0])

    class Soft:
        def tissue_at(self, points_mm):
            return np.full(len(points_mm), 3, dtype=np.uint8)

        def bone_distance_mm(self, points_mm):
            return np.full(len(points_mm), 50.0)

    straight = insert(needle("quincke_22g_90mm"), start, [0.0, -1.0, 0.0])
    pushed = push(straight, 20.0, Soft(), rng=np.random.default_rng(1))
    pain = worst_pain(room.session, 0.0, pushed)
    assert pain.quality == "shooting"
    assert "foot" in pain.territory
    short = push(straight, 20.0 - nerve.radius_mm - 3.0, Soft(), rng=np.random.default_rng(1))
    assert nerve.distance_mm(short.state.path_mm).min() > 0
    assert worst_pain(room.session, 0.0, short).quality != "shooting"
