"""Who looks at which episode at this site, on the record, and what was told after the last thing done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sijoint.clinic.looking import Looking, Seen
from sijoint.clinic.views import View, view_of
from sijoint.model import Episode, Finding, Patient, Person, Severity
from sijoint.records import StoreRefused
from sijoint.web.clinic.choices import Asked
from sijoint.web.errors import NotHere
from sijoint.web.site import Site


@dataclass(frozen=True)
class Told:
    """What a page says once, after something was done. ``findings`` are those above a note."""

    words: str
    findings: tuple[Finding, ...] = ()
    refused: bool = False


def looking(site: Site) -> Looking:
    """One for the site, so that what was read is kept by its version."""
    kept: Looking = site.kept.setdefault("looking", Looking(site.store))
    return kept


def require_view(person: Person) -> View:
    """Raises NotHere for a role that sees no episode of others."""
    view = view_of(person.role)
    if view is None:
        raise NotHere
    return view


def look(site: Site, person: Person, episode_id: str) -> Asked:
    """One look at an episode, on the record. Raises NotHere."""
    view, now = require_view(person), site.clock()
    try:
        seen = looking(site).at_episode(person.code, view.purpose, episode_id, now)
    except StoreRefused:
        raise NotHere from None
    return Asked(site, seen, person.code, now)


def listed(site: Site, person: Person) -> tuple[Seen, ...]:
    """Every episode, on the record once a day for each patient."""
    now: datetime = site.clock()
    return looking(site).at_list(person.code, require_view(person).purpose, now, site.policy.day(now))


@dataclass(frozen=True)
class Looked:
    episode: Episode
    patient: Patient


def looked_for(site: Site, person: Person, fits: Callable[[Patient, str], bool]) -> tuple[Looked, ...]:
    """Everybody who fits, the newest episode first; whoever fits is looked at, on the record."""
    view, store = require_view(person), site.store
    hits = [one for one in store.headers() if fits(store.patient(one.patient_id), one.id)]
    if not hits:
        return ()
    with store.read_as(person.code, view.purpose, site.clock()) as viewing:
        found = [Looked(viewing.episode(one.id), viewing.patient(one.patient_id)) for one in hits]
    return tuple(sorted(found, key=lambda one: one.episode.request.at, reverse=True))


def tell(site: Site, person: Person, episode_id: str, told: Told) -> None:
    """Kept for the next page of this person on this episode; never in an address."""
    site.kept.setdefault("told", {})[person.code, episode_id] = told


def told_to(site: Site, person: Person, episode_id: str) -> Told | None:
    """What waits to be said, once."""
    told: Told | None = site.kept.setdefault("told", {}).pop((person.code, episode_id), None)
    return told


def above_a_note(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    serious = (one for one in findings if one.severity is not Severity.NOTE)
    return tuple(sorted(serious, key=lambda one: -one.severity.rank))
