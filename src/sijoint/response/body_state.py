"""The state of a virtual body at one hour: pain on the index movement and at rest as it would answer, and its leg."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sijoint.response.aftermath import leg_at, soreness_nrs
from sijoint.response.causes import Delivered, PainCause
from sijoint.response.pharmacology import pharmacology
from sijoint.response.relief import anaesthetic_block, expectation, steroid_effect


@dataclass(frozen=True)
class BodyState:
    """What the patient says (NRS 0..10) and what an examiner would find."""

    index_nrs: int
    rest_nrs: int
    leg_weak: bool
    leg_numb: bool


def state_at(cause: PainCause, delivered: Sequence[Delivered], hours: float, rng: np.random.Generator) -> BodyState:
    """The body at this hour (same clock as `Delivered.at_hours`); `rng` is only the spread of the answers.

    What varies between persons comes from `cause.person`, so that entries of one diary belong together.
    Raises UnknownDrug.
    """
    p = pharmacology()
    so_far = [one for one in delivered if one.at_hours <= hours]
    left = sum(
        share
        * (1 - anaesthetic_block(source, cause, so_far, hours, p))
        * (1 - steroid_effect(source, cause, so_far, hours, p))
        for source, share in cause.shares
    ) * (1 - expectation(cause, so_far, hours))
    sore = soreness_nrs(cause, so_far, hours, p)
    noise = rng.normal(0.0, p.number("answer.noise_sd"), 2)
    weak, numb = leg_at(cause, so_far, hours, p)
    return BodyState(
        index_nrs=_answered(cause.index_nrs * left + sore + noise[0]),
        rest_nrs=_answered(cause.rest_nrs * left + sore / 2 + noise[1]),
        leg_weak=weak,
        leg_numb=numb,
    )


def _answered(nrs: float) -> int:
    return int(np.clip(np.floor(nrs + 0.5), 0, 10))
