"""People, sessions and links in the record: versions are only added, and a restored store knows no session."""

from datetime import timedelta

import pytest
from small_clinic import NOON, filled_store, tampering
from sqlalchemy import text

from sijoint.model import Person, Role
from sijoint.records import Account, DiaryLink, Tag, open_store, place_of, verify
from sijoint.records.backup import back_up
from sijoint.records.backups_kept import backups_in, make_backup, try_restore
from sijoint.records.people import account, end_sessions_of, open_session, session_account, sessions_of
from sijoint.records.restore import restore

HASHES = ("aa", "bb", "cc")
LATER = NOON + timedelta(hours=14)


@pytest.fixture
def store(address):
    made = filled_store(address)
    for number, role in enumerate((Role.NURSE, Role.PHYSICIAN)):
        save(made, Account(Person("n-b", "Nurse B", role), number, True, "", "dr-a"))
    return made


def save(store, kept):
    with store.unit_of_work() as work:
        work.save_account(kept)
        work.commit(Tag.PERSON_CHANGED, at=NOON)


def test_the_newest_version_of_an_account_counts_and_the_older_ones_stay(store):
    with store.reading() as connection:
        assert account(connection, "n-b").person.role is Role.PHYSICIAN
        assert connection.execute(text("SELECT count(*) FROM person")).scalar() == 2


def test_an_account_changed_behind_the_ledger_is_found(store):
    with tampering(store) as database:
        database.execute("UPDATE person SET role = 'physician' WHERE version = 0")
    faults = [breach.text for breach in verify(store.place.address).breaches if "person" in breach.text]
    assert any("vouches for was changed" in one for one in faults)


def test_the_database_refuses_to_change_an_account_or_a_link_in_place(store):
    with store.unit_of_work() as work:
        work.save_diary_link(DiaryLink("a-link", "e1", LATER), 0, "dr-a")
        work.commit(Tag.DIARY_LINK_MADE, at=NOON, episode_id="e1")
    for statement in ("UPDATE person SET role = 'auditor'", "UPDATE diary_link SET version = 2"):
        with store.writing_alone() as connection, pytest.raises(Exception, match="only ever added"):
            connection.execute(text(statement))


def test_sessions_end_alone_all_together_or_by_time(store):
    for one in HASHES:
        open_session(store, one, "n-b", NOON, LATER)
    with store.reading() as connection:
        assert session_account(connection, "aa", NOON).person.code == "n-b"
        assert session_account(connection, "aa", LATER) is None
        assert session_account(connection, "zz", NOON) is None
        assert len(sessions_of(connection, "n-b", NOON)) == 3
    assert end_sessions_of(store, "n-b", but="bb") == 2
    with store.reading() as connection:
        assert session_account(connection, "aa", NOON) is None
        assert session_account(connection, "bb", NOON) is not None
    save(store, Account(Person("n-b", "Nurse B", Role.NURSE), 2, False, "", "dr-a"))
    with store.reading() as connection:
        assert session_account(connection, "bb", NOON) is None


def test_a_restored_store_keeps_its_people_and_has_nobody_signed_in(store, tmp_path):
    open_session(store, "aa", "n-b", NOON, LATER)
    assert back_up(store.place, tmp_path / "backup", NOON).intact
    elsewhere = place_of(tmp_path / "restored.db")
    report, _ = restore(tmp_path / "backup", elsewhere, "officer", NOON)
    assert report.intact, report.sentences
    again = open_store(elsewhere.address)
    with again.reading() as connection:
        assert account(connection, "n-b").person.role is Role.PHYSICIAN
        assert session_account(connection, "aa", NOON) is None


def test_backups_say_when_they_were_made_whether_they_verified_and_whether_they_were_tried(store, tmp_path):
    folder = tmp_path / "backups"
    assert backups_in(folder, store.id) == ()
    made = make_backup(store.place, folder, NOON)
    later = make_backup(store.place, folder, LATER)
    assert backups_in(folder, store.id) == (later, made)
    assert (made.intact, made.restores, made.lines) == (True, None, store.ledger_end().sequence)
    tried = try_restore(folder, made, LATER)
    assert (tried.restores, tried.restored_at[:10]) == (True, "2026-03-03")
    assert backups_in(folder, store.id)[1] == tried
    assert backups_in(folder, "another store") == ()


def test_a_backup_whose_report_is_gone_was_verified_by_nobody(store, tmp_path):
    made = make_backup(store.place, tmp_path, NOON)
    (tmp_path / f"{made.name}.report.json").write_text("not json", encoding="utf-8")
    assert backups_in(tmp_path, store.id)[0].intact is None
