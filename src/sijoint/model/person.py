"""Who works or is treated here, as far as a door needs to know."""

from dataclasses import dataclass

from sijoint.model.role import Role


@dataclass(frozen=True)
class Person:
    """``code`` is what commands carry as ``by``; ``patient_id`` is whose record is this person's own.

    ``administers`` says that the person keeps the register of people, beside their role.
    """

    code: str
    name: str
    role: Role
    patient_id: str | None = None
    administers: bool = False
