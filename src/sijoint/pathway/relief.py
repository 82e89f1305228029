"""Relief in decimals: (baseline - now) / baseline, one line for every moment that was asked about."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sijoint.model import Answer, DiaryEntry, DiaryPrompt, PainScale, RecoveryCheck, ReliefLine, Session
from sijoint.pathway.diary import on_time

UNANSWERED = "not answered"
OTHER_SCALE = "on another scale than the pain before"
OUTSIDE = "outside the drug's window"  # on time, but no longer the anaesthetic
TOP = {PainScale.NRS: 10, PainScale.VAS: 100}  # by definition of the scales


@dataclass(frozen=True)
class Reading:
    """One answer on the index movement. ``why_not`` says why it does not count; "" where it does."""

    label: str
    due_minutes: int
    answered: datetime
    nrs: int | None
    patient_stated_percent: int | None
    why_not: str
    paper: bool = False
    entry_id: str = ""


def percent_relief(baseline_nrs: int, nrs: int) -> Decimal:
    """(baseline - now) / baseline in percent, one decimal; negative when worse. ``baseline_nrs`` is above zero."""
    share = Decimal(baseline_nrs - nrs) / Decimal(baseline_nrs) * 100
    return share.quantize(Decimal("0.1"), ROUND_HALF_UP)


def baseline_nrs(session: Session) -> int | None:
    """Pain on the index movement on the day, before the injection."""
    return None if session.confirmation is None else session.confirmation.index_nrs


def readings(session: Session, given: datetime, hides_hours: int, scale: PainScale) -> tuple[Reading, ...]:
    """Every answer after the injection by the moment asked about: the diary's, and the nurse's where the diary has none.

    A painkiller hides ``hides_hours`` after it; ``scale`` is that of the pain before.
    """
    prompts = {one.id: one for one in session.prompts}
    entries = sorted(session.entries, key=lambda one: one.answered)
    analgesics = [one.answered for one in entries if one.analgesic_taken.answer is Answer.YES]
    found: list[Reading] = []
    for entry in entries:
        prompt = prompts.get(entry.prompt_id)
        if prompt is not None and entry.answered > given:
            twice = any(one.label == prompt.label and not one.why_not for one in found)
            found.append(_from_diary(entry, prompt, given, analgesics, twice, hides_hours, scale))
    asked = {one.label for one in found}
    for check in session.recovery:
        nearest = _prompt_at(session.prompts, check)
        if check.index_nrs is not None and nearest is not None and nearest.label not in asked:
            why = "" if scale is PainScale.NRS else OTHER_SCALE
            found.append(Reading(nearest.label, _minutes(nearest.due, given), check.at, check.index_nrs, None, why))
            asked.add(nearest.label)
    return tuple(sorted(found, key=lambda one: (one.due_minutes, one.answered)))


def relief_lines(
    session: Session,
    window: tuple[int, int] | None,
    given: datetime,
    hides_hours: int,
    scale: PainScale,
    now: datetime,
) -> tuple[ReliefLine, ...]:
    """The arithmetic of a verdict; ``window`` in minutes after the injection. Questions nobody answered are shown too."""
    lines = []
    baseline = baseline_nrs(session) or 0
    answered = readings(session, given, hides_hours, scale)
    asked = {one.label for one in answered}
    silent = tuple(
        Reading(one.label, _minutes(one.due, given), one.closes, None, None, UNANSWERED)
        for one in session.prompts
        if one.label not in asked and one.closes < now and one.due > given
    )
    for one in sorted((*answered, *silent), key=lambda row: (row.due_minutes, row.answered)):
        inside = window is not None and window[0] <= one.due_minutes <= window[1]
        usable = not one.why_not and one.nrs is not None and baseline > 0
        comparable = one.why_not != OTHER_SCALE and baseline > 0
        relief = percent_relief(baseline, one.nrs) if one.nrs is not None and comparable else None
        why = one.why_not or ("" if inside else OUTSIDE)
        lines.append(
            ReliefLine(
                one.label,
                one.due_minutes,
                baseline,
                one.nrs,
                relief,
                inside,
                usable and inside,
                why,
                one.patient_stated_percent,
                one.paper,
                one.entry_id,
            )
        )
    return tuple(lines)


def _from_diary(
    entry: DiaryEntry,
    prompt: DiaryPrompt,
    given: datetime,
    analgesics: list[datetime],
    answered_before: bool,
    hides_hours: int,
    scale: PainScale,
) -> Reading:
    hidden = timedelta(hours=hides_hours)
    if entry.index_nrs is None:
        why = "no number given"
    elif entry.scale is not scale:
        why = OTHER_SCALE
    elif not 0 <= entry.index_nrs <= TOP[scale]:
        why = f"not a number from 0 to {TOP[scale]}"
    elif not on_time(entry, prompt):
        why = "answered too late" if entry.answered > prompt.closes else "answered too early"
    elif answered_before:
        why = "a second answer to the same question"
    elif entry.analgesic_taken.answer is Answer.YES:
        why = "painkiller taken"
    elif any(timedelta(0) < entry.answered - at <= hidden for at in analgesics):
        why = "painkiller taken before"
    elif entry.asleep_or_resting.answer is Answer.YES:
        why = "asleep or resting"
    elif entry.analgesic_taken.answer is not Answer.NO:
        why = "painkiller not answered"
    elif entry.asleep_or_resting.answer is not Answer.NO:
        why = "asleep or resting not answered"
    else:
        why = ""
    return Reading(
        prompt.label,
        _minutes(prompt.due, given),
        entry.answered,
        entry.index_nrs,
        entry.patient_stated_percent,
        why,
        entry.paper,
        entry.id,
    )


def outside_their_time(session: Session) -> int:
    """How many answers were given before their question opened or after it closed."""
    prompts = {one.id: one for one in session.prompts}
    asked = [(one, prompts.get(one.prompt_id)) for one in session.entries]
    return sum(prompt is not None and not on_time(entry, prompt) for entry, prompt in asked)


def _prompt_at(prompts: tuple[DiaryPrompt, ...], check: RecoveryCheck) -> DiaryPrompt | None:
    open_then = [one for one in prompts if one.opens <= check.at <= one.closes]
    return min(open_then, key=lambda one: abs(one.due - check.at), default=None)


def _minutes(at: datetime, given: datetime) -> int:
    return round((at - given) / timedelta(minutes=1))
