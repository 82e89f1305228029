"""The requests that a person should look at together: found when asked for, never joined by the program."""

from sijoint.pathway import Duplicate, Policy, duplicate_of, same_person
from sijoint.records import Store


def duplicates_of(episode_id: str, store: Store, policy: Policy) -> tuple[Duplicate, ...]:
    """Every open request that may be the same as this episode's, the nearest in time first. Reads every patient once."""
    episode = store.episode(episode_id)
    patient = store.patient(episode.patient_id)
    people = {header.patient_id: store.patient(header.patient_id) for header in store.headers()}
    same = {identity for identity, other in people.items() if same_person(patient, other)}
    others = [store.episode(header.id) for header in store.headers() if header.patient_id in same]
    told = (duplicate_of(episode, patient, other, people[other.patient_id], policy) for other in others)
    found = [one for one in told if one is not None]
    return tuple(sorted(found, key=lambda one: (one.days_apart, one.episode_id)))


def holders_of(episode_id: str, store: Store, policy: Policy) -> tuple[str, ...]:
    """The episodes, by id, that hold this episode's request since somebody joined it to them."""
    near = (store.episode(one.episode_id) for one in duplicates_of(episode_id, store, policy))
    return tuple(one.id for one in near if any(joined.episode_id == episode_id for joined in one.joined_requests))
