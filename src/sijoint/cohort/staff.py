"""Who acts in a virtual clinic, as the record names them, and in which role."""

from sijoint.model import Role

PATIENT = "patient"
PHYSICIAN = "physician"
NURSE = "nurse"
DESK = "front desk"
OPERATOR = "virtual operator"

REGISTER = {
    PATIENT: Role.PATIENT,
    PHYSICIAN: Role.PHYSICIAN,
    OPERATOR: Role.PHYSICIAN,
    NURSE: Role.NURSE,
    DESK: Role.FRONT_DESK,
    "room": Role.ROOM,
}


def role_of(person: str) -> Role | None:
    """The register of people of a virtual clinic."""
    return REGISTER.get(person)
