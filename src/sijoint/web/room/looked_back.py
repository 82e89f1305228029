"""A procedure to look back at: its course, its facts, its truth, and the pelvis that it was done on."""

from dataclasses import dataclass
from functools import cached_property

from sijoint.fluoroscopy import Frame
from sijoint.model import Person, Procedure, ProcedureKind
from sijoint.report.debrief_measures import debrief_measures
from sijoint.report.procedure_measures import Measure, procedure_measures
from sijoint.report.room_moments import RoomMoment, room_moments
from sijoint.room.events import Ended
from sijoint.room.recorded import NotBegun, procedure_told
from sijoint.room.room_folder import RoomFolder
from sijoint.room.truth import SimulationTruth
from sijoint.room.truth_moment import TrueMoment, read_track
from sijoint.web.errors import NotHere
from sijoint.web.room.look_ahead import Asked, LookAhead, asked_in
from sijoint.web.room.registry import RoomListed, choice_in, live_rooms
from sijoint.web.site import Site


@dataclass(frozen=True)
class LookedBack:
    """A rehearsal that has ended, out of its folder. Nothing in it changes any more."""

    folder: RoomFolder
    by: str
    procedure: Procedure
    moments: tuple[RoomMoment, ...]
    truth: SimulationTruth
    asked: Asked
    plan: int  # from 1

    @cached_property
    def track(self) -> tuple[TrueMoment, ...]:
        return read_track(self.folder.path / "track.jsonl")

    def measures(self, found: LookAhead | None = None) -> tuple[Measure, ...]:
        """What it took, then what only the simulator knows; the angle needs the plan."""
        direction = None if found is None else found.plan(self.plan).direction
        return (*procedure_measures(self.procedure), *debrief_measures(self.truth, self.procedure, direction))

    def frame(self, sha256: str) -> Frame:
        """A stored image. Raises NotHere."""
        frame = self.folder.image(sha256)
        if frame is None:
            raise NotHere
        return frame


def looked_back(site: Site, person: Person, room_id: str) -> LookedBack:
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
    return LookedBack(folder, about.by, procedure, room_moments(events), truth, asked_in(choice), choice.plan + 1)


def practised(site: Site, person: Person) -> tuple[tuple[RoomListed, LookedBack], ...]:
    """Every rehearsal that ended, of this person or, for an instructor, of everybody; oldest first."""
    found = []
    for listed in live_rooms(site).list(person):
        if listed.kind is ProcedureKind.REHEARSAL and listed.ended:
            kept = site.kept.setdefault("looked back", {})
            if listed.id not in kept:
                try:
                    kept[listed.id] = looked_back(site, person, listed.id)
                except NotHere:
                    continue
            found.append((listed, kept[listed.id]))
    return tuple(sorted(found, key=lambda one: (one[0].opened_at, one[0].id)))
