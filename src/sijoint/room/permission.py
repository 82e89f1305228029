"""The question that the room asks before every exposure and every injection, and the answer that it obeys."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sijoint.model import Finding


class Action(StrEnum):
    EXPOSURE = "exposure"
    SKIN = "skin anaesthetic"
    CONTRAST = "contrast"
    DRUG = "drug"


@dataclass(frozen=True)
class PermissionRequest:
    action: Action
    procedure_id: str
    at_s: float


@dataclass(frozen=True)
class Permission:
    """Allowed, or the findings that say why not. Findings may also accompany an allowed request (reviews, notes)."""

    allowed: bool
    findings: tuple[Finding, ...] = ()


Permit = Callable[[PermissionRequest], Permission]
