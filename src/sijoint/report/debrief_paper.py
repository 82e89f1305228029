"""The debrief on paper: what it took beside what is published, where it truly went, and the course."""

from collections.abc import Sequence
from datetime import datetime

from sijoint.model import Procedure
from sijoint.report.debrief import debrief
from sijoint.report.paper import Form, Grid, Paper, Part, Points, Words
from sijoint.report.procedure_measures import Measure
from sijoint.report.references import Reference
from sijoint.report.room_moments import RoomMoment
from sijoint.report.words import day, number, session_clock
from sijoint.room.truth import SimulationTruth

NO_MARK = "Published values are laid beside, not above: other patients, other C-arms, other hands. Nothing here says good or bad."


def reference_words(reference: Reference) -> str:
    """Value with its interval, and what it is of."""
    span = reference.interval
    if reference.low is not None and reference.high is not None:
        span = f"{number(reference.low)} to {number(reference.high)}, {span}"
    return f"{number(reference.value)} ({span}): {reference.of}"


def beside_words(measure: Measure, reference: Reference) -> str:
    """Where the own value lies to a published one; empty without a value of one's own."""
    return "" if measure.value is None else reference.beside(measure.value)


def measure_lines(measures: Sequence[Measure]) -> tuple[tuple[str, str, str, str, str], ...]:
    """Measure, own value, published value, how the own lies to it, source with grade."""
    lines: list[tuple[str, str, str, str, str]] = []
    for one in measures:
        own = f"{one.told} ({one.note})" if one.note else one.told
        found = [
            (reference_words(each), beside_words(one, each), f"{each.source} ({each.grade})") for each in one.references
        ]
        if not found:
            found = [(one.gap or "no published value is known here", "", "")]
        for count, (published, beside, source) in enumerate(found):
            lines.append((one.words if not count else "", own if not count else "", published, beside, source))
    return tuple(lines)


def debrief_paper(
    procedure: Procedure,
    truth: SimulationTruth,
    measures: Sequence[Measure],
    moments: Sequence[RoomMoment],
    opened_at: datetime,
) -> Paper:
    """Names the operator by code alone. Raises NotThisProcedure."""
    went = tuple(
        (session_clock(one.at_s), str(one.use), f"{one.tip}, {number(one.distance_mm, 1)} mm from the target", one.went, one.judged)
        for one in debrief(truth, procedure)
    )  # fmt: skip
    injections = Grid(("At", "What", "Tip", "Went to", "Judged"), went) if went else Words("Nothing was injected.")
    hidden = tuple(f"Not as reported: {words}." for words in truth.imperfection.words)
    parts = [
        Part(
            "What it took, beside what is published",
            (
                Words(NO_MARK, soft=True),
                Grid(("", "Here", "Published", "Here lies", "Source (grade)"), measure_lines(measures)),
            ),
        ),
        Part("Where it truly went", (injections, *((Points(hidden),) if hidden else ()))),
        Part(
            "The course",
            (Grid(("At", "What happened"), tuple((session_clock(one.at_s), one.words) for one in moments)),),
        ),
    ]
    return Paper(
        title=f"Debrief: {procedure.side} side, {procedure.target} target",
        form=Form.CLINICIAN,
        parts=tuple(parts),
        who=f"{procedure.kind.value.capitalize()} by {procedure.operator}, {day(opened_at)}",
        notices=("SIMULATED: no patient. What only the simulator knew; it is part of no record.",),
        foot=("Education and research. Not a certified medical device.",),
    )
