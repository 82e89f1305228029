"""The people of this site and who of them is signed in where."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime

from sijoint.model import Person, Role
from sijoint.records import Store


class Register:
    """Asked at every request; what it answers is what the store holds now."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock
        self._people: dict[str, Person] = {}
        self._sessions: dict[str, str] = {}

    def add(self, person: Person) -> None:
        self._people[person.code] = person

    def person(self, code: str) -> Person | None:
        return self._people.get(code)

    def role_of(self, code: str) -> Role | None:
        person = self._people.get(code)
        return person.role if person else None

    def open_session(self, code: str) -> str:
        token = secrets.token_urlsafe(32)
        self._sessions[hashlib.sha256(token.encode()).hexdigest()] = code
        return token

    def signed_in(self, token: str) -> Person | None:
        code = self._sessions.get(hashlib.sha256(token.encode()).hexdigest())
        return self._people.get(code) if code else None

    def close_session(self, token: str) -> None:
        self._sessions.pop(hashlib.sha256(token.encode()).hexdigest(), None)
