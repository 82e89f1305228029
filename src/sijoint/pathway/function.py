"""Daily life beside pain: how far PEG and the six activities have come from where they were before the injection."""

from dataclasses import dataclass
from datetime import UTC, date, tzinfo
from decimal import ROUND_HALF_UP, Decimal

from sijoint.model import Activity, Episode, Session
from sijoint.pathway.diary import on_time
from sijoint.pathway.injections import drug_given


@dataclass(frozen=True)
class FunctionLine:
    """One on-time answer: PEG, its gain in percent of before, and each activity's change in points (less is better)."""

    label: str
    on: date
    peg: Decimal | None
    gain_percent: Decimal | None
    activities: tuple[tuple[Activity, int, int], ...]  # activity, before, now


def peg_before(session: Session, episode: Episode) -> Decimal | None:
    """PEG before the injection of this session; where nobody asked then, that of the assessment."""
    if session.function_baseline is not None and session.function_baseline.function.peg is not None:
        return session.function_baseline.function.peg
    return episode.assessment.baseline_peg if episode.assessment else None


def function_lines(session: Session, before: Decimal | None, zone: tzinfo = UTC) -> tuple[FunctionLine, ...]:
    """Every on-time answer about daily life after the injection, oldest first; ``before`` is PEG then, ``zone`` the clinic's clock."""
    given = drug_given(session)
    prompts = {one.id: one for one in session.prompts}
    baseline = session.function_baseline.function if session.function_baseline else None
    was = {one.activity: one.limited for one in baseline.activities} if baseline else {}
    lines = []
    for entry in sorted(session.entries, key=lambda one: one.answered):
        prompt = prompts.get(entry.prompt_id)
        if entry.function is None or prompt is None or given is None or not on_time(entry, prompt):
            continue
        now = entry.function
        changes = tuple((one.activity, was[one.activity], one.limited) for one in now.activities if one.activity in was)
        lines.append(
            FunctionLine(prompt.label, entry.answered.astimezone(zone).date(), now.peg, _gain(before, now.peg), changes)
        )
    return tuple(lines)


def gained_until(lines: tuple[FunctionLine, ...], percent: Decimal) -> date | None:
    """The last day up to which every answer shows this gain from the first that does; None where none does."""
    until: date | None = None
    for one in lines:
        if one.gain_percent is not None and one.gain_percent >= percent:
            until = one.on
        elif until is not None:
            break
    return until


def _gain(before: Decimal | None, now: Decimal | None) -> Decimal | None:
    """(before - now) / before in percent, one decimal; None where there was nothing to gain or a number is off its scale."""
    if before is None or now is None or not 0 < before <= 10 or not 0 <= now <= 10:
        return None
    return ((before - now) / before * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
