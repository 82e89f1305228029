"""From a form that was sent to a command of the clinic, and what the clinic answers."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sijoint.clinic import ClinicCommand, Outcome, handle
from sijoint.model.wire import UnreadableRecord, from_wire
from sijoint.records import KeptCommand, Store
from sijoint.web.clinic.actions import Action
from sijoint.web.clinic.adapted import adapted
from sijoint.web.clinic.before import on_record
from sijoint.web.clinic.choices import Asked
from sijoint.web.clinic.filled_in import Filling, filled_in
from sijoint.web.clinic.reading import Reader
from sijoint.web.clinic.second import PASSWORD
from sijoint.web.forms import COMMAND_ID, Form

SHORT = 12
NO_CONTENTS = (COMMAND_ID, "seen_version", PASSWORD)  # a password leaves no trace in an id


@dataclass(frozen=True)
class Ids:
    """Of one form as it was sent: the same contents sent twice are one command."""

    form: str
    command: str


def ids_of(form: Form, names: tuple[str, ...]) -> Ids:
    """``names`` are those of all fields that were sent."""
    sent = [[name, list(form.all_raw(name))] for name in sorted(names) if name not in NO_CONTENTS]
    digest = hashlib.sha256(json.dumps(sent, ensure_ascii=False).encode()).hexdigest()[:SHORT]
    return Ids(form.command_id, f"{form.command_id}-{digest}")


def command_of(
    action: Action, form: Form, asked: Asked, ids: Ids, episode_id: str, patient_id: str = ""
) -> ClinicCommand | None:
    """The command that the form makes; None where the form has defects, which stand in it."""
    before = on_record(action.name, asked)
    zone = asked.site.policy.zone
    read = Reader(form, asked.by, asked.now, zone, before).read(action.fields)
    read = adapted(action.name, read, form, asked.by, before)
    read = filled_in(action.filled, read, Filling(asked, ids.form, read, patient_id))
    if form.problems:
        return None
    seen = None if action.adds else form.seen_version
    told: dict[str, Any] = {"id": ids.command, "by": asked.by, "episode_id": episode_id, "seen_version": seen, **read}
    try:
        return from_wire(action.command, told)  # type: ignore[no-any-return]
    except UnreadableRecord as unread:
        place, _, _ = str(unread).partition(":")
        form.problem(place, "This cannot be read as it stands: choose from what is offered, or write it again.")
        return None


def carried_out(command: ClinicCommand, asked: Asked) -> Outcome:
    """What the clinic answers; a form that was sent before is answered as the first time."""
    site = asked.site
    kept = kept_as(command.id, command.episode_id, site.store)
    if kept is not None:
        told = json.loads(kept.outcome)
        if told["accepted"]:
            return Outcome(True, site.store.episode(command.episode_id))
    return handle(command, site.store, site.policies, site.clock, site.role_of)


def kept_as(command_id: str, episode_id: str, store: Store) -> KeptCommand | None:
    return next((one for one in store.commands(episode_id) if one.id == command_id), None)


@dataclass(frozen=True)
class Meanwhile:
    """Something that was done while a form stood open."""

    name: str
    by: str
    version: int


def done_since(version: int, episode_id: str, store: Store) -> tuple[Meanwhile, ...]:
    """Every accepted command that made a later version, oldest first."""
    found = []
    for one in store.commands(episode_id):
        told: Mapping[str, Any] = json.loads(one.outcome)
        if told["accepted"] and told["version"] > version:
            found.append(Meanwhile(one.name, json.loads(one.body)["by"], told["version"]))
    return tuple(found)
