"""Erasure takes the rows and the key; the chain still verifies, and nothing in it says who it was."""

from datetime import timedelta

import pytest
from small_clinic import NOON, filled_store, keep_image, tampering

from sijoint.records import ErasureReason, Purpose, StoreRefused, Tag, open_store, verify
from sijoint.records.retention import is_due, kept_since


@pytest.fixture
def store(address):
    return filled_store(address)


def erase(store, patient_id: str) -> None:
    with store.unit_of_work() as work:
        work.erase_patient(patient_id, "dr-a", ErasureReason.PATIENT_ASKED)
        work.commit(Tag.PATIENT_ERASED, at=NOON)


def test_after_erasure_the_chain_verifies_and_the_facts_are_gone(store):
    before = store.ledger()
    erase(store, "p1")
    report = verify(store.place.address)
    assert report.intact, report.sentences
    assert any("about erased patients" in note for note in report.notes)
    assert store.ledger()[: len(before)] == before
    assert [one.id for one in store.episodes()] == ["e2"]
    for gone in (lambda: store.patient("p1"), lambda: store.episode("e1")):
        with pytest.raises(StoreRefused):
            gone()
    assert store.commands("e1") == store.image_rows("e1") == ()


def test_no_byte_of_the_patient_is_left_on_disk(tmp_path):
    store = filled_store(tmp_path)
    keep_image(store, b"only the second patient's", 2)
    erase(store, "p1")
    left = b"".join(path.read_bytes() for path in store.path.parent.rglob("*") if path.is_file())
    assert b"reason 0" not in left
    assert b"1960-01-01" not in left
    assert b"an image" not in left
    assert b"1960-01-02" in left
    assert b"only the second patient's" in left


def test_an_image_that_another_patient_shares_stays(store):
    sha256 = keep_image(store, b"an image", 2)
    erase(store, "p1")
    assert store.images.get(sha256) == b"an image"
    assert verify(store.place.address).intact


def test_an_erasure_can_be_told_from_a_removal(store):
    erase(store, "p1")
    line = store.ledger()[-1]
    assert line.tag == "patient:erased"
    assert line.key_id == store.ledger()[1].key_id
    with pytest.raises(StoreRefused, match="no such patient"):
        erase(store, "p1")


def test_the_ledger_holds_nothing_of_a_patient(store):
    told = {"Family", "Given", "1960", "71.5", "reason", "pain", "p1", "p2"}
    for line in store.ledger():
        text = " ".join(
            str(value)
            for name, value in vars(line).items()
            if name not in ("hash", "previous", "digest", "key_id", "store")
        )
        assert not [word for word in told if word in text]


def test_an_erasure_that_a_crash_left_half_done_is_finished_on_opening(store, monkeypatch):
    (image,) = store.images.kept()
    monkeypatch.setattr("sijoint.records.images.ImageStore.remove", lambda self, sha256: None)
    erase(store, "p1")
    monkeypatch.undo()
    assert store.images.kept() == (image,)
    opened = open_store(store.place.address)
    assert opened.images.kept() == ()
    assert verify(store.place.address).intact


def test_an_erasure_that_never_came_to_its_end_takes_no_picture(store, monkeypatch):
    with pytest.raises(ZeroDivisionError), store.unit_of_work() as work:
        work.erase_patient("p1", "dr-a", ErasureReason.PATIENT_ASKED)
        monkeypatch.setattr(work._connection, "commit", lambda: 1 / 0)
        work.commit(Tag.PATIENT_ERASED, at=NOON)
    opened = open_store(store.place.address)
    assert opened.images.kept()
    assert verify(store.place.address).intact
    assert {one.id for one in opened.headers()} == {"e1", "e2"}


def test_who_erased_and_why_stays_and_is_vouched_for(store):
    erase(store, "p1")
    (access,) = store.accesses()
    assert (access.by, access.purpose) == ("dr-a", "patient asked")
    with tampering(store) as database:
        database.execute("UPDATE access SET by = 'dr-b'")
    assert any(breach.line == access.sequence for breach in verify(store.place.address).breaches)


def test_a_patient_is_kept_from_the_last_entry_on_and_looks_do_not_count(store):
    with store.reading() as connection:
        before = kept_since(connection)
    assert [(one.patient_id, one.last_at[:16]) for one in before] == [
        ("p1", "2026-03-02T12:02"),
        ("p2", "2026-03-02T12:02"),
    ]
    with store.read_as("dr-a", Purpose.CARE, NOON + timedelta(days=9)) as view:
        view.patient("p1")
    with store.reading() as connection:
        assert kept_since(connection) == before
    assert is_due(before[0], NOON + timedelta(minutes=3))
    assert not is_due(before[0], NOON + timedelta(minutes=2))
