"""What the patient feels of an advance: the worst of all tissues that the tip came into, and of nerves by their place.

No CT labels the small nerves: where they run is known from landmarks (`anatomy.structures_at_risk`).
"""

from decimal import Decimal

import numpy as np

from sijoint.anatomy import structures_at_risk
from sijoint.needle import Pushed
from sijoint.response import Pain, pain_of_step, touches_nerve
from sijoint.room.state import RoomState

_STEP_MM = 0.25


def worst_pain(session: RoomState, from_mm: float, pushed: Pushed) -> Pain:
    """The pain of a push that began at this depth."""
    cause, rng = session.setting.causes.pain, session.generator("pain")
    pains = [
        pain_of_step(touch.tissue, touch.force_n, cause, rng, numbed=session.skin_numb) for touch in pushed.touches
    ]
    pains += [pain_of_step("nerve", 0.0, cause, rng, nerve=nerve) for nerve in _nerves_met(session, from_mm, pushed)]
    return max(pains, key=lambda pain: pain.nrs, default=Pain(Decimal(0)))


def _nerves_met(session: RoomState, from_mm: float, pushed: Pushed) -> tuple[str, ...]:
    """Names of the nerves and foramina whose nerve the tip met on its way."""
    state = pushed.state
    depths = np.append(np.arange(from_mm, state.depth_mm, _STEP_MM), state.depth_mm)
    points = np.array([state.point_at(depth) for depth in depths[1:]])
    if not len(points):
        return ()
    near = structures_at_risk(session.setting.body, session.setting.side)
    return tuple(
        each.name
        for each in near
        if each.kind in ("nerve", "foramen")
        and touches_nerve(each.kind, float(each.distance_mm(points).min()), each.radius_mm)
    )
