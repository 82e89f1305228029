"""Three clocks of one diary answer: the patient's device, its sending, and the server's; and the same answer sent twice."""

from dataclasses import replace
from datetime import datetime, timedelta

from sijoint.model import DiaryEntry
from sijoint.pathway.policy import Policy


def set_right(entry: DiaryEntry, received: datetime, policy: Policy) -> DiaryEntry:
    """The answer with the server's stamp. Where the device's clock was wrong, its times are moved by what it was off.

    How far it was off is what lay between sending by the device's clock and receipt. Paper has no clock to set right; a
    device that does not say when it sent is taken at its word. A clock that is a little fast is nearly right, and moved
    where its answer would come from the future.
    """
    stamped = replace(entry, received=received)
    off = clock_off(stamped)
    if off is None or (not wrong(off, policy) and stamped.answered <= received):
        return stamped
    return replace(
        stamped,
        opened=entry.opened + off,
        answered=entry.answered + off,
        device_opened=entry.opened,
        device_answered=entry.answered,
    )


def clock_off(entry: DiaryEntry) -> timedelta | None:
    """By how much the device's clock was behind the server's when it sent; None where it does not say or is paper."""
    return None if entry.sent is None or entry.paper else entry.received - entry.sent


def wrong(off: timedelta, policy: Policy) -> bool:
    """Whether a clock is further off than the site lets pass."""
    return abs(off) > timedelta(minutes=policy.clock_tolerance_minutes)


def same_answer(one: DiaryEntry, other: DiaryEntry) -> bool:
    """Whether two deliveries are one answer: all that the patient gave is equal, whenever and however it was sent."""
    return _given(one) == _given(other)


def _given(entry: DiaryEntry) -> DiaryEntry:
    """The answer as the device gave it, without the clocks of its transport."""
    answered = entry.device_answered or entry.answered
    return replace(
        entry,
        opened=entry.device_opened or entry.opened,
        answered=answered,
        sent=None,
        received=answered,
        device_opened=None,
        device_answered=None,
    )
