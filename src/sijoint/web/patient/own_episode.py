"""The record of whoever is signed in as a patient; that of anybody else is not there."""

from dataclasses import dataclass

from sijoint.model import Episode, Patient, Person
from sijoint.records import Purpose
from sijoint.web.errors import NotHere
from sijoint.web.site import Site


@dataclass(frozen=True)
class OwnRecord:
    """``episodes`` in the order in which they were asked for; the last one is the current one."""

    patient: Patient
    episodes: tuple[Episode, ...]

    @property
    def current(self) -> Episode:
        return self.episodes[-1]

    @property
    def with_diary(self) -> Episode:
        """The newest episode whose diary has begun, else the current one."""
        begun = (one for one in reversed(self.episodes) if any(session.prompts for session in one.sessions))
        return next(begun, self.current)


def own_record(site: Site, person: Person) -> OwnRecord | None:
    """One look at the own record, on the record; None where the person has none yet."""
    own = [one.id for one in site.store.headers() if one.patient_id == person.patient_id]
    if not own:
        return None
    with site.store.read_as(person.code, Purpose.OWN_RECORD, site.clock()) as viewing:
        episodes = sorted((viewing.episode(one) for one in own), key=lambda one: one.request.at)
        record = OwnRecord(viewing.patient(episodes[0].patient_id), tuple(episodes))
    return record


def require_own_record(site: Site, person: Person) -> OwnRecord:
    """Raises NotHere where there is none."""
    record = own_record(site, person)
    if record is None:
        raise NotHere
    return record
