"""One procedure of the course: the room, the virtual operator in it, and what it leaves behind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np

from sijoint.anatomy import Body
from sijoint.clinic import image_keeper_for, permit_for, recorder_for
from sijoint.cohort.case import Case
from sijoint.cohort.operator import VirtualOperator
from sijoint.cohort.record import ProcedureRun
from sijoint.cohort.setting import setting_for
from sijoint.cohort.staff import role_of
from sijoint.cohort.under_way import EpisodeUnderWay
from sijoint.fluoroscopy import encode
from sijoint.formulary import needle as needle_by_code
from sijoint.model import SyringeUse
from sijoint.needle import bent_path
from sijoint.room import Session
from sijoint.room.commands import Command, InsertNeedle, RedirectNeedle, RotateBevel
from sijoint.room.events import Event, Injected, NeedleChosen, NeedleMoved
from sijoint.room.replay import LogKeeper
from sijoint.room.truth import write_truth


@dataclass(frozen=True, eq=False)
class VirtualRoom:
    """What every procedure of a course is done with; ``made_from`` goes into the command log."""

    case: Case
    rows: int
    seed: int
    made_from: Mapping[str, str]
    truth_folder: Path


def run_procedure(under_way: EpisodeUnderWay, room: VirtualRoom, procedure_id: str) -> ProcedureRun:
    """Drive one procedure through the same commands that a person gives. The clock follows the room's seconds.

    What only the simulator knows is written into its own folder.
    """
    clock, store, policies = under_way.clock, under_way.store, under_way.policies
    episode_id, number = under_way.record.episode_id, len(under_way.record.procedures)
    order, causes = under_way.session.order, under_way.causes
    seed = room.seed + number
    began = clock()
    record = recorder_for(episode_id, store, policies, clock, role_of=role_of)
    events: list[Event] = []

    def on_event(event: Event) -> None:
        clock.until(began + timedelta(seconds=event.at_s))
        events.append(event)
        record(event)

    keep = image_keeper_for(episode_id, store, clock)
    keeper = LogKeeper(permit_for(episode_id, store, policies, clock))
    session = Session(
        setting_for(room.case, causes, order, procedure_id, room.rows),
        seed=seed,
        permit=keeper.permit,
        keep_image=lambda frame: keep(*encode(frame)),
        on_event=on_event,
    )
    session.start()
    plan = room.case.plan(order.side, order.target)
    operator = VirtualOperator(
        session,
        plan,
        room.case.body,
        order.side,
        order.recipe,
        causes.operator.first_aim_error_mm,
        np.random.default_rng([seed, *b"operator"]),
        keeper.commands.append,
        under_way.say,
    )
    performance = operator.perform()
    write_truth(room.truth_folder, session.truth)
    return ProcedureRun(
        procedure_id,
        plan,
        performance,
        keeper.log(procedure_id, seed, {**room.made_from, "order": str(number)}),
        tuple(events),
        session.truth,
        expected_path(keeper.commands, events, room.case.body),
    )


def expected_path(
    commands: Sequence[Command], events: Sequence[Event], body: Body
) -> tuple[tuple[float, float, float], ...]:
    """Where the needle was sent, skin to tip, at the last contrast or drug, with the bend expected of such a needle
    in the layers that the CT shows.

    From record and CT alone; where it truly went is the simulator's. Empty when nothing was injected through the needle.
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
            path = bent_path(needle_by_code(needle), entry, direction, clock, depth, body=body)
            line = tuple((float(x), float(y), float(z)) for x, y, z in path)
    return line
