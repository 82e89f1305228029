"""What a course came to, beside what its scenario expected: compared after the run, read by nothing else."""

from dataclasses import dataclass

from sijoint.cohort.record import CourseRecord
from sijoint.cohort.scenario import Expected
from sijoint.model import Episode


@dataclass(frozen=True)
class Comparison:
    """``differences`` is empty when the outcome followed as expected; each is one plain sentence."""

    differences: tuple[str, ...]

    @property
    def as_expected(self) -> bool:
        return not self.differences


def gate_answers(episode: Episode) -> tuple[tuple[bool, ...], ...]:
    """The gate's answers in order, by procedure."""
    procedures = [session.procedure for session in episode.sessions if session.procedure]
    return tuple(tuple(answer.allowed for answer in procedure.gate_answers) for procedure in procedures)


def verdicts(episode: Episode) -> tuple[str, ...]:
    return tuple(session.verdict.verdict.value for session in episode.sessions if session.verdict)


def exposures(episode: Episode) -> int:
    """How many times X-rays were made."""
    return sum(len(session.procedure.exposures) for session in episode.sessions if session.procedure)


def compare(expected: Expected, record: CourseRecord, episode: Episode) -> Comparison:
    """Every expectation that is stated, against what happened."""
    found: list[str] = []

    def same(what: str, wanted: object, got: object) -> None:
        if wanted is not None and wanted != got:
            found.append(f"{what}: expected {_words(wanted)}, got {_words(got)}")

    visited = iter(record.states)
    missed = next((state for state in expected.states if state not in visited), None)
    if missed:
        found.append(f"states: {missed!r} was not reached in order; the course went {', '.join(record.states)}")
    for state in expected.not_states:
        if state in record.states:
            found.append(f"states: {state!r} should not have been reached")
    same("gate answers", expected.gates, gate_answers(episode))
    same("verdicts", expected.verdicts, verdicts(episode))
    same("repeat answers", expected.repeats, tuple(answer.eligible for answer in record.repeats))
    same("exposures", expected.exposures, exposures(episode))
    same("refused orders", expected.refused_orders, record.refused_orders)
    same("discharged at 30 minutes", expected.discharge_at_30_min, record.discharged_at_30_min)
    same("second diagnostic block", expected.second_diagnostic, record.second_diagnostic)
    cards = " ".join(sentence for session in episode.sessions if session.verdict for sentence in session.verdict.card)
    sheets = " ".join(
        item.text for session in episode.sessions if session.preparation for item in session.preparation.items
    )
    for text, where, name in [
        *((text, cards, "verdict card") for text in expected.card_contains),
        *((text, sheets, "preparation sheet") for text in expected.sheet_contains),
    ]:
        if text.lower() not in where.lower():
            found.append(f"{name}: does not say {text!r}")
    return Comparison(tuple(found))


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "[" + ", ".join(_words(one) for one in value) + "]"
    return str(value)
