"""What answers a room's questions and keeps its reports: a rehearsal's own folder, or the record of an episode."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from sijoint.clinic import image_keeper_for, permit_for, recorder_for
from sijoint.clinic.rehearsal import Rehearsal
from sijoint.fluoroscopy import Frame, decode
from sijoint.model import Recipe, Role
from sijoint.pathway import Policy, SitePolicies
from sijoint.records import Store
from sijoint.room import Action, Permission, PermissionRequest
from sijoint.room.events import Event
from sijoint.room.room_folder import RoomFolder


class Kept(Protocol):
    """Each returns when what it was told is on disk."""

    def again(self) -> None:
        """A log is about to be played again from its start: what it tells a second time is kept once."""

    def permit(self, request: PermissionRequest) -> Permission: ...
    def record(self, event: Event) -> None: ...
    def keep_image(self, content: bytes, sidecar: Mapping[str, Any]) -> str: ...
    def image(self, sha256: str) -> Frame | None: ...
    def gate(self, at_s: float) -> Permission:
        """Whether the drug may be given now."""


class KeptInFolder:
    """A rehearsal: all of it in its folder, nothing in any store."""

    def __init__(self, folder: RoomFolder, recipe: Recipe, policy: Policy, began: datetime) -> None:
        self._folder, self._fresh = folder, lambda: Rehearsal(recipe, policy, began)
        self._rehearsal = self._fresh()  # what the folder holds stays until it is told again

    def again(self) -> None:
        self._folder.forget_events()
        self._rehearsal = self._fresh()

    def permit(self, request: PermissionRequest) -> Permission:
        return self._rehearsal.permit(request)

    def record(self, event: Event) -> None:
        self._rehearsal.record(event)
        self._folder.event(event)

    def keep_image(self, content: bytes, sidecar: Mapping[str, Any]) -> str:
        return self._folder.keep_image(content, sidecar)

    def image(self, sha256: str) -> Frame | None:
        return self._folder.image(sha256)

    def gate(self, at_s: float) -> Permission:
        return self._rehearsal.permit(PermissionRequest(Action.DRUG, self._rehearsal.procedure.id, at_s))


class KeptInEpisode:
    """A performed procedure in a virtual store: answered from stored facts, recorded as it happens."""

    def __init__(
        self,
        episode_id: str,
        procedure_id: str,
        store: Store,
        policies: SitePolicies,
        clock: Callable[[], datetime],
        role_of: Callable[[str], Role | None],
    ) -> None:
        self._episode_id, self._procedure_id, self._store = episode_id, procedure_id, store
        self._new_recorder = lambda: recorder_for(
            episode_id, store, policies, clock, role_of=lambda code: Role.ROOM if code == "room" else role_of(code)
        )
        self.permit = permit_for(episode_id, store, policies, clock)
        self.keep_image = image_keeper_for(episode_id, store, clock)
        self.again()

    def again(self) -> None:
        """The same events from the first on have the same identities: each is recorded once."""
        self._recorder = self._new_recorder()

    def record(self, event: Event) -> None:
        self._recorder(event)

    def image(self, sha256: str) -> Frame | None:
        with self._store.unit_of_work() as work:
            kept = work.image(self._episode_id, sha256)
        return None if kept is None else decode(self._store.images.get(sha256), json.loads(kept.sidecar))

    def gate(self, at_s: float) -> Permission:
        return self.permit(PermissionRequest(Action.DRUG, self._procedure_id, at_s))
