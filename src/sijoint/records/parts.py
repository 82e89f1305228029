"""An episode as parts that change one at a time: the request, one session's consent, one exposure of its procedure.

Only parts that a command changed are written, so the history of each is kept without repeating the rest.
"""

from collections.abc import Mapping
from typing import Any

from sijoint.model import Episode
from sijoint.model.wire import from_wire, to_wire

HEADER = ("id", "patient_id", "version")  # in the episode's own row


def parts_of(episode: Episode) -> dict[str, Any]:
    """Plain JSON by part, such as ``sessions/0/procedure/exposures/3``. Nothing stands for None."""
    plain = {name: value for name, value in to_wire(episode).items() if name not in HEADER}
    parts: dict[str, Any] = {}
    sessions = plain.pop("sessions")
    _split(plain, "", parts)
    for number, session in enumerate(sessions):
        procedure = session.pop("procedure")
        _split(session, f"sessions/{number}/", parts)
        if procedure is not None:
            _split(procedure, f"sessions/{number}/procedure/", parts)
    return parts


def _split(record: Mapping[str, Any], prefix: str, parts: dict[str, Any]) -> None:
    for name, value in record.items():
        if isinstance(value, list):
            parts.update({f"{prefix}{name}/{number}": item for number, item in enumerate(value)})
        elif value is not None:
            parts[f"{prefix}{name}"] = value


def episode_of(identity: str, patient_id: str, version: int, parts: Mapping[str, Any]) -> Episode:
    """The episode that the parts make. Raises UnreadableRecord."""
    plain: dict[str, Any] = {"id": identity, "patient_id": patient_id, "version": version}
    for part, value in parts.items():
        if value is None:
            continue
        place: Any = plain
        *path, last = part.split("/")
        for step in path:
            place = place.setdefault(step, {})
        place[last] = value
    return from_wire(Episode, _lists(plain))


def _lists(value: Any) -> Any:
    """Numbered parts as lists again; leaves of the model never have numbers for names."""
    if not isinstance(value, dict):
        return value
    if value and all(name.isdigit() for name in value):
        return [_lists(value[name]) for name in sorted(value, key=int)]
    return {name: _lists(item) for name, item in value.items()}


def changed_parts(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What differs, with None for a part that is no longer there."""
    gone = dict.fromkeys(name for name, value in before.items() if name not in after and value is not None)
    return gone | {name: value for name, value in after.items() if before.get(name) != value}
