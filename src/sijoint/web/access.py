"""Who may call an endpoint stands in its signature: ``person: Clinician``. A route that says nothing is refused at start.

Nobody signed in is sent to sign in; somebody of another role gets one sentence. What a person may see of a single
patient is asked in the endpoint: who may not know of a thing gets the answer of a thing that is not there
(``errors.NotHere``).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from fastapi.dependencies.models import Dependant
from starlette.requests import HTTPConnection

from sijoint.model import Person, Role
from sijoint.web.errors import MayNot, SignInFirst
from sijoint.web.roles import CLINICIANS, IN_THE_HOUSE, REHEARSERS, STAFF
from sijoint.web.sign_in import person_signed_in
from sijoint.web.site import TheSite


class UndeclaredAccess(RuntimeError):
    """A route whose signature does not say who may call it."""


@dataclass(frozen=True)
class Access:
    """The dependency behind an access type: None of ``roles`` means anybody, signed in or not.

    ``administrators`` come in beside the roles, whatever their own. Where it does not ``look``, nobody is asked who they
    are: for what is the same for all.
    """

    roles: frozenset[Role] | None
    administrators: bool = False
    look: bool = True

    def __call__(self, connection: HTTPConnection, site: TheSite) -> Person | None:
        person = person_signed_in(site, connection) if self.look else None
        connection.state.person = person
        if self.roles is None:
            return person
        if person is None:
            raise SignInFirst
        if person.role not in self.roles and not (self.administrators and person.administers):
            raise MayNot(person.role, (*self.roles, *(["administrator"] if self.administrators else [])))
        return person


def may(*roles: Role, administrators: bool = False) -> Any:
    """``Annotated[Person, may(Role.PHYSICIAN)]``: people of these roles."""
    return Depends(Access(frozenset(roles), administrators))


Anybody = Annotated[Person | None, Depends(Access(None))]
TheSameForAll = Annotated[Person | None, Depends(Access(None, look=False))]
SignedIn = Annotated[Person, may(*(role for role in Role if role is not Role.ROOM))]
Physician = Annotated[Person, may(Role.PHYSICIAN)]
Clinician = Annotated[Person, may(*CLINICIANS)]
PhysicianOrNurse = Annotated[Person, may(Role.PHYSICIAN, Role.NURSE)]
Staff = Annotated[Person, may(*STAFF)]
CareTeam = Annotated[Person, may(*STAFF, Role.TRAINEE)]  # whoever may give some command on an episode
PatientsDesk = Annotated[Person, may(Role.PHYSICIAN, Role.NURSE, Role.FRONT_DESK)]  # lets patients in
Trainer = Annotated[Person, may(Role.PHYSICIAN)]  # sees the simulator's truth before the debrief
Rehearser = Annotated[Person, may(*REHEARSERS)]
Auditor = Annotated[Person, may(Role.AUDITOR, Role.PHYSICIAN)]
Billing = Annotated[Person, may(Role.BILLER, Role.FRONT_DESK, Role.PHYSICIAN)]
InTheHouse = Annotated[Person, may(*IN_THE_HOUSE)]
Administrator = Annotated[Person, may(administrators=True)]
SiteKeeper = Annotated[Person, may(Role.PHYSICIAN, Role.AUDITOR, administrators=True)]
OwnPatient = Annotated[Person, may(Role.PATIENT)]


def routes_of(app: FastAPI) -> Iterator[Any]:
    """Every route with an endpoint."""
    return (route for route in app.routes if hasattr(route, "endpoint"))


def access_of(route: Any) -> tuple[Access, ...]:
    """What a route's signature says about who may call it; one entry when it is right."""
    return tuple(dict.fromkeys(_declared(route.dependant))) if hasattr(route, "dependant") else ()


def _declared(dependant: Dependant) -> Iterable[Access]:
    for one in dependant.dependencies:
        if isinstance(one.call, Access):
            yield one.call
        yield from _declared(one)


def require_declared_access(app: FastAPI) -> None:
    """Deny by default. Raises UndeclaredAccess at start, not at the first call."""
    for route in routes_of(app):
        if len(access_of(route)) != 1:
            raise UndeclaredAccess(
                f"{route.path} ({route.endpoint.__module__}.{route.endpoint.__name__}) must say once who may call it, "
                "such as `person: Clinician`"
            )
