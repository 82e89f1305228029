"""What a course saw happen: kept while it runs, compared with what was expected only after it is over."""

from dataclasses import dataclass, field
from datetime import datetime

from sijoint.cohort.clock import START
from sijoint.cohort.operator import Performance
from sijoint.guidance import Plan
from sijoint.model import Finding, RepeatAnswer
from sijoint.room.events import Event
from sijoint.room.replay import CommandLog
from sijoint.room.truth import SimulationTruth


@dataclass(frozen=True, eq=False)
class ProcedureRun:
    """One procedure: what was planned and done, its log and events, and what only the simulator knows."""

    procedure_id: str
    plan: Plan
    performance: Performance
    log: CommandLog
    events: tuple[Event, ...]
    truth: SimulationTruth
    needle_expected_mm: tuple[tuple[float, float, float], ...]  # skin to tip, from the record alone


@dataclass(frozen=True)
class RefusedStep:
    at: datetime
    step: str
    sentence: str
    findings: tuple[Finding, ...]


@dataclass
class CourseRecord:
    """Mutable while the course runs. None: the course never came to the question."""

    episode_id: str
    states: list[str] = field(default_factory=list)
    procedures: list[ProcedureRun] = field(default_factory=list)
    refused_orders: int = 0
    refusals: list[RefusedStep] = field(default_factory=list)
    discharged_at_30_min: bool | None = None
    second_diagnostic: bool | None = None
    repeats: list[RepeatAnswer] = field(default_factory=list)
    ended_at: datetime = START
