"""The live rooms of a site: opened by a person, found by an id that cannot be guessed, parked when nobody is in them."""

import atexit
import secrets
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sijoint.cohort.rehearsal import RehearsalChoice, causes_named, rehearsed_recipe
from sijoint.fluoroscopy import Frame
from sijoint.model import Person, Procedure, ProcedureKind, Recipe, Role, StoreKind
from sijoint.model.wire import from_wire, to_wire
from sijoint.room.replay import CommandLog
from sijoint.room.room_folder import AboutRoom, NoSuchRoom, RoomFolder, room_folders
from sijoint.web.errors import NotHere, Refused
from sijoint.web.room.kept import Kept, KeptInEpisode, KeptInFolder
from sijoint.web.room.limits import LIMITS
from sijoint.web.room.live_room import LiveRoom
from sijoint.web.room.process import RoomOrder
from sijoint.web.room.room_start import Begin, MakeOrder, spawned
from sijoint.web.room.shared_pictures import RingShape
from sijoint.web.site import Site

REHEARSALS, PERFORMED = "rehearsals", "performed-rooms"
MOST_PICTURES_PER_S = 64
INSTRUCTORS = frozenset({Role.PHYSICIAN})  # may enter the room of another


class TooManyRooms(Refused):
    """As many rooms as this site has are in use."""

    def __init__(self) -> None:
        super().__init__(
            f"All {LIMITS.rooms} rooms of this site are in use: end one, or wait until one is left; nothing was opened."
        )


class NoProcedureHere(Refused):
    """No procedure of this episode can be performed in a simulated room."""


@dataclass(frozen=True)
class RoomListed:
    """A room, running or not. ``by`` is the code of who opened it."""

    id: str
    kind: ProcedureKind
    by: str
    opened_at: datetime
    words: str
    running: bool
    ended: bool


