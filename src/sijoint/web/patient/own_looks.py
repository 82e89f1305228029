"""Who has looked at the own record, and why: each person once a day, the newest day first."""

from dataclasses import dataclass
from datetime import date, datetime

from sijoint.model import Person
from sijoint.records import Purpose
from sijoint.web.patient.acting import BY_LINK
from sijoint.web.patient.own_episode import OwnRecord
from sijoint.web.site import Site

WHY = {
    Purpose.CARE: "for your treatment",
    Purpose.OWN_RECORD: "your own record",
    Purpose.BILLING: "for the bill",
    Purpose.QUALITY: "to check how well we work",
    Purpose.AUDIT: "to check who looked",
    Purpose.RESEARCH: "for research",
    Purpose.SUPPORT: "to repair the program",
}


@dataclass(frozen=True)
class Look:
    """``on`` None: on a list of the day, where several patients stand."""

    on: date | None
    who: str
    why: str


def looks_at(site: Site, record: OwnRecord, person: Person) -> tuple[Look, ...]:
    """Every look at the person's episodes that the ledger holds."""
    found: dict[Look, None] = {}
    for episode in record.episodes:
        days = {one.line.sequence: _day(site, one.line.at) for one in site.store.story(episode.id)}
        for access in site.store.accesses(episode.id):
            why = WHY[Purpose(access.purpose)] if access.purpose in tuple(Purpose) else access.purpose
            found[Look(days.get(access.sequence), _who(site, access.by, person), why)] = None
    newest_first = sorted(found, key=lambda one: (one.on or date.min, one.who), reverse=True)
    return tuple(newest_first)


def _who(site: Site, code: str, person: Person) -> str:
    if code in (person.code, BY_LINK):
        return "you"
    known = site.people.person(code)
    return f"{known.name}, {known.role}" if known is not None else "the clinic"


def _day(site: Site, at: str) -> date:
    return datetime.fromisoformat(at).astimezone(site.policy.zone).date()
