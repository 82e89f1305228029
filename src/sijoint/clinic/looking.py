"""Looking at patients on the record: one episode each time, a list once a day for each patient that stands on it."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sijoint.model import Episode, Patient
from sijoint.records import EpisodeHeader, KeptImage, Purpose, Store


@dataclass(frozen=True)
class Seen:
    """An episode with whose it is and the same patient's other episodes."""

    episode: Episode
    patient: Patient
    others: tuple[Episode, ...]


@dataclass
class Looking:
    """What people look at in one store. A list that renews itself every few seconds is one look at each patient a day.

    What was read is kept by its version, so that a list is as quick as what has changed; nothing is kept of an episode
    that the store no longer holds.
    """

    store: Store
    _episodes: dict[str, Episode] = field(default_factory=dict)
    _patients: dict[str, Patient] = field(default_factory=dict)
    _listed: dict[tuple[str, Purpose, date], set[tuple[str, str]]] = field(default_factory=dict)
    _pictures: dict[date, set[tuple[str, Purpose, str, str]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def at_episode(self, by: str, purpose: Purpose, episode_id: str, at: datetime) -> Seen:
        """One look, one line on the record. Raises StoreRefused."""
        with self.store.read_as(by, purpose, at) as viewing:
            episode = viewing.episode(episode_id)
            patient = viewing.patient(episode.patient_id)
        others = tuple(
            self._episode(one) for one in self.store.headers() if one.patient_id == patient.id and one.id != episode_id
        )
        return Seen(episode, patient, others)

    def at_list(self, by: str, purpose: Purpose, at: datetime, day: date) -> tuple[Seen, ...]:
        """Every episode of the store, on the record once for each person, purpose, patient and day."""
        headers = self.store.headers()
        self._forget_all_but(headers)
        self._put_on_record(by, purpose, at, day, headers)
        episodes = [self._episode(one) for one in headers]
        of_patient: dict[str, list[Episode]] = {}
        for one in episodes:
            of_patient.setdefault(one.patient_id, []).append(one)
        return tuple(
            Seen(
                one,
                self._patient(one.patient_id),
                tuple(other for other in of_patient[one.patient_id] if other.id != one.id),
            )
            for one in episodes
        )

    def at_picture(
        self, by: str, purpose: Purpose, episode_id: str, sha256: str, at: datetime, day: date
    ) -> tuple[bytes, KeptImage]:
        """A picture of an episode with its row, on the record once a day for each person. Raises StoreRefused."""
        looked = (by, purpose, episode_id, sha256)
        with self._lock:
            for old in [one for one in self._pictures if one != day]:
                del self._pictures[old]
            new = looked not in self._pictures.setdefault(day, set())
        if new:
            with self.store.read_as(by, purpose, at) as viewing:
                viewing.image(episode_id, sha256)
            with self._lock:
                self._pictures.setdefault(day, set()).add(looked)
        row = next(one for one in self.store.image_rows(episode_id) if one.sha256 == sha256)
        return self.store.images.get(sha256), row

    def _put_on_record(
        self, by: str, purpose: Purpose, at: datetime, day: date, headers: Iterable[EpisodeHeader]
    ) -> None:
        """Patients who stand on the list for the first time today; a new day begins a new list."""
        with self._lock:
            for old in [one for one in self._listed if one[2] != day]:
                del self._listed[old]
            listed = self._listed.setdefault((by, purpose, day), set())
            new = [one for one in headers if (one.patient_id, one.id) not in listed]
            if not new:
                return
            with self.store.read_as(by, purpose, at) as viewing:
                for one in new:
                    self._episodes[one.id] = viewing.episode(one.id)
                    if one.patient_id not in self._patients:
                        self._patients[one.patient_id] = viewing.patient(one.patient_id)
            listed.update((one.patient_id, one.id) for one in new)

    def _episode(self, header: EpisodeHeader) -> Episode:
        kept = self._episodes.get(header.id)
        if kept is None or kept.version != header.version:
            kept = self._episodes[header.id] = self.store.episode(header.id)
        return kept

    def _patient(self, identity: str) -> Patient:
        kept = self._patients.get(identity)
        if kept is None:
            kept = self._patients[identity] = self.store.patient(identity)
        return kept

    def _forget_all_but(self, headers: tuple[EpisodeHeader, ...]) -> None:
        episodes, patients = {one.id for one in headers}, {one.patient_id for one in headers}
        with self._lock:
            for gone in self._episodes.keys() - episodes:
                del self._episodes[gone]
            for gone in self._patients.keys() - patients:
                del self._patients[gone]
