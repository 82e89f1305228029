"""The states of an episode and the steps that lead from one to the next; anything else is an IllegalStep.

Between clearance and the day's confirmation the state is what the facts of the session still support: moving a booking
leads back from "consented" to "booked", and a new sheet leads on to "consented" where consent still stands.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from sijoint.model import Answer, Decision, EpisodeState, Session


class Step(StrEnum):
    """What a command does to an episode; commands with several outcomes have one step for each."""

    ACCEPT = "accept"
    DECLINE = "decline"
    REDIRECT = "redirect"
    PLACE_ORDER = "place order"
    SCREEN_CLEAR = "screening clear"
    SCREEN_REVIEW = "screening needs review"
    SCREEN_STOP = "screening stops"
    CONTACT_PRESCRIBER = "contact prescriber"
    BOOK = "book"
    PREPARE = "prepare"
    CONSENT = "give consent"
    CONFIRM = "confirm today"
    CONFIRM_REVIEW = "today needs review"
    CONFIRM_STOP = "today stops"
    MARK_SKIN = "mark skin"
    SIGN_IN = "sign in"
    TIME_OUT = "time-out"
    BEGIN_PROCEDURE = "begin procedure"
    ROOM_EVENT = "room event"
    END_PROCEDURE = "end procedure"
    SIGN_OUT = "sign out"
    RECOVERY_CHECK = "recovery check"
    DISCHARGE = "discharge"
    ANSWER_DIARY = "answer diary"
    JUDGE = "judge block"
    ASK_REPEAT = "ask repeat"
    RECORD_FUNCTION = "record function before"
    RECORD_TEST_CONDITIONS = "record test conditions"
    ANSWER_RED_FLAG = "answer red flag"
    RECORD_COMPLICATION = "record complication"
    SEAL_PACKET = "seal packet"
    CORRECT_REQUEST = "correct request"
    LOG_CARE = "log conservative care"
    RECORD_AUTHORISATION = "record authorisation"
    JOIN_REQUEST = "join request"
    CLOSE_DUPLICATE = "close as duplicate"
    WITHDRAW_CONSENT = "withdraw consent"
    PREPARE_SKIN = "prepare skin"
    WRITE_NOTE = "write note"
    SIGN_NOTE = "sign note"
    ADD_TO_NOTE = "add to note"
    MARK_NOTE = "mark note entered in error"
    CANCEL = "cancel booking"
    NO_SHOW = "record no-show"
    CLOSE = "close"
    CONFIRM_SITE = "confirm site"
    DRAW_UP = "draw up"
    ACCOUNT_SYRINGE = "account for syringe"
    RECORD_SEDATIVE = "record sedative"
    RECORD_PROCEDURE = "record procedure"
    RECORD_GIVEN = "record what was given"
    LEAVE_EARLY = "leave early"
    RECORD_CALL = "record call"


class IllegalStep(ValueError):
    """A step that the state of the episode does not allow; the text says what to do first."""


S = EpisodeState

WAITING = (
    S.CLEARED,
    S.BOOKED,
    S.PREPARED,
    S.CONSENTED,
    S.CONFIRMED,
)  # in the order of what the session's facts support
BEFORE_PROCEDURE = (*WAITING, S.SIGNED_IN, S.TIMED_OUT)
UNDECIDED = (S.ORDERED, S.NEEDS_REVIEW, S.STOPPED)
AFTERWARDS = (S.DISCHARGED, S.JUDGED)
ENDED_BOOKINGS = (S.CANCELLED, S.NO_SHOW)


def _table() -> dict[tuple[EpisodeState, Step], frozenset[EpisodeState]]:
    table: dict[tuple[EpisodeState, Step], frozenset[EpisodeState]] = {}

    def leads(states: tuple[EpisodeState, ...], step: Step, *to: EpisodeState) -> None:
        for state in states:
            table[state, step] = frozenset(to or (state,))

    leads((S.REQUESTED, S.ACCEPTED), Step.ACCEPT, S.ACCEPTED)
    # An assessment made again leaves the state to what it does to a waiting order; a danger found late still redirects.
    waiting = (*UNDECIDED, *BEFORE_PROCEDURE, *ENDED_BOOKINGS)
    leads((*waiting, *AFTERWARDS), Step.ACCEPT)
    leads((S.REQUESTED, S.ACCEPTED, *waiting), Step.CORRECT_REQUEST)
    leads((S.REQUESTED, S.ACCEPTED, *waiting), Step.DECLINE, S.DECLINED)
    leads((S.REQUESTED, S.ACCEPTED, *waiting), Step.REDIRECT, S.REDIRECTED)
    leads((S.ACCEPTED, *UNDECIDED, *WAITING, *AFTERWARDS, *ENDED_BOOKINGS), Step.PLACE_ORDER, S.ORDERED)
    screened = (*UNDECIDED, *BEFORE_PROCEDURE, *ENDED_BOOKINGS)
    leads(screened, Step.SCREEN_CLEAR, *WAITING)
    leads(screened, Step.SCREEN_REVIEW, S.NEEDS_REVIEW)
    leads(screened, Step.SCREEN_STOP, S.STOPPED)
    leads((*UNDECIDED, *WAITING), Step.CONTACT_PRESCRIBER)
    leads((*WAITING, *ENDED_BOOKINGS), Step.BOOK, S.BOOKED)
    leads((S.BOOKED, S.PREPARED, S.CONSENTED), Step.PREPARE, S.PREPARED, S.CONSENTED)
    leads((S.PREPARED, S.CONSENTED, S.CONFIRMED), Step.CONSENT, S.CONSENTED, S.CONFIRMED)
    leads((S.CONSENTED, S.CONFIRMED), Step.CONFIRM, S.CONFIRMED)
    leads((S.CONSENTED, S.CONFIRMED, S.SIGNED_IN, S.TIMED_OUT), Step.CONFIRM_REVIEW, S.NEEDS_REVIEW)
    leads((S.CONSENTED, S.CONFIRMED, S.SIGNED_IN, S.TIMED_OUT), Step.CONFIRM_STOP, S.STOPPED)
    leads((S.CONFIRMED,), Step.MARK_SKIN)
    leads((S.CONFIRMED,), Step.SIGN_IN, S.SIGNED_IN)
    leads((S.SIGNED_IN,), Step.TIME_OUT, S.TIMED_OUT)
    leads((S.TIMED_OUT,), Step.BEGIN_PROCEDURE, S.IN_PROCEDURE)
    leads((S.IN_PROCEDURE,), Step.ROOM_EVENT)
    leads((S.IN_PROCEDURE,), Step.END_PROCEDURE, S.PROCEDURE_ENDED)
    # Sign-out may be given again: what was missing or wrong in the first one is put right, and discharge asks for that.
    leads((S.PROCEDURE_ENDED, S.RECOVERING), Step.SIGN_OUT, S.RECOVERING)
    leads((S.RECOVERING,), Step.RECOVERY_CHECK)
    leads((S.RECOVERING,), Step.DISCHARGE, S.DISCHARGED)
    # The diary of an earlier session goes on while the next one is planned; it asks for a prompt, not for a state.
    diary = (S.RECOVERING, *AFTERWARDS, *UNDECIDED, *WAITING, S.SIGNED_IN, *ENDED_BOOKINGS, S.CLOSED)
    leads(diary, Step.ANSWER_DIARY)
    leads(AFTERWARDS, Step.JUDGE, S.JUDGED)
    leads(AFTERWARDS, Step.ASK_REPEAT)
    leads((*UNDECIDED, *BEFORE_PROCEDURE), Step.RECORD_FUNCTION)
    leads((S.PROCEDURE_ENDED, S.RECOVERING, *AFTERWARDS), Step.RECORD_TEST_CONDITIONS)
    leads(diary, Step.ANSWER_RED_FLAG)
    leads((S.TIMED_OUT, S.IN_PROCEDURE, S.PROCEDURE_ENDED, S.DECLINED, S.REDIRECTED, *diary), Step.RECORD_CALL)
    leads((S.TIMED_OUT, S.IN_PROCEDURE, S.PROCEDURE_ENDED, *diary), Step.RECORD_COMPLICATION)
    leads((*AFTERWARDS, S.CLOSED), Step.SEAL_PACKET)
    open_still = (S.REQUESTED, S.ACCEPTED, *UNDECIDED, *BEFORE_PROCEDURE, S.RECOVERING, *AFTERWARDS, *ENDED_BOOKINGS)
    for step in (Step.LOG_CARE, Step.RECORD_AUTHORISATION, Step.JOIN_REQUEST):
        leads(open_still, step)
    leads((S.REQUESTED, S.ACCEPTED), Step.CLOSE_DUPLICATE, S.CLOSED)
    # A patient may say no at any moment, with the needle in place too: then nothing more may be given.
    leads((*UNDECIDED, *ENDED_BOOKINGS, S.CLEARED, S.BOOKED, S.PREPARED, S.IN_PROCEDURE), Step.WITHDRAW_CONSENT)
    leads((S.CONSENTED, S.CONFIRMED, S.SIGNED_IN, S.TIMED_OUT), Step.WITHDRAW_CONSENT, S.PREPARED)
    leads((S.SIGNED_IN, S.TIMED_OUT, S.IN_PROCEDURE), Step.PREPARE_SKIN)
    for step in (Step.WRITE_NOTE, Step.SIGN_NOTE, Step.ADD_TO_NOTE, Step.MARK_NOTE):
        leads((S.PROCEDURE_ENDED, S.TIMED_OUT, *diary), step)
    leads((*WAITING, S.SIGNED_IN, S.TIMED_OUT, S.IN_PROCEDURE), Step.CONFIRM_SITE)
    leads((S.CONFIRMED, S.SIGNED_IN, S.TIMED_OUT, S.IN_PROCEDURE), Step.DRAW_UP)
    after_needle = (S.PROCEDURE_ENDED, S.RECOVERING, *AFTERWARDS)
    leads((S.CONFIRMED, S.SIGNED_IN, S.TIMED_OUT, S.IN_PROCEDURE, *after_needle), Step.ACCOUNT_SYRINGE)
    leads((*WAITING, S.SIGNED_IN, S.TIMED_OUT, S.IN_PROCEDURE, *after_needle), Step.RECORD_SEDATIVE)
    # What was done is always recorded, whatever step was left out before it; the record then carries deviations.
    leads((*UNDECIDED, *BEFORE_PROCEDURE, *ENDED_BOOKINGS, S.IN_PROCEDURE), Step.RECORD_PROCEDURE, S.PROCEDURE_ENDED)
    leads((S.IN_PROCEDURE, S.PROCEDURE_ENDED, S.RECOVERING, S.DISCHARGED), Step.RECORD_GIVEN)
    leads((S.JUDGED,), Step.RECORD_GIVEN, S.DISCHARGED)  # a verdict on less than was given is none
    leads((S.PROCEDURE_ENDED, S.RECOVERING), Step.LEAVE_EARLY, S.DISCHARGED)
    # Only what was cleared can be booked again from "cancelled"; what was not stays undecided without its booking.
    leads(UNDECIDED, Step.CANCEL)
    leads(UNDECIDED, Step.NO_SHOW)
    leads(BEFORE_PROCEDURE, Step.CANCEL, S.CANCELLED)
    leads((S.BOOKED, S.PREPARED, S.CONSENTED, S.CONFIRMED), Step.NO_SHOW, S.NO_SHOW)
    closable = (S.REQUESTED, S.ACCEPTED, S.DECLINED, S.REDIRECTED, *UNDECIDED, *WAITING, *AFTERWARDS, *ENDED_BOOKINGS)
    leads(closable, Step.CLOSE, S.CLOSED)
    return table


TRANSITIONS: Mapping[tuple[EpisodeState, Step], frozenset[EpisodeState]] = MappingProxyType(_table())


def screening_step(decision: Decision) -> Step:
    """The step that a screening decision (after overrides) makes."""
    if decision is Decision.CLEAR:
        return Step.SCREEN_CLEAR
    return Step.SCREEN_REVIEW if decision is Decision.REVIEW else Step.SCREEN_STOP


def confirmation_step(decision: Decision) -> Step:
    """The step that the day's confirmation makes."""
    if decision is Decision.CLEAR:
        return Step.CONFIRM
    return Step.CONFIRM_REVIEW if decision is Decision.REVIEW else Step.CONFIRM_STOP


