"""An encrypted backup: the folder of a plain one as one file, which nobody reads or alters without its key.

AES-256-GCM over pieces of one mebibyte. Each piece is bound to the header, to its place and to whether it is the last
(the STREAM construction: Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO 2015), so that a piece that was changed, moved
or cut off at the end is noticed. The key is 32 random bytes in a file, or comes from a passphrase by scrypt (RFC 7914).
"""

import json
import os
import secrets
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from sijoint.records.backup import back_up
from sijoint.records.errors import StoreRefused
from sijoint.records.ledger import canonical
from sijoint.records.place import Place
from sijoint.records.verification import VerifyReport
from sijoint.records.witness import sync_folder

MAGIC = b"SIJBACKUP1\n"
PIECE = 1 << 20
TAG = 16  # bytes that AES-GCM adds to a piece
SCRYPT_N, SCRYPT_R, SCRYPT_P = 1 << 17, 8, 1  # 128 MiB for each guess (OWASP password storage, 2023)
SHORTEST = 12  # letters of a passphrase


@dataclass(frozen=True)
class BackupKey:
    """``secret`` is the key itself, or the passphrase that it comes from."""

    secret: bytes
    is_passphrase: bool

    def key(self, salt: bytes) -> bytes:
        if not self.is_passphrase:
            return self.secret
        return Scrypt(salt=salt, length=32, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P).derive(self.secret)


def passphrase(words: str) -> BackupKey:
    """Raises StoreRefused for one that is too short."""
    if len(words) < SHORTEST:
        raise StoreRefused(f"a passphrase has at least {SHORTEST} letters: join a few words that only you would")
    return BackupKey(words.encode(), is_passphrase=True)


def key_file(file: Path, *, make: bool = False) -> BackupKey:
    """The key in a file of 64 hexadecimal digits; ``make`` writes a new one where there is none. Raises StoreRefused."""
    try:
        if make and not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as new:
                new.write(secrets.token_bytes(32).hex() + "\n")
                new.flush()
                os.fsync(new.fileno())
        secret = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        raise StoreRefused(f"{file.name} is not a readable key: it holds 64 hexadecimal digits") from None
    if len(secret) != 32:
        raise StoreRefused(f"{file.name} is not a key of 32 bytes: it holds 64 hexadecimal digits")
    return BackupKey(secret, is_passphrase=False)


def is_sealed(path: Path) -> bool:
    """Whether this is an encrypted backup, not the folder of a plain one."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def back_up_sealed(place: Place, file: Path, at: datetime, key: BackupKey) -> VerifyReport:
    """A backup of a store that may be in use, verified and encrypted. Raises StoreRefused; then there is no such file.

    The plain copy lies beside the store, where the same data lie, until it is encrypted.
    """
    if file.exists():
        raise StoreRefused(f"{file.name} exists already: choose another name for the backup")
    part = file.with_name(f".{file.name}.part")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=place.files.parent) as temporary:
            plain = Path(temporary) / "backup"
            report = back_up(place, plain, at)
            with part.open("wb") as out:
                _seal(plain, out, key)
                os.fsync(out.fileno())
        part.rename(file)
        sync_folder(file.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StoreRefused(f"the backup could not be written ({error.strerror}): nothing of it is left") from error
    return report


@contextmanager
def unsealed(file: Path, key: BackupKey) -> Iterator[Path]:
    """The plain folder of an encrypted backup, gone when the work is done. Raises StoreRefused."""
    with tempfile.TemporaryDirectory(prefix="sij-backup-") as temporary:
        folder = Path(temporary) / file.stem
        folder.mkdir()
        try:
            with file.open("rb") as sealed:
                source = _Opened(sealed, key, file.name)
                # A stream of tarfile asks for reading, or writing, and nothing else.
                with tarfile.open(fileobj=source, mode="r|") as archive:  # type: ignore[call-overload]
                    archive.extractall(folder, filter="data")
                while source.read(PIECE):  # to the last piece, so that a cut end is noticed wherever the archive ends
                    pass
        except (OSError, tarfile.TarError) as error:
            raise StoreRefused(f"{file.name} could not be unpacked: {error}; take another backup") from error
        yield folder


def _seal(folder: Path, out: BinaryIO, key: BackupKey) -> None:
    salt, prefix = secrets.token_bytes(16), secrets.token_bytes(7)
    told = {"key": "passphrase" if key.is_passphrase else "file", "salt": salt.hex(), "nonce": prefix.hex()}
    header = MAGIC + canonical(told).encode() + b"\n"
    out.write(header)
    sink = _Sealing(out, AESGCM(key.key(salt)), prefix, header)
    with tarfile.open(fileobj=sink, mode="w|") as archive:  # type: ignore[call-overload]
        for path in sorted(folder.rglob("*")):
            archive.add(path, path.relative_to(folder).as_posix(), recursive=False)
    sink.finish()


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


class _Sealing:
    """What tarfile writes into: whole pieces go out encrypted as soon as more has come."""

    def __init__(self, out: BinaryIO, cipher: AESGCM, prefix: bytes, header: bytes) -> None:
        self._out, self._cipher, self._prefix, self._header = out, cipher, prefix, header
        self._waiting, self._number = bytearray(), 0

    def write(self, content: bytes) -> int:
        self._waiting += content
        while len(self._waiting) > PIECE:
            self._piece(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(content)

    def finish(self) -> None:
        self._piece(bytes(self._waiting), last=True)

    def _piece(self, content: bytes, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._prefix, self._number, last), content, self._header))
        self._number += 1


class _Opened:
    """What tarfile reads from: each piece is handed out only after it proved to be the one that was written."""

    def __init__(self, sealed: BinaryIO, key: BackupKey, name: str) -> None:
        self._sealed, self._name = sealed, name
        header = MAGIC + sealed.readline() if sealed.read(len(MAGIC)) == MAGIC else b""
        try:
            told = json.loads(header[len(MAGIC) :])
            salt, self._prefix = bytes.fromhex(told["salt"]), bytes.fromhex(told["nonce"])
        except (ValueError, KeyError, TypeError):
            raise StoreRefused(f"{name} is no encrypted backup, or its beginning was altered") from None
        if (told.get("key") == "passphrase") != key.is_passphrase:
            kind = "a passphrase" if told.get("key") == "passphrase" else "a key file"
            raise StoreRefused(f"{name} was encrypted with {kind}: give that")
        self._header, self._cipher = header, AESGCM(key.key(salt))
        self._number, self._ready, self._next = 0, b"", self._sealed.read(PIECE + TAG)

    def read(self, size: int) -> bytes:
        while len(self._ready) < size and self._next:
            following = self._sealed.read(PIECE + TAG)
            self._ready += self._opened(self._next, last=not following)
            self._number, self._next = self._number + 1, following
        content, self._ready = self._ready[:size], self._ready[size:]
        return content

    def _opened(self, piece: bytes, last: bool) -> bytes:
        try:
            return self._cipher.decrypt(_nonce(self._prefix, self._number, last), piece, self._header)
        except InvalidTag:
            if self._number == 0:
                raise StoreRefused(f"{self._name} does not open with this key, or was altered") from None
            raise StoreRefused(
                f"{self._name} was altered or cut off after {self._number} MiB: take another backup"
            ) from None
