"""The one refusal of this room, and what a database's own error is told as."""

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

LOCKED = "another program holds the database locked: wait for it or end it, then try again"


class StoreRefused(ValueError):
    """The store cannot be opened or will not keep this; the text says what is wrong and what to do."""


class NotKept(StoreRefused):
    """The store holds no patient, episode or image of this id."""


def told(error: Exception) -> str:
    """A database's or a disk's error as one sentence, without statement or values, which hold patient data."""
    cause = getattr(error, "orig", None) or error
    diagnosis = getattr(cause, "diag", None)  # PostgreSQL's DETAIL quotes the row
    words = (diagnosis.message_primary if diagnosis is not None else None) or str(cause)
    first = (words.strip().splitlines() or [type(cause).__name__])[0]
    if not isinstance(error, SQLAlchemyError):
        return first
    if "database is locked" in first:
        return LOCKED
    if isinstance(error, DBAPIError) and diagnosis is not None and diagnosis.sqlstate is None:
        return f"the database server cannot be reached ({first}): start it, or correct the address"
    return f"the database refused: {first}"
