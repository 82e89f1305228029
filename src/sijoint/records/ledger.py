"""The ledger line: ids, a tag, a keyed digest of the facts, and the chain of hashes. Never patient data."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785

from sijoint.records.errors import StoreRefused

GENESIS = "0" * 64  # what the first line follows

Rows = Mapping[str, Sequence[Mapping[str, Any]]]  # table name -> its rows, columns as stored


@dataclass(frozen=True)
class LedgerLine:
    """``key_id`` names the patient's key that made ``digest`` ("" the store's own); a key says nothing about who."""

    sequence: int
    at: str
    tag: str
    store: str
    episode: str
    command: str
    key_id: str
    digest: str
    previous: str
    hash: str

    def hash_as(self, sequence: int) -> str:
        """The hash that these contents would have as line ``sequence``."""
        contents = asdict(self) | {"sequence": sequence}
        del contents["hash"]
        return hashlib.sha256(rfc8785.dumps(contents)).hexdigest()

    @property
    def holds(self) -> bool:
        return self.hash == self.hash_as(self.sequence)


def sealed_line(
    sequence: int,
    at: datetime,
    tag: str,
    *,
    store: str,
    episode: str,
    command: str,
    key_id: str,
    digest: str,
    previous: str,
) -> LedgerLine:
    """A line with its own hash."""
    line = LedgerLine(sequence, stamp(at), tag, store, episode, command, key_id, digest, previous, "")
    return LedgerLine(**(asdict(line) | {"hash": line.hash_as(sequence)}))


def stamp(at: datetime) -> str:
    """UTC, to the microsecond. Raises ValueError for a time without a zone."""
    if at.tzinfo is None:
        raise ValueError("a time in the record needs its zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def canonical(plain: Any) -> str:
    """RFC 8785 text of plain JSON. Raises StoreRefused for a number that JSON does not keep exactly."""
    try:
        return rfc8785.dumps(plain).decode()
    except (rfc8785.IntegerDomainError, rfc8785.FloatDomainError):
        raise StoreRefused("a number is too large to be kept exactly: check the numbers and send them again") from None


def keyed_digest(key: bytes, rows: Rows) -> str:
    """HMAC-SHA256 of the rows that a line vouches for, whatever order they were read in.

    Keyed, because a plain hash of a short fact (a pain score, a yes) can be guessed from the ledger alone, also after
    the fact itself has been erased.
    """
    ordered = {
        table: sorted((dict(row) for row in found), key=lambda row: rfc8785.dumps(row))
        for table, found in rows.items()
        if found
    }
    return hmac.new(key, rfc8785.dumps(ordered), hashlib.sha256).hexdigest()
