"""The answer of the block, and whether it may be repeated."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class VerdictValue(StrEnum):
    POSITIVE = "positive"
    NEGATIVE = "negative"
    INDETERMINATE = "indeterminate"


@dataclass(frozen=True)
class ReliefLine:
    """One line of the arithmetic: (baseline - now) / baseline."""

    label: str
    minutes: int
    baseline_nrs: int
    nrs: int | None
    relief_percent: Decimal | None
    inside_window: bool
    counted: bool
    why_not: str = ""
    patient_stated_percent: int | None = None


@dataclass(frozen=True)
class Verdict:
    """The contract ``{verdict, reasons[], arithmetic}``. ``card`` holds the sentences that a person reads, in order."""

    verdict: VerdictValue
    target: str
    side: str
    reasons: tuple[str, ...]
    arithmetic: tuple[ReliefLine, ...]
    card: tuple[str, ...]
    threshold_percent: Decimal
    window_minutes: tuple[int, int] | None
    relief_duration: str
    policy_id: str
    at: datetime


@dataclass(frozen=True)
class Gap:
    code: str
    text: str
    source: str


@dataclass(frozen=True)
class RepeatAnswer:
    """The contract ``{eligible, gaps[], next_eligible}``."""

    eligible: bool
    gaps: tuple[Gap, ...]
    next_eligible: date | None
    counters: tuple[tuple[str, str], ...]
    policy_id: str
    asked_on: date
