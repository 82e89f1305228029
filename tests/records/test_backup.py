"""A backup of a store in use is itself a store that verifies, and comes back on either engine."""

import shutil
from threading import Thread

import pytest
from small_clinic import NOON, change, filled_store, keep_image

import servers
from sijoint.records import ErasureReason, StoreRefused, Tag, open_store, place_of, verify
from sijoint.records.backup import DATABASE, back_up, read_manifest
from sijoint.records.restore import rehearse_restore, restore


@pytest.fixture
def store(address):
    return filled_store(address)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.peer("postgresql"))])
def elsewhere(request, tmp_path) -> str:
    (tmp_path / "elsewhere").mkdir()
    if request.param == "sqlite":
        return str(tmp_path / "elsewhere" / "restored.db")
    return servers.new_address(tmp_path / "elsewhere")


def test_a_backup_comes_back_on_either_engine_and_goes_on(store, elsewhere, tmp_path):
    report = back_up(store.place, tmp_path / "backup", NOON)
    assert report.intact, report.sentences
    restored, forgotten = restore(tmp_path / "backup", place_of(elsewhere), "officer", NOON)
    assert restored.intact, restored.sentences
    assert forgotten == 0
    again = open_store(elsewhere)
    assert again.notes == []
    assert again.ledger()[:-1] == store.ledger()
    assert again.ledger()[-1].tag == Tag.STORE_RESTORED
    assert again.episodes() == store.episodes()
    assert again.images.kept() == store.images.kept()
    change(again, "c50")
    assert verify(elsewhere).intact


def test_a_backup_taken_while_others_write_is_of_one_moment(store, tmp_path):
    def write() -> None:
        for number in range(40):
            change(store, f"w{number}")
            keep_image(store, f"image {number}".encode())

    writer = Thread(target=write)
    writer.start()
    reports = [back_up(store.place, tmp_path / f"backup-{number}", NOON) for number in range(4)]
    writer.join()
    assert all(report.intact for report in reports), [report.sentences for report in reports]
    assert reports[0].lines <= reports[-1].lines <= len(store.ledger())
    assert verify(store.place.address).intact


def test_a_rehearsal_leaves_nothing_but_its_word(store, tmp_path):
    back_up(store.place, tmp_path / "backup", NOON)
    before = sorted(path.name for path in tmp_path.iterdir())
    assert rehearse_restore(tmp_path / "backup", NOON).intact
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert rehearse_restore(tmp_path / "backup", NOON).intact


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda backup: (backup / DATABASE).write_bytes(b"x"), "store.db is not the file that was backed up"),
        (lambda backup: next(backup.glob("*/*.png")).unlink(), "is missing in the backup"),
        (lambda backup: next(backup.glob("*/*.png")).write_bytes(b"x"), "is not the file that was backed up"),
        (lambda backup: (backup / "store.db.witness").unlink(), "is missing in the backup"),
        (lambda backup: (backup / "manifest.json").unlink(), "is not a backup"),
        (lambda backup: (backup / "manifest.json").write_text("{}", encoding="utf-8"), "cannot be read"),
        (lambda backup: (backup / "more").write_text("", encoding="utf-8"), "is not the file that was backed up"),
    ],
)
def test_a_damaged_backup_is_refused_and_nothing_is_made(tmp_path, damage, sentence):
    store = filled_store(tmp_path)
    backup = tmp_path / "backup"
    back_up(store.place, backup, NOON)
    damage(backup)
    with pytest.raises(StoreRefused, match=sentence):
        restore(backup, place_of(tmp_path / "new.db"), "officer", NOON)
    assert not list(tmp_path.glob("new*"))


def test_nothing_is_written_over(store, elsewhere, tmp_path):
    back_up(store.place, tmp_path / "backup", NOON)
    with pytest.raises(StoreRefused, match="exists already: choose another name"):
        back_up(store.place, tmp_path / "backup", NOON)
    restore(tmp_path / "backup", place_of(elsewhere), "officer", NOON)
    with pytest.raises(StoreRefused, match="exists already: restore to another name"):
        restore(tmp_path / "backup", place_of(elsewhere), "officer", NOON)
    assert verify(elsewhere).intact


def test_a_full_disk_leaves_no_half_of_a_backup(store, tmp_path, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreRefused, match=r"No space left on device.*nothing of it is left"):
        back_up(store.place, tmp_path / "backup", NOON)
    assert not list(tmp_path.glob("*backup*"))


def test_a_store_that_was_altered_is_kept_and_told(store, tmp_path):
    next(store.images.folder.glob("*.png")).write_bytes(b"another image")
    report = back_up(store.place, tmp_path / "backup", NOON)
    assert not report.intact
    with pytest.raises(StoreRefused, match="does not verify"):
        restore(tmp_path / "backup", place_of(tmp_path / "new.db"), "officer", NOON)
    assert read_manifest(tmp_path / "backup").lines == 10


def test_who_was_erased_after_the_backup_is_forgotten_again(store, elsewhere, tmp_path):
    back_up(store.place, tmp_path / "backup", NOON)
    with store.unit_of_work() as work:
        work.erase_patient("p1", "officer", ErasureReason.PATIENT_ASKED)
        work.commit(Tag.PATIENT_ERASED, at=NOON)
    saved = shutil.copy(store.place.erasures, tmp_path / "erasures-kept-elsewhere")
    report, forgotten = restore(tmp_path / "backup", place_of(elsewhere), "officer", NOON, saved)
    assert report.intact, report.sentences
    assert forgotten == 1
    again = open_store(elsewhere)
    assert [one.id for one in again.headers()] == ["e2"]
    assert again.images.kept() == ()
    assert again.accesses()[-1].purpose == ErasureReason.ERASED_BEFORE
