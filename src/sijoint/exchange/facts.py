"""What each rule that can be asked on its own is asked about: the model's types, together as one file holds them."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sijoint.frames import Side
from sijoint.model import (
    Booking,
    Episode,
    Order,
    OrderKind,
    Patient,
    PrescriberContact,
    Recipe,
    RecipeLine,
    ScreeningAnswers,
    Session,
    Target,
)

Version = Literal["1"]
FACTS_SCHEMA_VERSION: Version = "1"


@dataclass(frozen=True)
class ScreenFacts:
    """What `sij screen` reads: may this patient have this order, at this appointment where there is one?"""

    answers: ScreeningAnswers
    order: Order
    patient: Patient
    contacts: tuple[PrescriberContact, ...] = ()
    booking: Booking | None = None
    schema_version: Version = FACTS_SCHEMA_VERSION


@dataclass(frozen=True)
class PrepareFacts:
    """What `sij prepare` reads: how does this patient get ready for this appointment?"""

    answers: ScreeningAnswers
    order: Order
    patient: Patient
    booking: Booking
    contacts: tuple[PrescriberContact, ...] = ()
    schema_version: Version = FACTS_SCHEMA_VERSION


@dataclass(frozen=True)
class DoseFacts:
    """What `sij dose` reads: is this recipe within its limits for this patient?

    ``given_before``: anaesthetics of the last hours (the policy says how many), which add up. ``answers``: for what
    calls for less.
    """

    recipe: Recipe
    target: Target
    patient: Patient
    given_before: tuple[RecipeLine, ...] = ()
    answers: ScreeningAnswers | None = None
    schema_version: Version = FACTS_SCHEMA_VERSION


@dataclass(frozen=True)
class VerdictFacts:
    """What `sij verdict` reads: one diagnostic session with its procedure and diary, and the block before it, if any."""

    session: Session
    first: Session | None = None
    schema_version: Version = FACTS_SCHEMA_VERSION


@dataclass(frozen=True)
class RepeatFacts:
    """What `sij repeat` reads: may this episode have another injection of a kind on a day?

    Without side or target, those of the last session. ``earlier``: the patient's other episodes.
    """

    episode: Episode
    on: date
    kind: OrderKind
    side: Side | None = None
    target: Target | None = None
    earlier: tuple[Episode, ...] = ()
    schema_version: Version = FACTS_SCHEMA_VERSION


FACTS: dict[str, type[ScreenFacts | PrepareFacts | DoseFacts | VerdictFacts | RepeatFacts]] = {
    "screen": ScreenFacts,
    "prepare": PrepareFacts,
    "dose": DoseFacts,
    "verdict": VerdictFacts,
    "repeat": RepeatFacts,
}
