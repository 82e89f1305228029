"""What the database itself refuses on both engines, whoever sends the statement."""

from contextlib import suppress

import pytest
from small_clinic import change, create_engine_of, filled_store
from sqlalchemy.exc import IntegrityError

from sijoint.model import EpisodeState
from sijoint.pathway import TRANSITIONS
from sijoint.records import Fault, guards, open_store, verify
from sijoint.records.guards import legal_steps

LEGAL = {(before, after) for (before, _), to in TRANSITIONS.items() for after in to}


@pytest.fixture
def store(address):
    return filled_store(address)


def run(store, statement: str) -> None:
    with create_engine_of(store).begin() as database:
        database.exec_driver_sql(statement)


def test_every_step_that_no_rule_allows_is_refused_and_every_other_passes(store):
    """One episode in each state, put there by the owner of the database; then honest statements, each undone."""
    with create_engine_of(store).begin() as database:
        guards.unguard(database)
        for state in EpisodeState:
            database.exec_driver_sql(f"INSERT INTO episode VALUES ('at {state}', 'p1', '{state}', 1)")
        guards.guard(database)
    passed = set()
    with create_engine_of(store).connect() as database:
        for before in EpisodeState:
            for after in EpisodeState:
                move = f"UPDATE episode SET state = '{after}', version = 2 WHERE id = 'at {before}'"
                with suppress(IntegrityError):
                    database.exec_driver_sql(move)
                    passed.add((before, after))
                database.rollback()
    assert passed == LEGAL


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE episode SET state = 'discharged', version = version + 1",
        "UPDATE episode SET version = version + 2",
        "UPDATE episode SET patient_id = 'p2', version = version + 1 WHERE id = 'e1'",
        "INSERT INTO episode VALUES ('e9', 'p1', 'timed out', 0)",
        "INSERT INTO episode VALUES ('e9', 'p1', 'requested', 3)",
        "DELETE FROM ledger",
        "DELETE FROM store",
    ],
)
def test_a_statement_that_the_clinic_cannot_mean_is_refused(store, statement):
    with pytest.raises(IntegrityError):
        run(store, statement)
    assert verify(store.place.address).intact


def test_truncating_is_refused_too(store):
    if store.place.database == store.path:
        pytest.skip("SQLite has no TRUNCATE")
    for table in ("ledger", "episode_part", "command", "patient_key", "episode"):
        with pytest.raises(IntegrityError, match="only ever added"):
            run(store, f"TRUNCATE {table} CASCADE")


def test_guards_that_were_taken_away_are_found(store):
    name = "episode_steps_are_legal"
    run(store, f"DROP TRIGGER {name}" + ("" if store.place.database == store.path else " ON episode"))
    (breach,) = verify(store.place.address).breaches
    assert breach.fault is Fault.GUARD
    assert name in breach.text


def test_a_store_learns_the_steps_of_a_newer_pathway_when_it_is_opened(store):
    run(store, "DELETE FROM legal_step WHERE from_state = 'accepted'")
    assert any("opening the store renews them" in note for note in verify(store.place.address).notes)
    opened = open_store(store.place.address)
    assert opened.ledger()[-1].tag == "steps:renewed"
    change(opened, "c50")
    assert verify(store.place.address).intact
    assert len(legal_steps()) == len(LEGAL)


def on_sqlite(store) -> bool:
    return store.place.database == store.path


def test_a_guard_with_another_body_is_found_and_named(store):
    assert verify(store.place.address).intact
    if on_sqlite(store):
        name = "ledger_no_update"
        run(store, f"DROP TRIGGER {name}")
        run(store, f"CREATE TRIGGER {name} BEFORE UPDATE ON ledger BEGIN SELECT 1; END")
    else:
        name = "sij_only_added"
        signature = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
        run(store, f"{signature} AS 'BEGIN RETURN NEW; END'")
    (breach,) = verify(store.place.address).breaches
    assert breach.fault is Fault.GUARD
    assert f"rewritten ({name})" in breach.text


def test_a_guard_moved_to_another_table_is_found(store):
    name = "patient_no_update"
    if on_sqlite(store):
        run(store, f"DROP TRIGGER {name}")
        refuse = "BEGIN SELECT RAISE(ABORT, 'rows of patient are only ever added'); END"
        run(store, f"CREATE TRIGGER {name} BEFORE UPDATE ON legal_step {refuse}")
    else:
        run(store, f"DROP TRIGGER {name} ON patient")
        does = "FOR EACH ROW EXECUTE FUNCTION sij_only_added()"
        run(store, f"CREATE TRIGGER {name} BEFORE UPDATE ON legal_step {does}")
    (breach,) = verify(store.place.address).breaches
    assert f"rewritten ({name})" in breach.text


def test_a_guard_with_a_condition_that_never_holds_is_found(store):
    name = "episode_begins"
    if on_sqlite(store):
        run(store, f"DROP TRIGGER {name}")
        run(store, f"CREATE TRIGGER {name} BEFORE INSERT ON episode WHEN 0 BEGIN SELECT RAISE(ABORT, 'no'); END")
    else:
        run(store, f"DROP TRIGGER {name} ON episode")
        does = "FOR EACH ROW WHEN (false) EXECUTE FUNCTION sij_episode_begins()"
        run(store, f"CREATE TRIGGER {name} BEFORE INSERT ON episode {does}")
    (breach,) = verify(store.place.address).breaches
    assert f"rewritten ({name})" in breach.text
