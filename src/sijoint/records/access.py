"""Who looked at a patient's record, or took it away, and why: on the record like everything else."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sijoint.model import Episode, Patient
from sijoint.records.errors import NotKept, StoreRefused
from sijoint.records.ledger import LedgerLine
from sijoint.records.tags import Tag

if TYPE_CHECKING:
    from sijoint.records.store import Store
    from sijoint.records.unit_of_work import UnitOfWork


class Purpose(StrEnum):
    """Why somebody looks. A closed list: a free text could hold what the ledger must never hold."""

    CARE = "care"
    OWN_RECORD = "own record"
    BILLING = "billing"
    QUALITY = "quality"
    AUDIT = "audit"
    RESEARCH = "research"
    SUPPORT = "technical support"


class ErasureReason(StrEnum):
    PATIENT_ASKED = "patient asked"
    RETENTION_OVER = "retention over"
    ENTERED_IN_ERROR = "entered in error"
    ERASED_BEFORE = "erased before, came back with a backup"


class Viewing:
    """What one person reads at one time; made by ``Store.read_as``, which writes the line."""

    def __init__(self, store: "Store", by: str, purpose: Purpose) -> None:
        if not by.strip():
            raise StoreRefused("a look at a patient's record needs the name of who looks: sign in first")
        self._store, self.by, self.purpose = store, by, purpose
        self.seen: dict[tuple[str, str], None] = {}  # patient and episode, in the order of the first look

    def patient(self, identity: str) -> Patient:
        found = self._store.patient(identity)
        self.seen[identity, ""] = None
        return found

    def episode(self, identity: str, version: int | None = None) -> Episode:
        found = self._store.episode(identity, version)
        self.seen[found.patient_id, identity] = None
        return found

    def image(self, episode_id: str, sha256: str) -> bytes:
        """The bytes of an image of this episode. Raises StoreRefused for one that is not."""
        episode = self._store.episode(episode_id)
        if all(row.sha256 != sha256 for row in self._store.image_rows(episode_id)):
            raise NotKept(f"image {sha256[:12]} is not one of this episode: look at the episode again")
        self.seen[episode.patient_id, episode_id] = None
        return self._store.images.get(sha256)

    def record(self, work: "UnitOfWork", at: datetime) -> LedgerLine:
        for patient_id, episode_id in self.seen:
            work.add_access(self.by, self.purpose, patient_id, episode_id)
        alone = {episode_id for _, episode_id in self.seen}
        return work.commit(Tag.RECORD_READ, at=at, episode_id=alone.pop() if len(alone) == 1 else "")
