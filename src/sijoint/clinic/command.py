"""What every command carries: the client's ``id``, and ``by``, who asks."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ClinicCommand:
    """``seen_version`` is the episode's version that the person had before them; another one now refuses the command."""

    id: str
    by: str
    episode_id: str
    seen_version: int | None = None
