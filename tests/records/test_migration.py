"""An older store comes to this program's form whole or not at all, and its chain goes on."""

from dataclasses import asdict

import pytest
from small_clinic import NOON, change, create_engine_of, filled_store, tampering
from sqlalchemy import inspect

import servers
from sijoint.records import StoreRefused, Tag, open_store, place_of, verify
from sijoint.records.engine import engine_for
from sijoint.records.guards import guard, guard_names, unguard
from sijoint.records.migrate import migrate, upgrade
from sijoint.records.schema import NEWEST, REVISIONS, make_tables


def as_it_was_before(store) -> None:
    """Take from a new store what form 0001 did not have."""
    with tampering(store) as database:
        for name in ("access", "diary_link", "legal_step", "person", "web_session", "alembic_version"):
            database.execute(
                f"DROP TABLE {name} CASCADE" if store.path != store.place.database else f"DROP TABLE {name}"
            )


def shape(address: str) -> dict[str, object]:
    with engine_for(place_of(address)).connect() as connection:
        found = inspect(connection)
        return {
            table: {
                "columns": {one["name"]: (str(one["type"]), one["nullable"]) for one in found.get_columns(table)},
                "key": found.get_pk_constraint(table)["constrained_columns"],
                "foreign": sorted(
                    (one["constrained_columns"], one["referred_table"], str(one["options"]))
                    for one in found.get_foreign_keys(table)
                ),
                "indexes": sorted(
                    (one["name"], one["column_names"], bool(one["unique"])) for one in found.get_indexes(table)
                ),
                "unique": sorted(one["column_names"] for one in found.get_unique_constraints(table)),
            }
            for table in found.get_table_names()
        }


def test_the_steps_of_the_migrations_make_the_tables_of_a_new_store(address, tmp_path):
    new = {"sqlite": str(tmp_path / "stepped.db")}.get(engine_name(address)) or servers.new_address(tmp_path)
    for where, make in ((address, make_tables), (new, stepped)):
        with engine_for(place_of(where)).connect().execution_options(writes=True) as connection:
            make(connection)
            connection.commit()
    assert shape(new) == shape(address)


def engine_name(address: str) -> str:
    return engine_for(place_of(address)).dialect.name


def stepped(connection) -> None:
    upgrade(connection)
    guard(connection)


def test_an_older_store_is_refused_until_it_is_migrated_and_then_goes_on(address):
    store = filled_store(address)
    before, episodes = store.ledger(), store.episodes()
    as_it_was_before(store)
    with pytest.raises(StoreRefused, match=f"form {REVISIONS[0]}, this program's is {NEWEST}.*`sij migrate"):
        open_store(address)
    assert migrate(store.place, NOON) == (REVISIONS[0], NEWEST)
    opened = open_store(address)
    assert opened.notes == []
    assert opened.ledger()[:-1] == before
    assert opened.ledger()[-1].tag == Tag.STORE_MIGRATED
    assert opened.episodes() == episodes
    change(opened, "c50")
    assert verify(address).intact, verify(address).sentences
    assert migrate(store.place, NOON) == (NEWEST, NEWEST)
    assert len(open_store(address).ledger()) == len(before) + 2


def test_a_migration_that_fails_leaves_the_store_as_it_was(address, monkeypatch):
    store = filled_store(address)
    as_it_was_before(store)
    before, witness = shape(address), store.place.witness.read_bytes()

    def fail(connection) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sijoint.records.guards.write_steps", fail)
    with pytest.raises(StoreRefused, match="No space left on device"):
        migrate(store.place, NOON)
    assert shape(address) == before
    assert store.place.witness.read_bytes() == witness
    monkeypatch.undo()
    assert migrate(store.place, NOON) == (REVISIONS[0], NEWEST)
    assert verify(address).intact


def test_a_newer_store_is_not_migrated_back(address):
    store = filled_store(address)
    with tampering(store) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreRefused, match="by a newer SIJoint"):
        migrate(store.place, NOON)


def test_every_guard_can_be_taken_away_and_put_back(address):
    store = filled_store(address)
    with create_engine_of(store).begin() as connection:
        unguard(connection)
    (breach,) = verify(address).breaches
    assert f"{len(guard_names(connection.dialect.name)) - 3} more" in breach.text
    with create_engine_of(store).begin() as connection:
        guard(connection)
    assert verify(address).intact
    assert asdict(verify(address))["breaches"] == ()
