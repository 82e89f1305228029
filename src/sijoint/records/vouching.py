"""What the database holds against what the ledger vouches for: damage, orphans, guards, and the digest of every line."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ForeignKey, Table, select, text
from sqlalchemy.engine import Connection

from sijoint.records import guards, tables
from sijoint.records.chain import Breach, Fault
from sijoint.records.ledger import LedgerLine, keyed_digest
from sijoint.records.tags import Tag


def soundness(connection: Connection, notes: list[str]) -> list[Breach]:
    """The database itself: its file, rows that point nowhere, guards that somebody took away."""
    found = []
    if connection.dialect.name == "sqlite":
        answer = connection.execute(text("PRAGMA integrity_check")).scalars().all()
        if answer != ["ok"]:
            found.append(Breach(Fault.FILE, 0, f"the database file is damaged: {answer[0]}"))
    orphans = {
        table.name
        for table in tables.metadata.sorted_tables
        for key in table.foreign_keys
        if _orphan(connection, table, key)
    }
    found += [
        Breach(Fault.ROW, 0, f"rows of {name} refer to rows that are gone: something was removed")
        for name in sorted(orphans)
    ]
    gone = guards.missing_guards(connection)
    if gone:
        some = ", ".join(gone[:3]) + (f" and {len(gone) - 3} more" if len(gone) > 3 else "")
        found.append(
            Breach(Fault.GUARD, 0, f"guards of the database were taken away ({some}): somebody wrote past them")
        )
    rewritten = guards.rewritten_guards(connection)
    if rewritten:
        some = ", ".join(rewritten[:3]) + (f" and {len(rewritten) - 3} more" if len(rewritten) > 3 else "")
        found.append(
            Breach(Fault.GUARD, 0, f"guards of the database were rewritten ({some}): they no longer hold what they say")
        )
    if not guards.steps_agree(connection):
        notes.append("the database knows other steps between states than this program: opening the store renews them")
    return found


def _orphan(connection: Connection, table: Table, key: ForeignKey) -> bool:
    named = key.column.table.alias("named")
    missing = ~select(named.c[key.column.name]).where(named.c[key.column.name] == key.parent).exists()
    return connection.execute(select(key.parent).select_from(table).where(missing).limit(1)).first() is not None


def unvouched(connection: Connection, lines: Sequence[LedgerLine], store_key: bytes, notes: list[str]) -> list[Breach]:
    """Every line's digest against the rows that name it, as far as their key still exists."""
    keys: dict[str, bytes] = {row.key_id: row.key for row in connection.execute(select(tables.patient_key))}
    erased = {line.key_id for line in lines if line.tag == Tag.PATIENT_ERASED}
    rows = _rows_by_line(connection)
    found, hidden = [], 0
    for line in lines:
        mine = rows.pop(line.sequence, {})
        own = line.tag == Tag.PATIENT_ERASED or not line.key_id  # sealed with the store's key, which stays
        if not own and line.key_id not in keys:
            hidden += 1
            if line.key_id not in erased:
                words = f"the key for line {line.sequence} is gone and no erasure is on record: rows were removed"
                found.append(Breach(Fault.DIGEST, line.sequence, words))
            continue
        if keyed_digest(store_key if own else keys[line.key_id], mine) != line.digest:
            where = ", ".join(sorted(mine)) or "all of its rows are gone"
            words = f"what line {line.sequence} ({line.tag}) vouches for was changed, added to or removed ({where})"
            found.append(Breach(Fault.DIGEST, line.sequence, words))
    for sequence, named in sorted(rows.items()):
        words = f"rows of {', '.join(sorted(named))} name line {sequence}, which the ledger does not have"
        found.append(Breach(Fault.ROW, sequence, words))
    if hidden:
        notes.append(f"{hidden} lines are about erased patients: the chain holds, what they vouched for is gone")
    return found


def _rows_by_line(connection: Connection) -> dict[int, dict[str, list[Mapping[str, Any]]]]:
    by_line: dict[int, dict[str, list[Mapping[str, Any]]]] = {}
    for table in tables.VOUCHED:
        columns = [column for column in table.c if column.name != "key"]
        for row in connection.execute(select(*columns)).mappings():
            by_line.setdefault(row["sequence"], {}).setdefault(table.name, []).append(dict(row))
    return by_line
