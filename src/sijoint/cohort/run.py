"""One scenario from its causes to its outcome, in a virtual store of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import numpy as np

from sijoint.cohort.case import Case
from sijoint.cohort.clock import START
from sijoint.cohort.course import Course
from sijoint.cohort.in_room import VirtualRoom
from sijoint.cohort.outcome import Comparison, compare
from sijoint.cohort.record import CourseRecord
from sijoint.cohort.scenario import Causes, Scenario
from sijoint.cohort.setting import setting_for
from sijoint.cohort.under_way import EpisodeUnderWay
from sijoint.fluoroscopy import Frame, encode
from sijoint.frames import Side
from sijoint.model import Episode, StoreKind
from sijoint.records import Store, open_store
from sijoint.room.events import Event
from sijoint.room.replay import CommandLog, replay


class NotAVirtualStore(ValueError):
    """Virtual episodes never enter a care store."""


@dataclass(frozen=True, eq=False)
class ScenarioRun:
    record: CourseRecord
    episode: Episode
    comparison: Comparison


def run_scenario(
    scenario: Scenario,
    case: Case,
    store: Store,
    *,
    side: Side,
    seed: int,
    rows: int,
    truth_folder: Path,
    episode_id: str = "episode-1",
    say: Callable[[str], None] = lambda sentence: None,
) -> ScenarioRun:
    """Run the causes, then compare. Raises NotAVirtualStore for a care store."""
    record = run_causes(
        scenario.causes,
        case,
        store,
        side=side,
        seed=seed,
        rows=rows,
        truth_folder=truth_folder,
        episode_id=episode_id,
        made_from={"scenario": scenario.name, "seed": str(seed), "side": side.value, "rows": str(rows)},
        say=say,
    )
    episode = store.episode(episode_id)
    return ScenarioRun(record, episode, compare(scenario.expected, record, episode))


def run_causes(
    causes: Causes,
    case: Case,
    store: Store,
    *,
    side: Side,
    seed: int,
    rows: int,
    truth_folder: Path,
    episode_id: str,
    made_from: dict[str, str],
    say: Callable[[str], None] = lambda sentence: None,
) -> CourseRecord:
    """The course of one virtual episode from its causes alone."""
    if store.kind is not StoreKind.VIRTUAL:
        raise NotAVirtualStore("this is a care store: a virtual episode is only run in a virtual store of its own")
    under_way = EpisodeUnderWay(causes, side, store, seed=seed, episode_id=episode_id, say=say)
    return Course(under_way, VirtualRoom(case, rows, seed, made_from, truth_folder)).run()


def virtual_store(path: Path, seed: int, at: datetime = START) -> Store:
    """A new virtual store. Its time and keys come from the course and the seed, so the same seed gives the same bytes.

    Keys that anyone can derive protect nobody; there is nobody to protect in a virtual store.
    """
    rng = np.random.default_rng([seed, *b"store keys"])
    return open_store(path, kind=StoreKind.VIRTUAL, create=True, secret=rng.bytes, at=at)


def replay_log(log: CommandLog, causes: Causes, case: Case, episode: Episode) -> tuple[Event, ...]:
    """The events of a demo's command log, made again from the same causes. Images are made and hashed, not kept."""
    session = episode.sessions[int(log.made_from["order"])]
    setting = setting_for(case, causes, session.order, log.procedure_id, int(log.made_from["rows"]))

    def hash_only(frame: Frame) -> str:
        return sha256(encode(frame)[0]).hexdigest()

    return replay(setting, log, hash_only)
