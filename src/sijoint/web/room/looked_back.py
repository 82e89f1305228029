"""A procedure to look back at: its course, its facts, its truth, and the pelvis that it was done on."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from sijoint.cohort.rehearsal import held_in
from sijoint.model import Person, Procedure, ProcedureKind, StoreKind
from sijoint.report.debrief_measures import debrief_measures
from sijoint.report.procedure_measures import Measure, procedure_measures
from sijoint.report.room_moments import RoomMoment, recorded_moments, room_moments
from sijoint.room.events import Ended
from sijoint.room.recorded import NotBegun, procedure_told
from sijoint.room.room_folder import NoSuchRoom
from sijoint.room.truth import SimulationTruth, read_truth
from sijoint.room.truth_moment import TrueMoment, read_track
from sijoint.web.clinic.visitor import look
from sijoint.web.errors import NotHere
from sijoint.web.room.look_ahead import Asked, LookAhead, asked_in
from sijoint.web.room.registry import RoomListed, choice_in, live_rooms
from sijoint.web.site import Site

SAME_TARGET_MM = 0.5  # within this the plan of a pelvis is the one that the procedure aimed by


@dataclass(frozen=True)
class LookedBack:
    """A procedure that has ended. Nothing in it changes any more; ``images`` is where its images are asked for."""

    by: str
    opened_at: datetime
    words: str
    procedure: Procedure
    moments: tuple[RoomMoment, ...]
    truth: SimulationTruth
    track: tuple[TrueMoment, ...]
    asked: Asked
    plan: int  # from 1
    images: str
    held: tuple[str, ...] = ()  # what the case held, in words

    def aimed_by(self, found: LookAhead | str | None) -> LookAhead | None:
        """The planned pelvis, where its plan is the one that the procedure aimed by."""
        if not isinstance(found, LookAhead) or self.plan > len(found.plans):
            return None
        away = np.linalg.norm(found.plan(self.plan).target_mm - np.asarray(self.truth.target_mm))
        return found if away <= SAME_TARGET_MM else None

    def measures(self, found: LookAhead | None = None) -> tuple[Measure, ...]:
        """What it took, then what only the simulator knows; the angle needs the plan."""
        direction = None if found is None else found.plan(self.plan).direction
        return (*procedure_measures(self.procedure), *debrief_measures(self.truth, self.procedure, direction))


def rehearsal_back(site: Site, person: Person, room_id: str) -> LookedBack:
    """An ended rehearsal that this person may look back at: the one who opened it, and an instructor. Raises NotHere."""
    folder = live_rooms(site).folder(room_id, person)
    about, events, truth = folder.about, folder.events, folder.truth
    if truth is None or not any(isinstance(event, Ended) for event in events):
        raise NotHere
    try:
        procedure = procedure_told(events, about.opened_at)
    except NotBegun:
        raise NotHere from None
    choice = choice_in(about.made_from)
    return LookedBack(
        by=about.by,
        opened_at=about.opened_at,
        words=about.words,
        procedure=procedure,
        moments=room_moments(events),
        truth=truth,
        track=read_track(folder.path / "track.jsonl"),
        asked=asked_in(choice),
        plan=choice.plan + 1,
        images=f"/rooms/{room_id}/images/SHA256.png",
        held=held_in(choice.causes),
    )


def procedure_back(site: Site, person: Person, episode_id: str, number: int) -> LookedBack:
    """The procedure of the ``number``-th session of a virtual patient, read on the record.

    Raises NotHere in a care store, before the end, and where no truth is kept.
    """
    if site.kind is not StoreKind.VIRTUAL:
        raise NotHere
    seen = look(site, person, episode_id).seen
    sessions = () if seen is None else seen.episode.sessions
    procedure = sessions[number - 1].procedure if 1 <= number <= len(sessions) else None
    if procedure is None or procedure.ended_at is None:
        raise NotHere
    asked, plan = Asked("bundled", procedure.side, procedure.target), 1
    track: tuple[TrueMoment, ...] = ()
    truth = read_truth(site.data / "truth", procedure.id)
    if truth is None:
        try:
            folder = live_rooms(site).folder_of_procedure(procedure.id)
        except NoSuchRoom:
            raise NotHere from None
        choice = choice_in(folder.about.made_from)
        asked, plan, truth = asked_in(choice), choice.plan + 1, folder.truth
        track = read_track(folder.path / "track.jsonl")
    if truth is None:
        raise NotHere
    return LookedBack(
        by=procedure.operator,
        opened_at=procedure.started_at,
        words=f"virtual patient, {procedure.side} side, {procedure.target} target",
        procedure=procedure,
        moments=recorded_moments(procedure),
        truth=truth,
        track=track,
        asked=asked,
        plan=plan,
        images=f"/episodes/{episode_id}/images/SHA256",
    )


def practised(site: Site, person: Person) -> tuple[tuple[RoomListed, tuple[Measure, ...]], ...]:
    """What every rehearsal that ended took, of this person or, for an instructor, of everybody; oldest first."""
    kept: dict[str, tuple[Measure, ...]] = site.kept.setdefault("practised", {})  # what has ended changes no more
    found = []
    for listed in live_rooms(site).list(person):
        if listed.kind is ProcedureKind.REHEARSAL and listed.ended:
            if listed.id not in kept:
                try:
                    kept[listed.id] = rehearsal_back(site, person, listed.id).measures()
                except NotHere:
                    continue
            found.append((listed, kept[listed.id]))
    return tuple(sorted(found, key=lambda one: (one[0].opened_at, one[0].id)))
