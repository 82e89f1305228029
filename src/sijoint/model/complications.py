"""What went wrong: kind, grade, onset, action, outcome, and every follow-up until it is closed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ComplicationKind(StrEnum):
    """The kinds that patients read of, those seen in series of this injection, and the rest of the consent."""

    INFECTION = "infection"
    BLEEDING = "bleeding at the site"
    NERVE_DAMAGE = "nerve damage"
    LEG_WEAKNESS = "leg weakness"
    LEG_NUMBNESS = "leg numbness"
    MORE_PAIN = "more pain"
    ALLERGIC_REACTION = "allergic reaction"
    RAISED_BLOOD_SUGAR = "raised blood sugar"
    FLUSHING = "flushing or sweating"
    RAISED_BLOOD_PRESSURE = "raised blood pressure"
    VASOVAGAL = "vasovagal reaction"
    SITE_SORENESS = "sore site"
    HEADACHE = "headache"
    SLEEP_OR_MOOD = "sleep or mood changed"
    VAGINAL_BLEEDING = "vaginal bleeding"
    SKIN_ATROPHY = "thinned or pale skin"
    ANAESTHETIC_TOXICITY = "local anaesthetic toxicity"
    OTHER = "other"


class ComplicationGrade(StrEnum):
    """How bad it is or was. What nobody has graded is followed as if it were severe."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"
    LIFE_THREATENING = "life-threatening"
    FATAL = "fatal"
    NOT_GRADED = "not graded"


class Suspected(StrEnum):
    """What is thought to have caused it."""

    NEEDLE = "needle"
    ANAESTHETIC = "anaesthetic"
    STEROID = "steroid"
    CONTRAST = "contrast"
    OTHER = "something else"
    UNKNOWN = "unknown"


class ComplicationOutcome(StrEnum):
    """Ongoing and unknown keep it open."""

    ONGOING = "ongoing"
    UNKNOWN = "unknown"
    RESOLVED = "resolved"
    RESOLVED_WITH_SEQUELAE = "resolved with lasting harm"
    DIED = "died"
    LOST = "lost to follow-up"


@dataclass(frozen=True)
class FollowUp:
    """One look at it later. ``grade`` only where it has changed."""

    at: datetime
    by: str
    outcome: ComplicationOutcome
    action: str = ""
    grade: ComplicationGrade | None = None


@dataclass(frozen=True)
class Complication:
    """``onset`` is when it began, ``recorded_at`` when it was written down; ``action`` what was done at once."""

    id: str
    kind: ComplicationKind
    grade: ComplicationGrade
    onset: datetime
    recorded_at: datetime
    by: str
    action: str
    outcome: ComplicationOutcome
    suspected: Suspected = Suspected.UNKNOWN
    note: str = ""
    follow_ups: tuple[FollowUp, ...] = ()
