"""A rehearsal's own procedure: folded from its events as in care, asked by the gate as in care, and kept by no store."""

from datetime import datetime

from sijoint.model import Assessed, Procedure, ProcedureKind, Recipe, SyringeUse
from sijoint.pathway import Policy, allows, rehearse_injection
from sijoint.room.events import Event
from sijoint.room.permission import Action, Permission, PermissionRequest
from sijoint.room.recorded import procedure_told, with_event

SYRINGES = {Action.SKIN: SyringeUse.SKIN, Action.CONTRAST: SyringeUse.CONTRAST, Action.DRUG: SyringeUse.DRUG}


class NoRehearsal(ValueError):
    """A performed procedure, or one that has not begun: it is not answered here."""


class Rehearsal:
    """Answers the room from what happened in this rehearsal alone. Nothing of it enters care."""

    def __init__(self, recipe: Recipe, policy: Policy, began: datetime) -> None:
        self._recipe, self._policy, self._began = recipe, policy, began
        self._procedure: Procedure | None = None

    def record(self, event: Event) -> None:
        """Fold one event. Raises NoRehearsal for the start of a performed procedure, NotBegun before any start."""
        if self._procedure is not None:
            self._procedure = with_event(self._procedure, event)
            return
        procedure = procedure_told([event], self._began)
        if procedure.kind is not ProcedureKind.REHEARSAL:
            raise NoRehearsal("a performed procedure is recorded in its episode, not rehearsed")
        self._procedure = procedure

    def permit(self, request: PermissionRequest) -> Permission:
        """X-rays are always allowed: there is no patient in the beam."""
        if self.procedure.id != request.procedure_id:
            return Permission(False)
        if request.action is Action.EXPOSURE:
            return Permission(True)
        answer = self.gate(SYRINGES[request.action])
        return Permission(allows(answer), answer.findings)

    def gate(self, use: SyringeUse = SyringeUse.DRUG) -> Assessed:
        """What the gate says now."""
        return rehearse_injection(use, self._recipe, self.procedure, self._policy)

    @property
    def procedure(self) -> Procedure:
        """What has happened so far. Raises NoRehearsal before the start."""
        if self._procedure is None:
            raise NoRehearsal("this rehearsal has not begun")
        return self._procedure
