"""What the database itself refuses, on both engines: rewriting the past, skipping a version, a step nobody may take.

They hold against every statement of an honest program and against a slip in a console. Who owns the database can remove
them; ``verify`` says so, and the chain and the witness tell what was done behind them.
"""

from sqlalchemy import delete, insert, select, text
from sqlalchemy.engine import Connection

from sijoint.model import EpisodeState
from sijoint.pathway import TRANSITIONS
from sijoint.records import tables

ONLY_ADDED = ("ledger", "store", "access")  # never changed, never removed
NEVER_CHANGED = (
    "patient_key",
    "patient",
    "episode_part",
    "command",
    "image",
    "person",
    "diary_link",
)  # removed by erasure alone

ONE_VERSION = "an episode changes by one version at a time"
LEGAL_STEP = "an episode does not go from this state to that one"
BEGINNING = "an episode begins as requested, at version 0"


def guard(connection: Connection) -> None:
    """Put every guard in place; the tables are there and have none yet."""
    for statement in _sqlite() if connection.dialect.name == "sqlite" else _postgresql():
        connection.execute(text(statement))


def unguard(connection: Connection) -> None:
    """Take every guard away, for a migration that puts them back in the same transaction."""
    if connection.dialect.name == "postgresql":
        for name in _FUNCTIONS:
            connection.execute(text(f"DROP FUNCTION IF EXISTS {name}() CASCADE"))
    else:
        for name in connection.execute(text(_FOUND["sqlite"])).scalars().all():
            connection.execute(text(f'DROP TRIGGER "{name}"'))


def missing_guards(connection: Connection) -> tuple[str, ...]:
    """Names of guards that are not there, or there and switched off."""
    found = set(connection.execute(text(_FOUND[connection.dialect.name])).scalars())
    return tuple(sorted(set(guard_names(connection.dialect.name)) - found))


def rewritten_guards(connection: Connection) -> tuple[str, ...]:
    """Names of guards that are there and do not do what they should: another body, table, moment or condition."""
    if connection.dialect.name == "sqlite":
        should = {_name(one): one for one in _sqlite()}
        found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        return tuple(sorted(row.name for row in found if row.name in should and row.sql != should[row.name]))
    statements = _postgresql()
    bodies = {_name(one): one.partition("$body$")[2].partition("$body$")[0] for one in statements if "$body$" in one}
    triggers = {_name(one): _plain(one) for one in statements if "$body$" not in one}
    wrong = [
        row.name for row in connection.execute(text(_BODIES)) if row.name in bodies and row.body != bodies[row.name]
    ]
    for row in connection.execute(text(_DEFINED)):
        if row.name in triggers and _plain(row.definition.replace(f"{row.schema}.", "")) != triggers[row.name]:
            wrong.append(row.name)
    return tuple(sorted(wrong))


def _name(statement: str) -> str:
    """The name in ``CREATE TRIGGER name ...`` or ``CREATE FUNCTION name() ...``."""
    return statement.split()[2].partition("(")[0]


def _plain(statement: str) -> str:
    """Without the quotes that the server puts round some names."""
    return statement.replace('"', "")


def guard_names(dialect: str) -> tuple[str, ...]:
    names = [f"{name}_no_{verb}" for name in ONLY_ADDED for verb in ("update", "delete")]
    names += [f"{name}_no_update" for name in NEVER_CHANGED]
    names += ["episode_version_counts", "episode_steps_are_legal", "episode_begins"]
    if dialect == "postgresql":
        names += [f"{name}_no_truncate" for name in (*ONLY_ADDED, *NEVER_CHANGED, "episode")]
    return tuple(names)


def legal_steps() -> frozenset[tuple[str, str]]:
    """Every pair of states, before and after, that some step of the pathway allows."""
    return frozenset((str(before), str(after)) for (before, _), to in TRANSITIONS.items() for after in to)


def steps_agree(connection: Connection) -> bool:
    return {tuple(row) for row in connection.execute(select(tables.legal_step))} == legal_steps()


