"""The anchor: the ledger's head of a day, signed, one line to be kept where whoever owns the store cannot reach.

A chain alone can be made anew by whoever holds its file and its witness. An anchor that left the house cannot: the line
it names must still be there with the same hash. Ed25519 (RFC 8032) over the line's RFC 8785 text; a stranger needs the
public key alone to check it.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sijoint.records.chain import Breach, Fault
from sijoint.records.errors import StoreRefused
from sijoint.records.ledger import LedgerLine, canonical, stamp
from sijoint.records.witness import sync_folder


@dataclass(frozen=True)
class Anchor:
    """``signer`` is the public key and ``signature`` its word on all the rest, both in hexadecimal digits."""

    store: str
    sequence: int
    head: str
    at: str
    signer: str
    signature: str

    @property
    def text(self) -> bytes:
        told = asdict(self)
        del told["signature"]
        return canonical(told).encode()

    @property
    def holds(self) -> bool:
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.signer))
            key.verify(bytes.fromhex(self.signature), self.text)
        except (InvalidSignature, ValueError):
            return False
        return True


def signing_key(path: Path, *, make: bool = False) -> Ed25519PrivateKey:
    """The key in a file, made on first use when asked to, readable by its owner alone. Raises StoreRefused."""
    try:
        if make and not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(Ed25519PrivateKey.generate().private_bytes_raw().hex() + "\n")
                file.flush()
                os.fsync(file.fileno())
            sync_folder(path.parent)
        if path.stat().st_mode & 0o077:
            raise StoreRefused(f"others may read the signing key {path.name}: run chmod 600 on it, or make a new one")
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text(encoding="ascii").strip()))
    except OSError as error:
        raise StoreRefused(f"the signing key {path.name} cannot be read or made ({error.strerror})") from None
    except ValueError as error:
        if isinstance(error, StoreRefused):
            raise
        raise StoreRefused(f"{path.name} is not a signing key: name the file that `sij anchor` made") from None


def anchored(store: str, head: LedgerLine, at: datetime, key: Ed25519PrivateKey) -> Anchor:
    """The signed word that the ledger ended so at this time."""
    bare = Anchor(store, head.sequence, head.hash, stamp(at), key.public_key().public_bytes_raw().hex(), "")
    return Anchor(**(asdict(bare) | {"signature": key.sign(bare.text).hex()}))


def append_anchor(path: Path, anchor: Anchor) -> None:
    """On disk when this returns. Raises StoreRefused."""
    try:
        with path.open("a", encoding="ascii") as file:
            file.write(canonical(asdict(anchor)) + "\n")
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
    except OSError as error:
        raise StoreRefused(f"the anchor could not be written to {path.name} ({error.strerror})") from None


def read_anchors(path: Path) -> tuple[Anchor, ...]:
    """Raises StoreRefused for a line that is no anchor."""
    found = []
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        raise StoreRefused(f"the anchors {path.name} cannot be read: fetch them from where they are kept") from None
    for number, line in enumerate(lines, 1):
        try:
            anchor = Anchor(**json.loads(line))
            if not isinstance(anchor.sequence, int):
                raise TypeError
        except (ValueError, TypeError):
            raise StoreRefused(f"line {number} of {path.name} is not an anchor: the file was altered") from None
        found.append(anchor)
    return tuple(found)


def check_anchors(
    lines: Sequence[LedgerLine], store: str, anchors: Sequence[Anchor], signer: str
) -> tuple[tuple[Breach, ...], tuple[str, ...]]:
    """Faults, and what the anchors vouch for. ``signer`` is the public key to trust, the first anchor's when ""."""
    trusted = signer or (anchors[0].signer if anchors else "")
    hashes = {line.sequence: line.hash for line in lines}
    found, newest = [], None
    for number, anchor in enumerate(anchors, 1):
        where = f"anchor {number} (line {anchor.sequence}, {anchor.at[:10]})"
        if anchor.signer != trusted:
            found.append(Breach(Fault.ANCHOR, anchor.sequence, f"{where} was signed by another key"))
        elif not anchor.holds:
            found.append(
                Breach(Fault.ANCHOR, anchor.sequence, f"the signature of {where} is not valid: it was altered")
            )
        elif anchor.store != store:
            found.append(Breach(Fault.ANCHOR, anchor.sequence, f"{where} is of another store"))
        elif anchor.sequence not in hashes:
            words = f"line {anchor.sequence} of the ledger is gone: {where} saw it (truncated)"
            found.append(Breach(Fault.TRUNCATED, anchor.sequence, words))
        elif hashes[anchor.sequence] != anchor.head:
            words = f"line {anchor.sequence} of the ledger is not the one that {where} saw: it was rewritten"
            found.append(Breach(Fault.REWRITTEN, anchor.sequence, words))
        else:
            newest = anchor
    if newest is None:
        return tuple(found), ()
    by = f"signed by {trusted[:16]}…" + ("" if signer else " (compare with the key that you were given)")
    return tuple(found), (f"anchored up to line {newest.sequence} on {newest.at[:10]}, {by}",)
