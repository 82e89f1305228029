"""Half-filled forms, kept on the server and readable only with the key in the browser's cookie.

A draft is encrypted with a key made from the cookie's token; the file's name is a hash of the token. Without the cookie
nobody reads it, this server included. It is gone once it is sent, taken back or a day old.
"""

import hashlib
import json
import os
import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sijoint.web.errors import TooLarge
from sijoint.web.site import Site

LIFE = timedelta(days=1)
MOST_BYTES = 32 << 10
MOST_DRAFTS = 2000  # the oldest go first: a flood of them costs a disk 64 MB and no more
NONCE = 12


class Drafts:
    """The drafts of one site; every act is safe beside others."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder, self._clock = folder, clock
        self._lock = threading.Lock()

    def read(self, token: str) -> dict[str, Any] | None:
        """None where there is none any more."""
        try:
            sealed = self._path(token).read_bytes()
            written = json.loads(AESGCM(_key(token)).decrypt(sealed[:NONCE], sealed[NONCE:], None))
        except (OSError, InvalidTag, ValueError):
            return None
        if datetime.fromisoformat(written["at"]) + LIFE <= self._clock():
            self.forget(token)
            return None
        return dict(written["draft"])

    def keep(self, token: str, draft: dict[str, Any]) -> None:
        """Raises TooLarge; what was kept before then stays."""
        plain = json.dumps({"at": self._clock().isoformat(), "draft": draft}).encode()
        if len(plain) > MOST_BYTES:
            raise TooLarge(MOST_BYTES / (1 << 20))
        nonce = secrets.token_bytes(NONCE)
        with self._lock:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            path = self._path(token)
            fresh = not path.exists()
            beside = path.with_suffix(".new")
            beside.write_bytes(nonce + AESGCM(_key(token)).encrypt(nonce, plain, None))
            beside.chmod(0o600)
            os.replace(beside, path)
            if fresh:
                self._sweep()

    def forget(self, token: str) -> None:
        self._path(token).unlink(missing_ok=True)

    def _path(self, token: str) -> Path:
        return self._folder / f"{hashlib.sha256(b'name' + token.encode()).hexdigest()}.draft"

    def _sweep(self) -> None:
        """Drafts that are over, and the oldest of too many: files are as old as the one just written says."""
        files = sorted(self._folder.glob("*.draft"), key=lambda one: one.stat().st_mtime)
        newest = files[-1].stat().st_mtime
        over = [one for one in files if one.stat().st_mtime < newest - LIFE.total_seconds()]
        for one in {*over, *files[: max(0, len(files) - MOST_DRAFTS)]}:
            one.unlink(missing_ok=True)


def drafts_of(site: Site) -> Drafts:
    found = site.kept.setdefault("drafts", Drafts(site.data / "drafts", site.clock))
    assert isinstance(found, Drafts)
    return found


def new_token() -> str:
    return secrets.token_urlsafe(32)


def _key(token: str) -> bytes:
    return hashlib.sha256(b"key" + token.encode()).digest()