def write_steps(connection: Connection) -> None:
    """The pathway's own steps, in place of those that the database knew."""
    connection.execute(delete(tables.legal_step))
    rows = [{"from_state": before, "to_state": after} for before, after in sorted(legal_steps())]
    connection.execute(insert(tables.legal_step), rows)


_FOUND = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal AND t.tgenabled = 'O'",
}
_DEFINED = (
    "SELECT t.tgname AS name, pg_get_triggerdef(t.oid) AS definition, current_schema() AS schema FROM pg_trigger t "
    "JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal"
)
_BODIES = "SELECT proname AS name, prosrc AS body FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
_FUNCTIONS = ("sij_only_added", "sij_episode_version_counts", "sij_episode_steps_are_legal", "sij_episode_begins")
_COUNTS = "NEW.version <> OLD.version + 1 OR NEW.id <> OLD.id OR NEW.patient_id <> OLD.patient_id"
_ILLEGAL = "NOT EXISTS (SELECT 1 FROM legal_step s WHERE s.from_state = OLD.state AND s.to_state = NEW.state)"
_NO_BEGINNING = f"NEW.version <> 0 OR NEW.state <> '{EpisodeState.REQUESTED}'"


def _only(name: str) -> str:
    return f"rows of {name} are only ever added"


def _sqlite() -> list[str]:
    def trigger(name: str, when: str, condition: str, sentence: str) -> str:
        return f"CREATE TRIGGER {name} BEFORE {when}{condition} BEGIN SELECT RAISE(ABORT, '{sentence}'); END"

    told = [trigger(f"{name}_no_delete", f"DELETE ON {name}", "", _only(name)) for name in ONLY_ADDED]
    told += [
        trigger(f"{name}_no_update", f"UPDATE ON {name}", "", _only(name)) for name in (*ONLY_ADDED, *NEVER_CHANGED)
    ]
    return [
        *told,
        trigger("episode_version_counts", "UPDATE ON episode", f" WHEN {_COUNTS}", ONE_VERSION),
        trigger("episode_steps_are_legal", "UPDATE ON episode", f" WHEN {_ILLEGAL}", LEGAL_STEP),
        trigger("episode_begins", "INSERT ON episode", f" WHEN {_NO_BEGINNING}", BEGINNING),
    ]


def _postgresql() -> list[str]:
    def trigger(name: str, when: str, function: str, level: str = "ROW") -> str:
        return f"CREATE TRIGGER {name} BEFORE {when} FOR EACH {level} EXECUTE FUNCTION {function}()"

    def function(name: str, body: str) -> str:
        # The schema is fixed when the function is made, or a caller's search_path could lend it another table.
        return (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT "
            f"AS $body$ BEGIN {body} END $body$"
        )

    def refuse(condition: str, sentence: str) -> str:
        code = "USING ERRCODE = 'integrity_constraint_violation'"
        return f"IF {condition} THEN RAISE EXCEPTION '{sentence}' {code}; END IF; RETURN NEW;"

    said = "RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME "
    told = [
        function("sij_only_added", said + "USING ERRCODE = 'integrity_constraint_violation';"),
        function("sij_episode_version_counts", refuse(_COUNTS, ONE_VERSION)),
        function("sij_episode_steps_are_legal", refuse(_ILLEGAL, LEGAL_STEP)),
        function("sij_episode_begins", refuse(_NO_BEGINNING, BEGINNING)),
    ]
    told += [trigger(f"{name}_no_delete", f"DELETE ON {name}", "sij_only_added") for name in ONLY_ADDED]
    for name in (*ONLY_ADDED, *NEVER_CHANGED):
        told.append(trigger(f"{name}_no_update", f"UPDATE ON {name}", "sij_only_added"))
    for name in (*ONLY_ADDED, *NEVER_CHANGED, "episode"):
        told.append(trigger(f"{name}_no_truncate", f"TRUNCATE ON {name}", "sij_only_added", "STATEMENT"))
    return [
        *told,
        trigger("episode_version_counts", "UPDATE ON episode", "sij_episode_version_counts"),
        trigger("episode_steps_are_legal", "UPDATE ON episode", "sij_episode_steps_are_legal"),
        trigger("episode_begins", "INSERT ON episode", "sij_episode_begins"),
    ]
