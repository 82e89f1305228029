"""Where a person may go, by role: one table."""

from dataclasses import dataclass

from sijoint.model import Person, Role
from sijoint.web.roles import CLINICIANS, IN_THE_HOUSE, REHEARSERS, STAFF


@dataclass(frozen=True)
class Place:
    """One entry of the navigation."""

    words: str
    path: str
    roles: tuple[Role, ...]
    also: tuple[str, ...] = ()  # other addresses that belong to it


PLACES = (
    Place("Today", "/today", IN_THE_HOUSE),
    Place("Requests", "/inbox", (*CLINICIANS, Role.FRONT_DESK)),
    Place("Calls", "/calls", (*CLINICIANS, Role.FRONT_DESK)),
    Place("Search", "/search", STAFF),
    Place("Payers", "/payers", (Role.BILLER, Role.FRONT_DESK, Role.PHYSICIAN)),
    Place("Room", "/rooms", REHEARSERS),
    Place("Learn", "/learn", tuple(role for role in Role if role is not Role.ROOM)),
    Place("My record", "/me", (Role.PATIENT,)),
    Place("Audit", "/audit", (Role.AUDITOR, Role.PHYSICIAN)),
)
SITE = Place("Site", "/site", tuple(Role), ("/people", "/backups"))


@dataclass(frozen=True)
class Entry:
    """An entry as a page shows it."""

    words: str
    path: str
    here: bool


def entries_for(person: Person | None, path: str) -> tuple[Entry, ...]:
    """What this person may open; nothing for nobody."""
    if person is None:
        return ()
    places = [place for place in PLACES if person.role in place.roles]
    if person.administers or person.role in (Role.PHYSICIAN, Role.AUDITOR):
        places.append(SITE)
    return tuple(Entry(one.words, one.path, _is_within(path, (one.path, *one.also))) for one in places)


def _is_within(path: str, places: tuple[str, ...]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in places)