class LiveRooms:
    """One for a site."""

    def __init__(self, site: Site, begin: Begin = spawned) -> None:
        self._site, self._begin = site, begin
        self._lock = threading.Lock()
        self._rooms: dict[str, LiveRoom] = {}
        atexit.register(self.close_all)

    def open_rehearsal(self, person: Person, choice: RehearsalChoice, *, rows: int = LIMITS.rows) -> str:
        """A new rehearsal; its process begins to prepare. Raises TooManyRooms."""
        room_id = secrets.token_urlsafe(12).replace("-", "x").replace("_", "y")
        made_from = _text(choice) | {"rows": str(rows), "room": str(ProcedureKind.REHEARSAL)}
        self._open(self._folder(REHEARSALS, room_id), room_id, f"rehearsal-{room_id}", person, choice, made_from)
        return room_id

    def open_performed(
        self, person: Person, episode_id: str, choice: RehearsalChoice | None = None, *, rows: int = LIMITS.rows
    ) -> str:
        """The procedure that has begun in an episode of a virtual store; the same room as long as it lasts.

        ``choice`` says what the virtual patient is like; side and target are the order's. Raises TooManyRooms, NoProcedureHere.
        """
        site = self._site
        if site.kind is not StoreKind.VIRTUAL:
            raise NoProcedureHere(
                "A simulated C-arm performs procedures in a virtual clinic only; here you may rehearse."
            )
        procedure, _ = self._procedure(episode_id)
        if procedure.virtual_operator:
            raise NoProcedureHere("A virtual operator performs this procedure: nobody's hand can go on with it here.")
        if procedure.operator != person.code:
            raise NoProcedureHere("The room is opened by the operator of the procedure: sign in as the operator.")
        room_id = procedure.id.replace("/", "-")
        folder = self._folder(PERFORMED, room_id)
        if not (folder.path / "about.json").exists():
            known = choice or RehearsalChoice(procedure.side, procedure.target, seed=secrets.randbelow(2**31))
            facts = asdict(known) | {"side": procedure.side, "target": procedure.target}
            fitting = RehearsalChoice(**facts)
            made_from = _text(fitting) | {
                "rows": str(rows), "room": str(ProcedureKind.PERFORMED), "episode": episode_id,
            }  # fmt: skip
            self._open(folder, room_id, procedure.id, person, fitting, made_from)
        else:
            self.room(room_id)
        return room_id

    def get(self, room_id: str, person: Person) -> LiveRoom:
        """A room that this person may be in; one that was parked is not woken by this. Raises NotHere."""
        room = self.room(room_id)
        if room.about.by != person.code and person.role not in INSTRUCTORS:
            raise NotHere
        return room

    def folder(self, room_id: str, person: Person) -> RoomFolder:
        """What a room left behind, for who may be in it; no process is touched. Raises NotHere."""
        for name in (REHEARSALS, PERFORMED):
            folder = self._folder(name, room_id)
            try:
                about = folder.about
            except NoSuchRoom:
                continue
            if about.by == person.code or person.role in INSTRUCTORS:
                return folder
        raise NotHere

    def folder_of_procedure(self, procedure_id: str) -> RoomFolder:
        """The folder of a performed procedure's room. Raises NoSuchRoom."""
        folder = self._folder(PERFORMED, procedure_id.replace("/", "-"))
        folder.about  # noqa: B018  it raises where there is none
        return folder

    def room(self, room_id: str) -> LiveRoom:
        """Raises NotHere."""
        with self._lock:
            if room_id not in self._rooms:
                self._rooms[room_id] = self._found(room_id)
            return self._rooms[room_id]

    def list(self, person: Person) -> tuple[RoomListed, ...]:
        """What this person may look at, newest first."""
        found = []
        for name in (REHEARSALS, PERFORMED):
            for folder in room_folders(self._site.data / name):
                about = folder.about
                if about.by == person.code or person.role in INSTRUCTORS:
                    room = self._rooms.get(about.id)
                    kind = ProcedureKind(about.made_from["room"])
                    running = room is not None and room.running
                    found.append(
                        RoomListed(about.id, kind, about.by, about.opened_at, about.words, running, folder.ended)
                    )
        return tuple(sorted(found, key=lambda one: (one.opened_at, one.id), reverse=True))

    def image(self, room_id: str, sha256: str, person: Person) -> Frame:
        """A kept image of a room. Raises NotHere."""
        frame = self.get(room_id, person).kept.image(sha256)
        if frame is None:
            raise NotHere
        return frame

    def close(self, room_id: str) -> None:
        """End a room's process; its log stays."""
        with self._lock:
            room = self._rooms.get(room_id)
        if room is not None:
            room.park()

    def close_all(self) -> None:
        with self._lock:
            rooms = list(self._rooms.values())
        for room in rooms:
            room.begin_to_close()
        for room in rooms:
            room.park()

    def wake(self, room: LiveRoom) -> None:
        """Start a parked room. Raises TooManyRooms."""
        with self._lock:
            self._refuse_another(room.id)
            room.start()

    def _open(
        self,
        folder: RoomFolder,
        room_id: str,
        procedure_id: str,
        person: Person,
        choice: RehearsalChoice,
        made_from: Mapping[str, str],
    ) -> None:
        with self._lock:
            self._refuse_another(room_id)
            folder.begin(
                AboutRoom(room_id, procedure_id, person.code, self._site.clock(), choice.seed, made_from, choice.words)
            )
            room = self._rooms[room_id] = self._found(room_id)
            room.start()

    def _refuse_another(self, room_id: str) -> None:
        running = [one for one in self._rooms.values() if one.running and one.id != room_id]
        if len(running) < LIMITS.rooms:
            return
        empty = next((one for one in running if one.empty), None)
        if empty is None:
            raise TooManyRooms
        empty.park()

    def _found(self, room_id: str) -> LiveRoom:
        for name in (REHEARSALS, PERFORMED):
            folder = self._folder(name, room_id)
            try:
                about = folder.about
            except NoSuchRoom:
                continue
            since_s = (self._site.clock() - about.opened_at).total_seconds()
            sequence = max(0, int(since_s)) * MOST_PICTURES_PER_S  # never one that a page has seen of this room
            return LiveRoom(
                room_id,
                self._order_of(about),
                folder,
                self._kept_of(folder, about),
                begin=self._begin,
                sequence=sequence,
            )
        raise NotHere

    def _kept_of(self, folder: RoomFolder, about: AboutRoom) -> Kept:
        site, choice = self._site, choice_in(about.made_from)
        episode_id = about.made_from.get("episode")
        if episode_id is None:
            recipe = rehearsed_recipe(causes_named(choice.causes))
            return KeptInFolder(folder, recipe, site.policies.at(about.opened_at), about.opened_at)
        return KeptInEpisode(episode_id, about.procedure_id, site.store, site.policies, site.clock, site.role_of)

    def _order_of(self, about: AboutRoom) -> MakeOrder:
        choice = choice_in(about.made_from)
        kind, site = ProcedureKind(about.made_from["room"]), self._site

        def order(sequence: int, log: CommandLog) -> RoomOrder:
            episode_id = about.made_from.get("episode")
            recipe = rehearsed_recipe(causes_named(choice.causes))
            if episode_id is not None:
                _, recipe = self._procedure(episode_id)
            return RoomOrder(
                choice=choice,
                procedure_id=about.procedure_id,
                kind=kind,
                operator=about.by,
                recipe=recipe,
                contrast_ml=site.policies.at(about.opened_at).contrast_maximum_ml,
                rows=int(about.made_from["rows"]),
                ring=RingShape("", 0),
                sequence=sequence,
                log=log,
            )

        return order

    def _procedure(self, episode_id: str) -> tuple[Procedure, Recipe]:
        """The procedure that has begun, and what is drawn up for it."""
        sessions = self._site.store.episode(episode_id).sessions
        session = sessions[-1] if sessions else None
        if session is None or session.procedure is None:
            raise NoProcedureHere("No procedure has begun here: begin it on the page of the day, then open the room.")
        return session.procedure, session.order.recipe

    def _folder(self, kind: str, room_id: str) -> RoomFolder:
        if not room_id or not all(letter.isalnum() or letter in "-_." for letter in room_id) or room_id.startswith("."):
            raise NotHere
        return RoomFolder(Path(self._site.data) / kind / room_id)


def live_rooms(site: Site) -> LiveRooms:
    """The rooms of a site."""
    if site.rooms is None:
        site.rooms = LiveRooms(site)
    rooms: LiveRooms = site.rooms
    return rooms


def _text(choice: RehearsalChoice) -> dict[str, str]:
    return {name: str(value) for name, value in to_wire(choice).items() if value is not None}


def choice_in(made_from: Mapping[str, str]) -> RehearsalChoice:
    """What a room was opened on, out of ``AboutRoom.made_from``."""
    known = {name: value for name, value in made_from.items() if name in RehearsalChoice.__dataclass_fields__}
    choice: RehearsalChoice = from_wire(RehearsalChoice, known)
    return choice
