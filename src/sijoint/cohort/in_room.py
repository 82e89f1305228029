"""One procedure of the course: the room, the virtual operator in it, and what it leaves behind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from sijoint.clinic import image_keeper_for, permit_for, recorder_for
from sijoint.cohort.case import Case
from sijoint.cohort.clock import CourseClock
from sijoint.cohort.operator import Performance, VirtualOperator
from sijoint.cohort.scenario import Causes
from sijoint.cohort.setting import setting_for
from sijoint.fluoroscopy import Frame, encode
from sijoint.formulary import needle as needle_by_code
from sijoint.guidance import Plan
from sijoint.model import Order, SyringeUse
from sijoint.needle import bent_path
from sijoint.pathway import Policy
from sijoint.records import Store
from sijoint.room import Session
from sijoint.room.commands import Command, InsertNeedle, RedirectNeedle, RotateBevel
from sijoint.room.events import Event, Injected, NeedleChosen, NeedleMoved
from sijoint.room.replay import CommandLog, LogKeeper
from sijoint.room.truth import SimulationTruth

OPERATOR = "virtual operator"


@dataclass(frozen=True, eq=False)
class ProcedureRun:
    procedure_id: str
    plan: Plan
    performance: Performance
    log: CommandLog
    events: tuple[Event, ...]
    truth: SimulationTruth
    needle_expected_mm: tuple[tuple[float, float, float], ...]


def run_procedure(
    case: Case,
    causes: Causes,
    order: Order,
    *,
    episode_id: str,
    procedure_id: str,
    store: Store,
    policy: Policy,
    clock: CourseClock,
    seed: int,
    rows: int,
    made_from: dict[str, str],
    say: Callable[[str], None],
) -> ProcedureRun:
    """Drive one procedure through the same commands that a person gives. The clock follows the room's seconds."""
    setting = setting_for(case, causes, order, procedure_id, OPERATOR, rows)
    plan = case.plan(order.side, order.target)
    began = clock()
    record = recorder_for(episode_id, store, policy, clock)
    events: list[Event] = []

    def on_event(event: Event) -> None:
        clock.until(began + timedelta(seconds=event.at_s))
        events.append(event)
        record(event)

    keep = image_keeper_for(episode_id, store, clock)

    def keep_image(frame: Frame) -> str:
        return keep(*encode(frame))

    keeper = LogKeeper(permit_for(episode_id, store, policy, clock))
    session = Session(setting, seed=seed, permit=keeper.permit, keep_image=keep_image, on_event=on_event)
    session.start()
    operator = VirtualOperator(
        session,
        plan,
        case.body,
        order.side,
        order.recipe,
        causes.operator.first_aim_error_mm,
        np.random.default_rng([seed, *b"operator"]),
        keeper.commands.append,
        say,
    )
    performance = operator.perform()
    truth = session.truth
    return ProcedureRun(
        procedure_id,
        plan,
        performance,
        keeper.log(procedure_id, seed, made_from),
        tuple(events),
        truth,
        expected_path(keeper.commands, events),
    )


def expected_path(commands: Sequence[Command], events: Sequence[Event]) -> tuple[tuple[float, float, float], ...]:
    """Where the needle was sent, skin to tip, at the last contrast or drug, with the bend expected of such a needle.

    From the record alone; where it truly went is the simulator's. Empty when nothing was injected through the needle.
    """
    entry: tuple[float, float, float] | None = None
    line: tuple[tuple[float, float, float], ...] = ()
    direction, depth, clock, needle = np.zeros(3), 0.0, 0.0, ""
    told = {command.id: command for command in commands}
    for event in events:
        command = told.get(event.command_id)
        if isinstance(command, InsertNeedle):
            entry, direction, clock = command.entry_mm, np.array(command.direction), command.bevel_clock_deg
        elif isinstance(command, RedirectNeedle):
            direction = np.array(command.direction)
        elif isinstance(command, RotateBevel):
            clock = command.clock_deg
        if isinstance(event, NeedleChosen):
            needle = event.code
        elif isinstance(event, NeedleMoved):
            depth = event.depth_mm
        elif isinstance(event, Injected) and event.use is not SyringeUse.SKIN and entry is not None:
            path = bent_path(needle_by_code(needle), entry, direction, clock, depth)
            line = tuple((float(x), float(y), float(z)) for x, y, z in path)
    return line
