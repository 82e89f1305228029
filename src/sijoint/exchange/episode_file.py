"""``episode.json``: one whole episode as a file, with what made it. Its schema is printed by ``sij schema episode``."""

import json
from dataclasses import dataclass, field

from sijoint.model import Episode, Patient, StoreKind
from sijoint.model.wire import from_wire_text, to_wire

EPISODE_SCHEMA_VERSION = "1"


@dataclass(frozen=True)
class MadeBy:
    """What wrote the file: versions, kernel and seed, so that it can be made again."""

    sijoint: str
    python: str
    kernel: str
    seed: int | None = None
    scenario: str = ""


@dataclass(frozen=True)
class EpisodeFile:
    store_kind: StoreKind
    patient: Patient
    episode: Episode
    made_by: MadeBy
    modelled: tuple[str, ...] = ()  # what is modelled, assumed or synthetic in it
    schema_version: str = field(default=EPISODE_SCHEMA_VERSION)


def episode_text(file: EpisodeFile) -> str:
    """The file's text; the same facts give the same bytes."""
    return json.dumps(to_wire(file), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read_episode_text(text: str) -> EpisodeFile:
    """Raises UnreadableRecord, which names the first field that does not fit and never its value."""
    return from_wire_text(EpisodeFile, text)
