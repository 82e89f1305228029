"""Who may say what a typed medicine or allergy means: a nurse or a physician, and nobody else."""

from sijoint.clinic.situation import CommandRefused, RoleOf
from sijoint.model import Role, ScreeningAnswers

MATCHING = (Role.NURSE, Role.PHYSICIAN)


def require_clinicians(answers: ScreeningAnswers, role_of: RoleOf | None) -> None:
    """Raises CommandRefused where somebody else matched a name or set it aside. Without a register nobody is held back."""
    if role_of is None:
        return
    decided = (one.strip() for medicine in answers.medicines for one in (medicine.accepted_by, medicine.set_aside_by))
    aside = (allergy.set_aside_by.strip() for allergy in answers.allergies)
    if any(person and role_of(person) not in MATCHING for person in (*decided, *aside)):
        raise CommandRefused(
            "what a typed medicine or allergy means is decided by a nurse or a physician: leave it open, and have one decide"
        )
