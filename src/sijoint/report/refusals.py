"""Refused steps as a reader needs them: asked again and again for the same reasons, they are told once with all their times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sijoint.report.facts import StepRefused
from sijoint.report.timeline import TimelineEntry
from sijoint.report.words import in_words

ACCEPTED_AS = {  # the timeline's word for a step that was refused before it was accepted at the same moment
    "assess": "Assessment",
    "place order": "Order",
    "give consent": "Consent",
    "mark skin": "Skin mark",
    "sign in": "Sign-in",
    "time out": "Time-out",
    "sign out": "Sign-out",
    "discharge patient": "Discharge",
}


@dataclass(frozen=True)
class RefusalTold:
    """One refusal, or several of the same step for the same reasons in a row; ``first`` carries the words."""

    first: StepRefused
    times: tuple[datetime, ...]

    @property
    def last_at(self) -> datetime:
        return self.times[-1]


def refusals_told(refusals: Sequence[StepRefused]) -> tuple[RefusalTold, ...]:
    """Refusals in the order of the clock, neighbours of the same step and the same findings as one."""
    told: list[RefusalTold] = []
    for one in sorted(refusals, key=lambda refused: refused.at):
        if told and _alike(told[-1].first, one):
            told[-1] = RefusalTold(told[-1].first, (*told[-1].times, one.at))
        else:
            told.append(RefusalTold(one, (one.at,)))
    return tuple(told)


def with_refusals(steps: Sequence[TimelineEntry], refusals: Sequence[StepRefused]) -> tuple[TimelineEntry, ...]:
    """The timeline with its refusals: each after all that came before it, and ahead of the same step accepted that minute."""
    merged = list(steps)
    for told in refusals_told(refusals):
        step = in_words(told.first.step)
        words = step if len(told.times) == 1 else f"{step}, asked {len(told.times)} times with the same answer"
        at = told.first.at
        accepted = ACCEPTED_AS.get(step)
        place = next(
            (
                index
                for index, one in enumerate(merged)
                if one.at > at or (one.at == at and accepted is not None and one.step == accepted)
            ),
            len(merged),
        )
        merged.insert(place, TimelineEntry(at, "Refused", words))
    return tuple(merged)


def _alike(one: StepRefused, other: StepRefused) -> bool:
    codes = [finding.code for finding in one.findings]
    same = codes == [finding.code for finding in other.findings]
    return one.step == other.step and same and (bool(codes) or one.sentence == other.sentence)
