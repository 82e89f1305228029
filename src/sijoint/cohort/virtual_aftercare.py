"""After the treatment day: the diary at home, the verdict, a complication, the payer, pain that comes back, a repeat."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from sijoint.clinic import commands as clinic_commands
from sijoint.cohort.body_over_time import diary_entry
from sijoint.cohort.virtual_chart import Chart, minutes
from sijoint.cohort.virtual_day import baseline
from sijoint.cohort.virtual_roster import Ending, VisitPlan
from sijoint.model import (
    NOT_ASKED,
    Answer,
    Complication,
    ComplicationOutcome,
    DiaryEntry,
    DiaryPrompt,
    OrderKind,
    Session,
    Suspected,
)

Act = Callable[[], None]
JUDGED_AFTER = timedelta(days=2)
CALL, CALLED_AFTER_OPENING = "day 3", timedelta(minutes=35)
LATE_BY, OFFLINE_FOR = timedelta(minutes=40), timedelta(hours=7)
FEVER_C = Decimal("38.4")


def aftercare(chart: Chart, plan: VisitPlan, *, last: bool) -> Iterator[datetime]:
    """Everything that comes after this session, in order of time; the diary of a session with a next one ends there."""
    session = chart.session
    if session.procedure is None or session.discharge is None:
        return
    given, known = session.procedure.started_at, baseline(chart)
    acts: list[tuple[datetime, Act]] = [*_diary(chart, plan, session, known)]
    if plan.note:
        acts.append((given + timedelta(hours=2), lambda: _note(chart)))
    if plan.complication is not None:
        hours = timedelta(hours=plan.complication.hours)
        acts.append((given + hours, lambda: _complication(chart, plan)))
    if session.order.kind is OrderKind.DIAGNOSTIC and chart.treated.ends is not Ending.LEFT_EARLY:
        acts.append((given + JUDGED_AFTER, lambda: _judged(chart)))
    if chart.treated.payer:
        acts.append((given + timedelta(days=15), lambda: _sealed(chart)))
    if last and chart.treated.pain_back_days is not None:
        acts.append((given + timedelta(days=chart.treated.pain_back_days), lambda: _pain_back(chart)))
    if last and chart.treated.repeat_days is not None:
        acts.append((given + timedelta(days=chart.treated.repeat_days), lambda: _repeat_asked(chart)))
    stops = None if last else given + timedelta(days=14, hours=23)
    for moment, act in sorted(acts, key=lambda one: one[0]):
        if stops is None or moment < stops:
            yield max(moment, chart.now)
            act()


def _diary(chart: Chart, plan: VisitPlan, session: Session, known: int) -> Iterator[tuple[datetime, Act]]:
    """The answers that this person gives, each at the moment when the clinic has it."""
    answered = {entry.prompt_id for entry in session.entries}
    for prompt in session.prompts:
        if prompt.id not in answered and prompt.due > chart.now - minutes(5) and prompt.label not in plan.skips:
            called = prompt.label == CALL and prompt.label not in (plan.fever_at, plan.answers_until)
            entry = _on_the_phone(chart, prompt, known) if called else _entry(chart, plan, prompt, known)
            by = chart.nurse if called else chart.patient.id
            yield entry.received, lambda by=by, entry=entry: _answer(chart, by, entry)  # type: ignore[misc]
        if prompt.label == plan.answers_until:
            return


def _answer(chart: Chart, by: str, entry: DiaryEntry) -> None:
    chart.tell(clinic_commands.AnswerDiary, by, entry=entry)


def _on_the_phone(chart: Chart, prompt: DiaryPrompt, known: int) -> DiaryEntry:
    """The clinic's call in the days after: the nurse asks and writes down."""
    asked = prompt.opens + CALLED_AFTER_OPENING
    entry = diary_entry(chart.body, replace(prompt, due=asked), known, by_staff=True)
    return replace(entry, pain_is_back=NOT_ASKED)


def _entry(chart: Chart, plan: VisitPlan, prompt: DiaryPrompt, known: int) -> DiaryEntry:
    """As the person answers on the phone; that pain is back is a button of its own."""
    entry = replace(diary_entry(chart.body, prompt, known, by_staff=False), pain_is_back=NOT_ASKED)
    if prompt.label in plan.late:
        moved = prompt.closes + LATE_BY - entry.answered
        entry = replace(
            entry, opened=entry.opened + moved, answered=entry.answered + moved, received=entry.received + moved
        )
    if prompt.label in plan.offline:
        sent = entry.answered + OFFLINE_FOR
        entry = replace(entry, received=sent, sent=sent)
    if prompt.label == plan.fever_at:
        red = replace(entry.site_red_swollen_or_leaking, answer=Answer.YES)
        entry = replace(entry, temperature_c=FEVER_C, site_red_swollen_or_leaking=red)
    return entry


def _judged(chart: Chart) -> None:
    chart.tell(clinic_commands.JudgeBlock, chart.physician)


def _note(chart: Chart) -> None:
    text = (
        f"{chart.side.value.capitalize()} sacroiliac joint, diagnostic injection under fluoroscopy. Contrast inside the "
        "joint in two views, then the anaesthetic. No complication. Invented note of the virtual clinic."
    )
    chart.tell(clinic_commands.WriteNote, chart.radiographer, text=text)
    seen = sha256(text.encode()).hexdigest()
    chart.tell(clinic_commands.SignNote, chart.physician, seen_digest=seen)


def _complication(chart: Chart, plan: VisitPlan) -> None:
    assert plan.complication is not None
    one = Complication(
        id=f"{chart.session.order.id}-k1",
        kind=plan.complication.kind,
        grade=plan.complication.grade,
        onset=chart.now - timedelta(hours=4),
        recorded_at=chart.now,
        by=chart.nurse,
        action=plan.complication.action,
        outcome=ComplicationOutcome.ONGOING,
        suspected=Suspected.ANAESTHETIC,
    )
    chart.tell(clinic_commands.RecordComplication, chart.nurse, complication=one)


def _sealed(chart: Chart) -> None:
    chart.tell(clinic_commands.SealPacket, chart.biller, payer=chart.treated.payer)


def _pain_back(chart: Chart) -> None:
    """The button "my pain is back": an entry that no question asked for."""
    session, now = chart.session, chart.now
    state = chart.body.at(now)
    entry = DiaryEntry(
        id=f"{session.order.id}-back",
        prompt_id="",
        opened=now - timedelta(seconds=20),
        answered=now,
        received=now,
        index_nrs=state.index_nrs,
        rest_nrs=state.rest_nrs,
        leg_weak=chart.no(chart.patient.id),
        pain_is_back=chart.yes(chart.patient.id),
    )
    _answer(chart, chart.patient.id, entry)


def _repeat_asked(chart: Chart) -> None:
    on = chart.now.date()
    chart.tell(clinic_commands.AskRepeat, chart.physician, on=on, kind=OrderKind.THERAPEUTIC)
