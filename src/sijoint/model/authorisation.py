"""What a payer has allowed: a number, its days and its units."""

from dataclasses import dataclass
from datetime import date, datetime

from sijoint.frames.side import Side
from sijoint.model.order import OrderKind


@dataclass(frozen=True)
class Authorisation:
    """``valid_to`` is the last day that counts; ``units`` are sessions; ``side`` and ``kind`` None: any."""

    payer: str
    number: str
    valid_from: date
    valid_to: date
    units: int
    at: datetime
    by: str
    side: Side | None = None
    kind: OrderKind | None = None
