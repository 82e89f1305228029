"""What the room is given by the clinic: a permission from stored facts, and keepers of events and images."""

from collections.abc import Callable, Mapping
from typing import Any

from sijoint.clinic.commands import RecordRoomEvent
from sijoint.clinic.handle import Clock, handle
from sijoint.clinic.situation import RoleOf
from sijoint.model import Episode, SyringeUse
from sijoint.pathway import (
    Policy,
    SitePolicies,
    allows,
    authorise_drug,
    authorise_exposure,
    authorise_injection,
    found,
    policy_at,
)
from sijoint.records import KeptImage, Store, Tag, canonical
from sijoint.room import Action, Permission, PermissionRequest, Permit
from sijoint.room.events import Event, Started

SYRINGES = {Action.SKIN: SyringeUse.SKIN, Action.CONTRAST: SyringeUse.CONTRAST}


class NotRecorded(ValueError):
    """An event that the record refuses: the room stops, for nothing may happen that is not recorded."""


def permit_for(episode_id: str, store: Store, policy: Policy | SitePolicies, clock: Clock) -> Permit:
    """Answers every request from the facts stored at that moment, never from what the room says of itself."""

    def permit(request: PermissionRequest) -> Permission:
        episode = store.episode(episode_id)
        if not _runs(episode, request.procedure_id):
            return Permission(False, (found("gate.no-procedure"),))
        now = clock()
        today = policy_at(policy, now)
        match request.action:
            case Action.EXPOSURE:
                answer = authorise_exposure(episode, today, now)
            case Action.DRUG:
                answer = authorise_drug(episode, today, now)
            case _:
                answer = authorise_injection(SYRINGES[request.action], episode, today, now)
        return Permission(allows(answer), answer.findings)

    return permit


def recorder_for(
    episode_id: str,
    store: Store,
    policy: Policy | SitePolicies,
    clock: Clock,
    *,
    by: str = "room",
    first: int = 0,
    role_of: RoleOf | None = None,
) -> Callable[[Event], None]:
    """Records each event before it returns. Raises NotRecorded.

    Events are numbered from ``first``, so that the same procedure recorded again gives the same commands, each kept once.
    """
    number = first
    procedure_id = ""

    def record(event: Event) -> None:
        nonlocal number, procedure_id
        if isinstance(event, Started):
            procedure_id = event.procedure_id
        identity = f"{episode_id}/{procedure_id}/{number}"
        number += 1
        command = RecordRoomEvent(id=identity, by=by, episode_id=episode_id, event=event)
        outcome = handle(command, store, policy, clock, role_of)
        if not outcome.accepted:
            raise NotRecorded(f"the record refuses what the room reports: {outcome.refusal}")

    return record


def image_keeper_for(episode_id: str, store: Store, clock: Clock) -> Callable[[bytes, Mapping[str, Any]], str]:
    """Keeps an encoded image and its sidecar (``origin`` in it) and returns its hash; on disk before a row names it."""

    def keep(content: bytes, sidecar: Mapping[str, Any]) -> str:
        sha256 = store.images.keep(content)
        with store.unit_of_work() as work:
            if work.image(episode_id, sha256) is None:
                work.add_image(KeptImage(sha256, episode_id, str(sidecar["origin"]), canonical(dict(sidecar))))
                work.commit(Tag.IMAGE_KEPT, at=clock(), episode_id=episode_id)
        return sha256

    return keep


def _runs(episode: Episode, procedure_id: str) -> bool:
    procedure = episode.sessions[-1].procedure if episode.sessions else None
    return procedure is not None and procedure.id == procedure_id and procedure.ended_at is None