def standing(session: Session) -> EpisodeState:
    """How far a cleared session has come by the facts that still stand."""
    if session.booking is None:
        return S.CLEARED
    if session.preparation is None:
        return S.BOOKED
    if session.consent is None or session.consent.given.answer is not Answer.YES:
        return S.PREPARED
    return S.CONSENTED if session.confirmation is None else S.CONFIRMED


def next_state(state: EpisodeState, step: Step, session: Session | None = None) -> EpisodeState:
    """The state after a step; ``session`` as it is after the step. Raises IllegalStep."""
    possible = TRANSITIONS.get((state, step))
    if possible is None:
        allowed = sorted({str(known) for at, known in TRANSITIONS if at is state})
        now = f"now possible: {', '.join(allowed)}" if allowed else "the episode is over"
        raise IllegalStep(f'"{step}" is not possible while the episode is {state}; {now}')
    if len(possible) == 1:
        return next(iter(possible))
    reached = S.CLEARED if session is None else standing(session)
    if reached in possible:
        return reached
    # A step may not lead further than its own column: the furthest possible state that the facts support.
    supported = [one for one in WAITING if one in possible and WAITING.index(one) <= WAITING.index(reached)]
    if not supported:
        raise IllegalStep(
            f'"{step}" needs {" or ".join(sorted(str(one) for one in possible))}, the facts say {reached}'
        )
    return supported[-1]
