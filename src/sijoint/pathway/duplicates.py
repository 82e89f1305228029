"""Requests that may be one: the same person, the same complaint, near in time. A person decides; nothing is joined by itself."""

from dataclasses import dataclass
from unicodedata import combining, normalize

from sijoint.model import AppointmentRequest, BodyZone, Episode, EpisodeState, Patient
from sijoint.pathway.body_map import body_map, sides_marked
from sijoint.pathway.policy import Policy

OVER = (EpisodeState.CLOSED, EpisodeState.DECLINED, EpisodeState.REDIRECTED)


@dataclass(frozen=True)
class Duplicate:
    """Another open request that may be the same one. ``same_person_by`` and ``shared`` say why it is shown."""

    episode_id: str
    same_person_by: str
    shared: tuple[str, ...]
    days_apart: int


def same_person(one: Patient, other: Patient) -> str:
    """How two records are known to be one person: "id", "name and birth date", or "" where nothing says so."""
    if one.id == other.id:
        return "id"
    return "name and birth date" if one.birth_date == other.birth_date and _name(one) == _name(other) else ""


def duplicate_of(
    episode: Episode, patient: Patient, other: Episode, other_patient: Patient, policy: Policy
) -> Duplicate | None:
    """Whether ``other`` may be the same request as ``episode``; one that is over, or of the other side, is not."""
    if other.id == episode.id or other.state in OVER:
        return None
    by = same_person(patient, other_patient)
    shared = _shared(episode.request, other.request)
    apart = abs(other.request.at - episode.request.at).days
    if not by or not shared or apart > policy.duplicate_request_days:
        return None
    return Duplicate(other.id, by, shared, apart)


def _name(patient: Patient) -> tuple[str, ...]:
    """The words of a name without order, case, hyphens and accents: given and family name are often exchanged."""
    spelt = normalize("NFKD", f"{patient.given_name} {patient.family_name}".replace("-", " "))
    return tuple(sorted("".join(letter for letter in spelt if not combining(letter)).casefold().split()))


def _shared(one: AppointmentRequest, other: AppointmentRequest) -> tuple[str, ...]:
    """What both complain of; empty where they name different sides or different places."""
    sides, others = _sides(one), _sides(other)
    if sides and others and not sides & others:
        return ()
    zones = _zones(one) & _zones(other)
    if _zones(one) and _zones(other) and not zones:
        return ()
    same = sorted(str(side) for side in sides & others) + [str(zone) for zone in BodyZone if zone in zones]
    return tuple(same) or ("nothing that tells them apart",)


def _sides(request: AppointmentRequest) -> frozenset[str]:
    if request.bilateral:
        return frozenset({"left", "right"})
    return frozenset({str(request.side)}) if request.side else frozenset(str(one) for one in sides_marked(request))


def _zones(request: AppointmentRequest) -> set[BodyZone]:
    return {*request.zones, *(body_map()[one.region].zone for one in request.areas if one.region in body_map())}
