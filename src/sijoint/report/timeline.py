"""What happened when: one line a step, in the order of the clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sijoint.model import ContrastJudgement, Episode, GateAnswer, Procedure, RepeatAnswer, Session, SyringeUse
from sijoint.report.words import counted, day, in_words, joined, nrs, number


@dataclass(frozen=True)
class TimelineEntry:
    """One step. ``session`` counts from 1, 0 for the episode as a whole; ``whole_day`` where only the date is known."""

    at: datetime
    step: str
    words: str
    session: int = 0
    whole_day: bool = False


def injected_at(procedure: Procedure | None) -> datetime | None:
    """When the last drug went in; None when none did."""
    if procedure is None:
        return None
    drugs = [given.at_s for given in procedure.administrations if given.use is SyringeUse.DRUG]
    return procedure.started_at + timedelta(seconds=max(drugs)) if drugs else None


def timeline(episode: Episode) -> tuple[TimelineEntry, ...]:
    """Every dated step of the episode, oldest first; steps of the same moment keep the order of the pathway."""
    steps = [*_before(episode)]
    for index, session in enumerate(episode.sessions, 1):
        steps += _session(session, index)
    steps += [_repeat(answer) for answer in episode.repeat_answers]
    return tuple(sorted(steps, key=lambda step: step.at))


def _before(episode: Episode) -> Iterator[TimelineEntry]:
    request = episode.request
    side = f"{request.side} side" if request.side else "side not stated"
    yield TimelineEntry(request.at, "Request", f"by {request.requested_by}, {side}")
    if (visit := episode.assessment) is not None:
        yield TimelineEntry(
            visit.at,
            "Assessment",
            f"{visit.by}: {visit.working_diagnosis or 'no working diagnosis'}; referral: {visit.referral}",
        )
    answered = episode.screening_answers
    if answered is not None:
        given = [fact.at for fact in vars(answered).values() if getattr(fact, "at", None) is not None]
        if given:
            yield TimelineEntry(max(given), "Screening", "questions answered")
    for contact in episode.prescriber_contacts:
        yield TimelineEntry(
            contact.at, "Prescriber asked", f"{in_words(contact.agent)}: {contact.prescriber} answers {contact.answer}"
        )


def _session(session: Session, index: int) -> Iterator[TimelineEntry]:
    order = session.order
    yield TimelineEntry(order.at, "Order", f"{order.kind}, {order.side}, {order.target}", index)
    if session.booking:
        yield TimelineEntry(session.booking.made_at, "Booking", f"by {session.booking.made_by}", index)
    if session.preparation:
        yield TimelineEntry(session.preparation.made_at, "Preparation sheet", "made from the answers", index)
    if session.consent:
        yield TimelineEntry(
            session.consent.at,
            "Consent",
            f"given: {session.consent.given.answer}; {f'{session.consent.side} side' if session.consent.side else 'side missing'}",
            index,
        )
    if session.confirmation:
        changed = joined(session.confirmation.changed)
        yield TimelineEntry(
            session.confirmation.at,
            "Confirmed today",
            f"changed: {changed}" if changed else "answers asked again, none changed",
            index,
        )
    if session.skin_mark:
        yield TimelineEntry(
            session.skin_mark.at,
            "Skin mark",
            f"{session.skin_mark.side or 'side missing'}, by {session.skin_mark.by}",
            index,
        )
    if session.sign_in:
        yield TimelineEntry(session.sign_in.at, "Sign-in", f"by {session.sign_in.by}", index)
    if session.time_out:
        yield TimelineEntry(
            session.time_out.at,
            "Time-out",
            f"{session.time_out.side or 'side missing'}, {session.time_out.target}",
            index,
        )
    if session.procedure:
        yield from _procedure(session.procedure, index)
    if session.sign_out:
        yield TimelineEntry(
            session.sign_out.at,
            "Sign-out",
            f"complications: {session.sign_out.complications or 'none recorded'}",
            index,
        )
    for check in session.recovery:
        yield TimelineEntry(check.at, "Recovery", f"{check.minutes} min: index pain {nrs(check.index_nrs)}", index)
    if session.discharge:
        yield TimelineEntry(session.discharge.at, "Discharge", f"by {session.discharge.by}", index)
    if session.discharge_sheet:
        sheet = session.discharge_sheet
        yield TimelineEntry(sheet.made_at, "Discharge sheet", f"painkiller: {sheet.painkiller}", index)
        yield TimelineEntry(sheet.call_from, "Call planned", f"until {day(sheet.call_until)}", index)
    for call in session.calls_made:
        yield TimelineEntry(call.at, "Call", f"{call.by}, {call.reason}: {call.outcome}", index)
    if session.entries:
        last = max(entry.answered for entry in session.entries)
        yield TimelineEntry(last, "Diary", f"{counted(len(session.entries), 'answer')}, last one here", index)
    if session.verdict:
        yield TimelineEntry(session.verdict.at, "Verdict", f"block {session.verdict.verdict} for this target", index)


def _gate_words(procedure: Procedure, gate: GateAnswer) -> str:
    """The gate's answer with the judgement that it answered to."""
    judged = judged_before(procedure, gate.at_s, gate.after_movement)
    seen = f"contrast judged {judged.pattern}: " if judged else ""
    return f"{seen}drug {'allowed' if gate.allowed else 'held back'}"


def judged_before(procedure: Procedure, at_s: float, after_movement: int) -> ContrastJudgement | None:
    """The last judgement at this place of the needle up to a moment."""
    there = [one for one in procedure.judgements if one.after_movement == after_movement and one.at_s <= at_s]
    return there[-1] if there else None


def _procedure(procedure: Procedure, index: int) -> Iterator[TimelineEntry]:
    def moment(seconds: float) -> datetime:
        return procedure.started_at + timedelta(seconds=seconds)

    yield TimelineEntry(procedure.started_at, "Procedure begins", f"operator: {procedure.operator}", index)
    for gate in procedure.gate_answers:
        yield TimelineEntry(moment(gate.at_s), "Gate", _gate_words(procedure, gate), index)
    drugs = [given for given in procedure.administrations if given.use is SyringeUse.DRUG]
    if drugs:
        volume = sum(given.volume_ml for given in drugs)
        yield TimelineEntry(moment(max(given.at_s for given in drugs)), "Drug", f"{number(volume)} mL in total", index)
    if procedure.ended_at:
        words = f"abandoned: {procedure.abandoned_because}" if procedure.abandoned_because else "needle out"
        yield TimelineEntry(procedure.ended_at, "Procedure ends", words, index)


def _repeat(answer: RepeatAnswer) -> TimelineEntry:
    asked: date = answer.asked_on
    words = "may be repeated" if answer.eligible else "not yet" if answer.next_eligible else "no"
    return TimelineEntry(datetime.combine(asked, time(), UTC), "Repeat asked", words, whole_day=True)
