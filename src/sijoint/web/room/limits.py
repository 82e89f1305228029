"""What one site's live rooms may take: the values of ``limits.toml``, all assumed."""

from dataclasses import dataclass
from importlib import resources
from tomllib import loads


@dataclass(frozen=True)
class Limits:
    rooms: int
    rows: int
    idle_minutes: float
    silent_s: float
    message_bytes: int
    messages_per_s: int
    unread: int
    in_flight: int
    longest_wait_s: float
    start_s: float


LIMITS = Limits(**loads(resources.files("sijoint.web.room").joinpath("limits.toml").read_text(encoding="utf-8")))
