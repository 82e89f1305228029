"""Erasing a patient: who may be, and when. What it does to the record stands in ``records.erasure``."""

from datetime import datetime

from sijoint.clinic.situation import CommandRefused
from sijoint.model import EpisodeState
from sijoint.pathway import Policy
from sijoint.records import ErasureReason, LedgerLine, Store, Tag
from sijoint.records.retention import Kept, is_due, kept_since

IN_THE_HOUSE = (
    EpisodeState.SIGNED_IN,
    EpisodeState.TIMED_OUT,
    EpisodeState.IN_PROCEDURE,
    EpisodeState.PROCEDURE_ENDED,
    EpisodeState.RECOVERING,
)


def due_for_erasure(store: Store, policy: Policy, now: datetime) -> tuple[Kept, ...]:
    """Patients about whom nothing has been written for as long as the policy asks, the oldest first."""
    before = _years_before(now, policy.record_retention_years)
    with store.reading() as connection:
        return tuple(kept for kept in kept_since(connection) if is_due(kept, before))


def erase_patient(
    store: Store, patient_id: str, by: str, reason: ErasureReason, policy: Policy, now: datetime
) -> LedgerLine:
    """Delete a patient's rows, pictures and key; the ledger says who did it, when and why, and no longer about whom.

    Raises CommandRefused for a patient who is in the house, or whose time is not over where that is the reason;
    StoreRefused for a patient who is not kept.
    """
    states = {header.state for header in store.headers() if header.patient_id == patient_id}
    if states & set(IN_THE_HOUSE):
        raise CommandRefused("the patient is here today: nothing is erased before discharge")
    if reason is ErasureReason.RETENTION_OVER and not any(
        kept.patient_id == patient_id for kept in due_for_erasure(store, policy, now)
    ):
        raise CommandRefused(
            f"the last entry about this patient is younger than {policy.record_retention_years} years: keep the record, "
            "or give another reason"
        )
    with store.unit_of_work() as work:
        work.erase_patient(patient_id, by, reason)
        return work.commit(Tag.PATIENT_ERASED, at=now)


def _years_before(now: datetime, years: int) -> datetime:
    """The same day years ago; 29 February counts as the day before 1 March."""
    try:
        return now.replace(year=now.year - years)
    except ValueError:
        return now.replace(year=now.year - years, day=28)
