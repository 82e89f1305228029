"""Who gives a command may give it, and who decides on a finding may decide it."""

from sijoint.clinic.commands import ClinicCommand
from sijoint.clinic.situation import CommandRefused, RoleOf
from sijoint.model import Role, Severity
from sijoint.pathway import deciding_roles, roles_for, second_roles


def require_role(command: ClinicCommand, role_of: RoleOf | None) -> None:
    """Raises CommandRefused for somebody unknown or of another role. Without a register of people nobody is held back."""
    if role_of is None:
        return
    _one_of(roles_for(type(command).__name__), role_of(command.by), "give this command")


def require_deciders(severity: Severity, by: str, second: str, role_of: RoleOf | None) -> None:
    """Whoever decides a finding, and the second clinician where one is named. Raises CommandRefused."""
    if role_of is None:
        return
    _one_of(deciding_roles(severity), role_of(by), f"decide a finding of severity {severity}")
    if second.strip():
        _one_of(second_roles(), role_of(second), "stand beside as second clinician")


def _one_of(roles: frozenset[Role], held: Role | None, what: str) -> None:
    if held in roles:
        return
    allowed = " or ".join(str(one) for one in Role if one in roles) or "nobody"
    held_words = f"is {held}" if held else "is not in the register"
    raise CommandRefused(f"to {what} takes {allowed}; whoever asked {held_words}: ask one who may")
