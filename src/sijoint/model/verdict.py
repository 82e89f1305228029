"""The answer of the block, and whether it may be repeated."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sijoint.model.account import YearlyAccount
from sijoint.model.diary import PainScale
from sijoint.model.facts import NOT_ASKED, Fact
from sijoint.model.finding import Grade


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
    paper: bool = False
    entry_id: str = ""


@dataclass(frozen=True)
class TestConditions:
    """What came with a block and would spoil its reading; asked of every diagnostic block. Not asked is not no."""

    __test__ = False  # a clinical test, none of pytest's

    at: datetime
    by: str
    intravenous_sedative_or_opioid: Fact = NOT_ASKED
    steroid_premedication: Fact = NOT_ASKED
    other_injection_same_day: Fact = NOT_ASKED
    baseline_scale: PainScale = PainScale.NRS


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
    relieved_until_min: int | None = None  # the last answer with relief
    gone_by_min: int | None = None  # the first one without; None: still relieved at the last answer


class DualValue(StrEnum):
    """What two blocks of one joint with anaesthetics of different length say together."""

    CONCORDANT = "concordant"
    CONCORDANT_PROLONGED = "concordant-prolonged"
    DISCORDANT = "discordant"
    NEGATIVE = "negative"
    INDETERMINATE = "indeterminate"


@dataclass(frozen=True)
class DualVerdict:
    """``first_order_id`` and ``second_order_id`` name the two blocks; ``card`` holds the sentences that a person reads."""

    value: DualValue
    first_order_id: str
    second_order_id: str
    reasons: tuple[str, ...]
    card: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class Gap:
    code: str
    text: str
    source: str


@dataclass(frozen=True)
class NextStep:
    """What may come instead of a repeat; the physician decides."""

    code: str
    text: str
    patient: str
    source: str
    grade: Grade


@dataclass(frozen=True)
class RepeatAnswer:
    """The contract ``{eligible, gaps[], next_eligible}``. ``next_steps`` only where it is not repeated and time will not help."""

    eligible: bool
    gaps: tuple[Gap, ...]
    next_eligible: date | None
    counters: tuple[tuple[str, str], ...]
    policy_id: str
    asked_on: date
    side: str = ""
    target: str = ""
    pain_back_on: date | None = None
    account: YearlyAccount | None = None
    next_steps: tuple[NextStep, ...] = ()
