"""The people of this site and who of them is signed in where.

A browser holds a token of 256 random bits; the store holds its hash. A session ends when somebody signs out, closes the
account or sets a password, and after a shift at the latest; never because nobody clicked for a while, for the operator is
sterile and the nurse has her hands full.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sijoint.clinic.passwords import fits
from sijoint.clinic.people import account, add_person, role_of
from sijoint.model import Person, Role
from sijoint.records import Account, Store, people

SHIFT = timedelta(hours=14)  # the longest day that somebody works, with the way to both ends of it


class Register:
    """Asked at every request; it answers what the store holds now."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    def add(self, person: Person, password: str = "") -> Account:
        """An account made at the machine itself: a site's first one, and those of a demo. Raises CommandRefused."""
        return add_person(self._store, person, by="console", at=self._clock(), password=password, console=True)

    def person(self, code: str) -> Person | None:
        """Somebody who may sign in now."""
        found = account(self._store, code)
        return found.person if found is not None and found.active else None

    def everybody(self) -> tuple[Person, ...]:
        """Everybody who is active, by name."""
        with self._store.reading() as connection:
            active = [one.person for one in people.accounts(connection) if one.active]
        return tuple(sorted(active, key=lambda one: one.name))

    def role_of(self, code: str) -> Role | None:
        return role_of(self._store, code)

    def knows(self, code: str, password: str) -> Person | None:
        """Who signs in with this code and password; takes as long for a code that nobody has."""
        found = account(self._store, code)
        right = fits(found.password if found is not None and found.active else "", password)
        return found.person if found is not None and right else None

    def open_session(self, code: str) -> str:
        """A new token; the only copy goes to the browser."""
        token, now = secrets.token_urlsafe(32), self._clock()
        people.open_session(self._store, _hash(token), code, now, now + SHIFT)
        return token

    def signed_in(self, token: str) -> Person | None:
        with self._store.reading() as connection:
            found = people.session_account(connection, _hash(token), self._clock())
        return found.person if found is not None else None

    def close_session(self, token: str) -> None:
        people.end_session(self._store, _hash(token))

    def close_others(self, code: str, token: str) -> int:
        """End all sessions of a person but this browser's."""
        return people.end_sessions_of(self._store, code, _hash(token))

    def sessions(self, code: str) -> tuple[datetime, ...]:
        """When each session of a person that still lasts was opened."""
        with self._store.reading() as connection:
            return people.sessions_of(connection, code, self._clock())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
