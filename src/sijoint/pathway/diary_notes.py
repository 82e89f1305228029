"""What is said at once about a diary answer that is kept and may not count: late, early, twice, a wrong clock, a wrong unit."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

from sijoint.model import DiaryEntry, DiaryPrompt, Finding, Session
from sijoint.pathway.diary import on_time
from sijoint.pathway.diary_clocks import wrong
from sijoint.pathway.findings import found as _found
from sijoint.pathway.languages import Language
from sijoint.pathway.plausible import plausible
from sijoint.pathway.policy import Policy
from sijoint.pathway.relief import TOP

Found = Callable[..., Finding]  # ``found`` in the language that the patient reads


def diary_notes(
    entry: DiaryEntry, session: Session, policy: Policy, language: Language | None = None
) -> tuple[Finding, ...]:
    """Findings on the answer itself; red flags are another rule's. The answer is kept whatever they say."""
    return tuple(_notes(entry, session, policy, partial(_found, language=language)))


def _notes(entry: DiaryEntry, session: Session, policy: Policy, found: Found) -> Iterator[Finding]:
    prompt = next((one for one in session.prompts if one.id == entry.prompt_id), None)
    if prompt is not None:
        yield from _time(entry, prompt, found)
        others = (one for one in session.entries if one.prompt_id == prompt.id and one.id != entry.id)
        if any(one.answered <= entry.answered and on_time(one, prompt) for one in others):
            yield found("diary.second-answer", question=prompt.label)
    off = timedelta(0) if entry.device_answered is None else entry.answered - entry.device_answered
    if wrong(off, policy):
        yield found("diary.clock-set-right", minutes=round(abs(off.total_seconds()) / 60))
    if entry.opened > entry.answered:
        yield found("diary.opened-after-answer")
    yield from _numbers(entry, found)


def _time(entry: DiaryEntry, prompt: DiaryPrompt, found: Found) -> Iterator[Finding]:
    if entry.answered > prompt.closes:
        yield found("diary.late", question=prompt.label)
    elif entry.answered < prompt.opens:
        yield found("diary.early", question=prompt.label)


def _numbers(entry: DiaryEntry, found: Found) -> Iterator[Finding]:
    top = TOP[entry.scale]
    for name, value in (("index", entry.index_nrs), ("rest", entry.rest_nrs)):
        if value is not None and not 0 <= value <= top:
            yield found("diary.not-on-scale", of=name, value=value, top=top)
    if not plausible("temperature_c", entry.temperature_c):
        yield found(
            "diary.unit", of="temperature", what="temperature", value=entry.temperature_c, unit="°C", other="°F"
        )
    if not plausible("glucose_mg_dl", entry.glucose_mg_dl):
        yield found(
            "diary.unit", of="glucose", what="blood sugar", value=entry.glucose_mg_dl, unit="mg/dL", other="mmol/L"
        )
    function = entry.function
    if function is not None and function.peg is not None and not 0 <= function.peg <= 10:
        yield found("diary.not-on-scale", of="peg", value=function.peg, top=10)
    for one in function.activities if function else ():
        if not 0 <= one.limited <= 10:
            yield found("diary.not-on-scale", of=str(one.activity), value=one.limited, top=10)
