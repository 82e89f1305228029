"""Who named which side, and the checks of the day with every fact that they asked, as the episode report shows them."""

from dataclasses import dataclass

from sijoint.model import Answer, DayOfConfirmation, Discharge, Episode, Sedation, Session, SignOut
from sijoint.report.questions import Answered, answered
from sijoint.report.words import in_words, nrs, number


@dataclass(frozen=True)
class SideLine:
    """The side that one document names; None where it names none, which is not agreement."""

    document: str
    side: str | None
    agrees: bool


@dataclass(frozen=True)
class CheckLine:
    """One of the checks of the day with every fact that it asked."""

    name: str
    at: object
    by: str
    facts: tuple[Answered, ...]
    notes: tuple[str, ...] = ()


def sides_named(episode: Episode, session: Session) -> tuple[SideLine, ...]:
    """Every document that has to name the side, against the order."""
    named = [
        ("request", episode.request, True),
        ("examination", episode.assessment, True),
        ("order", session.order, True),
        ("consent", session.consent, False),
        ("skin mark", session.skin_mark, False),
        ("time-out", session.time_out, False),
        ("procedure", session.procedure, False),
    ]
    there = [(name, record.side) for name, record, _ in named if record is not None]
    return tuple(SideLine(name, str(side) if side else None, side is session.order.side) for name, side in there)


def checks_made(session: Session) -> tuple[CheckLine, ...]:
    """Consent, the day's confirmation, mark, sign-in, time-out, sign-out and discharge, as far as they were made."""
    records = [
        ("Consent", session.consent, "patient"),
        ("Confirmed on the day", session.confirmation, ""),
        ("Skin mark", session.skin_mark, ""),
        ("Sign-in", session.sign_in, ""),
        ("Time-out", session.time_out, ""),
        ("Sign-out", session.sign_out, ""),
        ("Discharge", session.discharge, ""),
    ]
    return tuple(
        CheckLine(name, record.at, by or getattr(record, "by", ""), _asked(record, session), _values(record))
        for name, record, by in records
        if record is not None
    )


def _asked(record: object, session: Session) -> tuple[Answered, ...]:
    """The facts of a check, without what nobody has to ask: consent before sedation without one, and whether the
    physician saw a patient for whom none was to be called."""
    facts = answered(record)
    if isinstance(record, Discharge) and record.physician_saw.answer is Answer.NOT_ASKED:
        facts = tuple(one for one in facts if one.question != "Physician saw")
    if session.order.sedation is Sedation.NONE:
        facts = tuple(one for one in facts if one.question != "Before sedation")
    return facts


def _values(record: object) -> tuple[str, ...]:
    """What a check measured or wrote down beside its yes and no."""
    notes = []
    if isinstance(record, DayOfConfirmation):
        if record.blood_pressure_systolic:
            notes.append(f"blood pressure {record.blood_pressure_systolic}/{record.blood_pressure_diastolic} mmHg")
        if record.glucose_mg_dl is not None:
            notes.append(f"glucose {number(record.glucose_mg_dl)} mg/dL")
        notes.append(f"pain on own movement {nrs(record.index_nrs)}, at rest {nrs(record.rest_nrs)}")
        notes += [f"changed: {in_words(name)}" for name in record.changed]
    if isinstance(record, SignOut):
        notes.append(f"complications: {record.complications or 'none recorded'}")
        notes += [f"recorded for {record.recorded_for}"] if record.recorded_for else []
    return tuple(notes)
