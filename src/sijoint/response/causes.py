"""Why a virtual patient hurts, and what was delivered where."""

from collections.abc import Mapping
from dataclasses import dataclass


class UnknownDrug(ValueError):
    """A drug that this virtual pharmacology does not know."""


@dataclass(frozen=True)
class PainCause:
    """The truth about one virtual patient's pain.

    `intra_articular`, `ligament` and `elsewhere` are shares with sum 1. Reliefs are 0..1. `discomfort` scales the pain of
    needle steps. `person` seeds what is this person's own: duration of anaesthetics, soreness.
    """

    intra_articular: float
    ligament: float
    elsewhere: float
    index_nrs: float
    rest_nrs: float
    placebo_relief: float = 0.0
    placebo_days: float = 1.0
    steroid_relief: float = 0.0
    steroid_onset_days: float = 3.5
    steroid_days: float = 70.0
    discomfort: float = 1.0
    person: int = 0

    def __post_init__(self) -> None:
        shares = (self.intra_articular, self.ligament, self.elsewhere)
        if min(shares) < 0 or abs(sum(shares) - 1) > 1e-6:
            raise ValueError(f"shares of pain are 0 or more and sum to 1, not {shares}")
        if not all(0 <= nrs <= 10 for nrs in (self.index_nrs, self.rest_nrs)):
            raise ValueError("pain is 0 to 10")
        if not all(0 <= relief <= 1 for relief in (self.placebo_relief, self.steroid_relief)):
            raise ValueError("relief is a share of 0 to 1")
        if min(self.placebo_days, self.steroid_onset_days, self.steroid_days) <= 0 or self.discomfort < 0:
            raise ValueError("durations are positive and discomfort is 0 or more")

    @property
    def shares(self) -> tuple[tuple[str, float], ...]:
        """Each source of pain by name, with its share."""
        return (("intra_articular", self.intra_articular), ("ligament", self.ligament), ("elsewhere", self.elsewhere))


@dataclass(frozen=True)
class Delivered:
    """One ingredient of one injection: mL of its syringe in each compartment (named as `injectate` names them).

    `agent` is a formulary code of an agent or of an ingredient; `strength_mg_ml` its strength in the syringe's mixture.
    """

    agent: str
    at_hours: float
    ml: Mapping[str, float]
    strength_mg_ml: float
