"""Whoever acts on these pages acts as the patient: under the code of a login, or under that of the way they came."""

from sijoint.clinic import ClinicCommand, Outcome, handle
from sijoint.model import Person
from sijoint.web.site import Site

# Codes that no person can have, with their roles in clinic/register.toml.
BY_LINK, VISITOR, PRACTICE = "diary link", "visitor", "referring practice"


def acts_as(person: Person | None, otherwise: str) -> str:
    """The code that commands and looks carry."""
    return otherwise if person is None else person.code


def give(site: Site, command: ClinicCommand) -> Outcome:
    """Carry out a command. Raises StoreRefused."""
    return handle(command, site.store, site.policies, site.clock, site.role_of)
