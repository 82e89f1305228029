"""The procedure: a session with fluoroscope, needle and syringes, driven by commands, told by events.

A session asks a permission callable, passed in, before every exposure and before every injection; the contrast gate is
that callable's answer for the drug.
"""

from sijoint.room.permission import Action, Permission, PermissionRequest, Permit

__all__ = ["Action", "Permission", "PermissionRequest", "Permit"]
