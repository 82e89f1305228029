"""Calls between clinic and patient: why one is due, what came of one that was made, and what a patient was told to pause."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CallReason(StrEnum):
    """In the order in which calls are made."""

    RED_FLAG = "red flag"
    PAUSE_CHANGED = "pause changed"
    WEAK_LEG = "weak leg"
    LEFT_EARLY = "left early"
    COMPLICATION = "complication"
    PAIN_BACK = "pain is back"
    SORE = "sore for longer"
    AFTER_INJECTION = "after the injection"
    MISSED_DIARY = "missed diary"


class CallOutcome(StrEnum):
    """Only ``REACHED`` answers a call that is due."""

    REACHED = "spoken with the patient"
    MESSAGE_LEFT = "message left"
    NOT_REACHED = "not reached"


@dataclass(frozen=True)
class CallMade:
    """A call by staff about one session, and what it was about."""

    at: datetime
    by: str
    reason: CallReason
    outcome: CallOutcome
    note: str = ""


@dataclass(frozen=True)
class PauseTold:
    """The dates of a pause as they stood on a sheet that was made; they stay on record when the sheet is void."""

    agent: str
    appointment: datetime
    last_dose_by: datetime
    restart_at: datetime
    told_at: datetime
