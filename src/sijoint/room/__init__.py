"""The procedure: a session with fluoroscope, needle and syringes, driven by commands, told by events.

A session asks a permission callable, passed in, before every exposure and before every injection; the contrast gate is
that callable's answer for the drug.
"""

from sijoint.room.permission import Action, Permission, PermissionRequest, Permit
from sijoint.room.session import Session
from sijoint.room.setting import Setting, SimulationCauses
from sijoint.room.state import ImpossibleCommand

__all__ = [
    "Action",
    "ImpossibleCommand",
    "Permission",
    "PermissionRequest",
    "Permit",
    "Session",
    "Setting",
    "SimulationCauses",
]
