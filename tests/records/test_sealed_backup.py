"""An encrypted backup: it comes back with its key and with nothing else, and no byte of it can be changed unseen."""

import sqlite3
from datetime import UTC, datetime

import pytest
from small_clinic import filled_store

from sijoint.records import StoreRefused, place_of, sealed_backup
from sijoint.records.restore import rehearse_restore, restore
from sijoint.records.sealed_backup import (
    MAGIC,
    BackupKey,
    back_up_sealed,
    is_sealed,
    key_file,
    passphrase,
    unsealed,
)

AT = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
KEY = BackupKey(bytes(range(32)), is_passphrase=False)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Pieces of a kilobyte, so that a small store has many; and a quick scrypt."""
    monkeypatch.setattr(sealed_backup, "PIECE", 1024)
    monkeypatch.setattr(sealed_backup, "SCRYPT_N", 1 << 4)


@pytest.fixture
def store(address):
    made = filled_store(address)
    made.close()
    return made


@pytest.fixture
def sealed(store, tmp_path):
    file = tmp_path / "monday.sijbackup"
    assert back_up_sealed(store.place, file, AT, KEY).intact
    return file


def test_it_comes_back_with_its_key_and_verifies(sealed, tmp_path):
    with unsealed(sealed, KEY) as folder:
        assert rehearse_restore(folder, AT).intact
        report, forgotten = restore(folder, place_of(str(tmp_path / "again.db")), "officer", AT)
    assert report.intact
    assert forgotten == 0
    assert not folder.exists()


def test_nothing_of_a_patient_is_readable_in_it(sealed):
    content = sealed.read_bytes()
    assert content.startswith(MAGIC)
    for word in (b"SQLite format", b"patient", b"Doe", b"ledger"):
        assert word not in content[200:]


def test_no_plain_copy_is_left_beside_store_or_backup(store, sealed):
    folders = {store.path.parent, sealed.parent}
    assert [one for folder in folders for one in folder.iterdir() if one.name.startswith(".")] == []


def test_the_same_store_twice_is_two_different_files(store, sealed, tmp_path):
    other = tmp_path / "tuesday"
    back_up_sealed(store.place, other, AT, KEY)
    assert other.read_bytes()[100:200] != sealed.read_bytes()[100:200]


def opened(file, key=KEY) -> None:
    with unsealed(file, key) as folder:
        rehearse_restore(folder, AT)


def test_another_key_does_not_open_it(sealed):
    with pytest.raises(StoreRefused, match="does not open with this key"):
        opened(sealed, BackupKey(bytes(32), is_passphrase=False))
    with pytest.raises(StoreRefused, match="was encrypted with a key file: give that"):
        opened(sealed, passphrase("four plums under snow"))


@pytest.mark.parametrize("where", [len(MAGIC) + 20, 400, 5000, -1])
def test_a_changed_byte_is_noticed(sealed, where):
    content = bytearray(sealed.read_bytes())
    content[where] ^= 1
    sealed.write_bytes(content)
    with pytest.raises(StoreRefused):
        opened(sealed)


def pieces(sealed) -> tuple[bytes, list[bytes]]:
    content = sealed.read_bytes()
    header = content[: content.index(b"\n", len(MAGIC)) + 1]
    body, size = content[len(header) :], 1024 + sealed_backup.TAG
    return header, [body[at : at + size] for at in range(0, len(body), size)]


@pytest.mark.parametrize("change", ["cut at a piece", "cut within one", "exchanged", "repeated", "more at the end"])
def test_pieces_cut_off_moved_or_repeated_are_noticed(sealed, change):
    header, found = pieces(sealed)
    assert len(found) > 5
    altered = {
        "cut at a piece": found[:-1],
        "cut within one": [*found[:-2], found[-2][:100]],
        "exchanged": [found[0], found[2], found[1], *found[3:]],
        "repeated": [found[0], found[0], *found[1:]],
        "more at the end": [*found, found[1]],
    }[change]
    sealed.write_bytes(header + b"".join(altered))
    with pytest.raises(StoreRefused, match=r"altered|cut off"):
        opened(sealed)


def test_the_pieces_of_another_backup_do_not_fit(store, sealed, tmp_path):
    other = tmp_path / "tuesday"
    back_up_sealed(store.place, other, AT, KEY)
    header, found = pieces(sealed)
    sealed.write_bytes(header + b"".join([*found[:3], pieces(other)[1][3], *found[4:]]))
    with pytest.raises(StoreRefused, match="altered"):
        opened(sealed)


def test_a_passphrase_opens_what_it_closed(store, tmp_path):
    file = tmp_path / "words"
    back_up_sealed(store.place, file, AT, passphrase("four plums under snow"))
    opened(file, passphrase("four plums under snow"))
    with pytest.raises(StoreRefused, match="does not open"):
        opened(file, passphrase("four plums under rain"))
    with pytest.raises(StoreRefused, match="at least 12 letters"):
        passphrase("short")


def test_a_key_file_is_made_once_for_its_owner_alone(tmp_path):
    file = tmp_path / "backup.key"
    with pytest.raises(StoreRefused, match="not a readable key"):
        key_file(file)
    made = key_file(file, make=True)
    assert key_file(file, make=True) == made == key_file(file)
    assert file.stat().st_mode & 0o077 == 0
    file.write_text("ab" * 16, encoding="ascii")
    with pytest.raises(StoreRefused, match="32 bytes"):
        key_file(file)


def test_nothing_is_written_over(store, sealed):
    before = sealed.read_bytes()
    with pytest.raises(StoreRefused, match="exists already"):
        back_up_sealed(store.place, sealed, AT, KEY)
    assert sealed.read_bytes() == before


def test_a_full_disk_leaves_no_half_of_it(store, tmp_path, monkeypatch):
    def full(self, content, last):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sealed_backup._Sealing, "_piece", full)
    with pytest.raises(StoreRefused, match="No space left on device"):
        back_up_sealed(store.place, tmp_path / "full", AT, KEY)
    assert not list(tmp_path.glob("*full*"))


def test_a_store_and_a_plain_backup_are_not_taken_for_one(store, tmp_path):
    plain = tmp_path / "plain.db"
    sqlite3.connect(plain).close()
    assert not is_sealed(plain)
    assert not is_sealed(tmp_path)
    assert not is_sealed(tmp_path / "nothing")
