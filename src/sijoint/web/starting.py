"""What a site must have before it opens: a secret of its own, TLS where others can reach it, and somebody who can sign in."""

import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sijoint.clinic.people import accounts
from sijoint.model import StoreKind
from sijoint.records import Store
from sijoint.web.site import LOCAL_HOSTS

VARIABLE = "SIJ_SECRET"
SHORTEST_SECRET = 32
EXAMPLES = ("changeme", "secret", "default", "example", "password", "insecure", "test")


class NotSafeToStart(ValueError):
    """The site would be open to somebody who should not get in; the text says what to do."""


@dataclass(frozen=True)
class Opening:
    """Where a site listens and by which names it is called. ``tls_name`` is the name of the TLS proxy before it, "" for none."""

    host: str = "127.0.0.1"
    port: int = 8000
    tls_name: str = ""
    trusted_proxy: str = "127.0.0.1"

    @property
    def secure(self) -> bool:
        return bool(self.tls_name)

    @property
    def hosts(self) -> frozenset[str]:
        return LOCAL_HOSTS | ({self.tls_name} if self.tls_name else frozenset())

    @property
    def address(self) -> str:
        """What a person types into the browser."""
        if self.tls_name:
            return f"https://{self.tls_name}"
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def is_public(host: str) -> bool:
    """Whether another machine could reach this address."""
    if host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True


def secret_for(store_files: Path, environment: Mapping[str, str] = os.environ) -> bytes:
    """The site's secret: from SIJ_SECRET, else from a file beside the store that is made once, for its owner's eyes alone.

    Raises NotSafeToStart for one that could be guessed.
    """
    given = environment.get(VARIABLE)
    if given is not None:
        _require_unguessable(given)
        return given.encode()
    file = store_files.with_name(store_files.name + ".web-secret")
    try:
        if not file.exists():
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as made:
                made.write(secrets.token_hex(32))
        if file.stat().st_mode & 0o077:
            raise NotSafeToStart(
                f"others can read {file.name}: run chmod 600 on it, or remove it and every link changes"
            )
        kept = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise NotSafeToStart(f"{file.name} cannot be made or read ({error.strerror}): set {VARIABLE} instead") from None
    _require_unguessable(kept)
    return kept.encode()


def require_safe(opening: Opening, *, demo: bool = False) -> None:
    """Raises NotSafeToStart for an address that others reach without TLS, or for a demo that others could enter."""
    if demo and (is_public(opening.host) or opening.tls_name):
        raise NotSafeToStart(
            "the demo signs anybody in without a password: it listens on this machine alone, 127.0.0.1"
        )
    if is_public(opening.host) and not opening.tls_name:
        raise NotSafeToStart(
            f"{opening.host} can be reached from other machines, and passwords and diaries would travel in the clear: "
            "put a TLS proxy before it and name it with --tls-name, or listen on 127.0.0.1"
        )


def require_somebody(store: Store) -> None:
    """Raises NotSafeToStart for a site that nobody could administer."""
    if not has_administrator(store):
        raise NotSafeToStart(
            f"nobody can sign in to {store.place.name} yet: run `sij people add CODE --role physician --administrator --store {store.place.name}`"
        )


def has_administrator(store: Store) -> bool:
    return any(one.active and one.person.administers and one.password for one in accounts(store))


def require_virtual(store: Store) -> None:
    """Raises NotSafeToStart: a demo never opens a store of care."""
    if store.kind is not StoreKind.VIRTUAL:
        raise NotSafeToStart(f"{store.place.name} is a care store, and the demo opens none: name another file")


def _require_unguessable(secret: str) -> None:
    plain = secret.casefold()
    if len(secret) < SHORTEST_SECRET or len(set(secret)) < 10 or any(plain.startswith(one) for one in EXAMPLES):
        raise NotSafeToStart(
            f"the site's secret is short or an example: set {VARIABLE} to {SHORTEST_SECRET} random characters or more, "
            "or unset it and a file with one is made beside the store"
        )
