"""Passwords: what is taken, and argon2id as it is kept.

Costs are those of RFC 9106 for memory-constrained use (argon2-cffi's default): 64 MiB, three passes. Length before
complexity, and no password that is on everybody's list (NIST SP 800-63B, 5.1.1.2).
"""

from functools import cache
from importlib.resources import files
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from sijoint.clinic.situation import CommandRefused
from sijoint.model import Person

SHORTEST, LONGEST = 12, 200
_hasher = PasswordHasher()
_at_once = BoundedSemaphore(2)  # each takes 64 MiB: a flood of sign-ins waits instead of filling the memory


def hashed(password: str, person: Person) -> str:
    """What is kept of a password. Raises CommandRefused for one that is too short or too easily guessed."""
    _require_good(password, person)
    with _at_once:
        return _hasher.hash(password)


def fits(kept: str, password: str) -> bool:
    """Whether it is this password. Takes as long where nothing is kept, so that an unknown code is not told from a known one."""
    with _at_once:
        try:
            return _hasher.verify(kept or _nobodys(), password[:LONGEST]) and bool(kept)
        except (Argon2Error, InvalidHashError):
            return False


def _require_good(password: str, person: Person) -> None:
    if not SHORTEST <= len(password) <= LONGEST:
        raise CommandRefused(f"a password has {SHORTEST} to {LONGEST} characters: a few words that only you would join")
    plain = password.casefold()
    own = [word for word in (person.code, *person.name.split()) if len(word) > 3]
    left = plain
    for word in sorted({*common_words(), *(word.casefold() for word in own)}, key=len, reverse=True):
        left = left.replace(word, "")
    if len(set(plain)) < 5 or sum(not (one.isdigit() or one.isspace()) for one in left) < 4:
        raise CommandRefused(
            "this password is among the first that somebody would try: join a few words that only you would"
        )


@cache
def common_words() -> tuple[str, ...]:
    """Words of which nearly all guessed passwords are made."""
    text = files("sijoint.clinic").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return tuple(word for word in text.split() if not word.startswith("#"))


@cache
def _nobodys() -> str:
    return _hasher.hash("the password of nobody at all")
