"""Signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from sijoint.model import Role
from sijoint.web.access import Anybody, Person
from sijoint.web.pages import redirect, render
from sijoint.web.sign_in import forget_token, token_of
from sijoint.web.site import TheSite

router = APIRouter()


@router.get("/")
def front(person: Anybody) -> Response:
    """Wherever this person begins."""
    return redirect(home_of(person) if person else "/sign-in")


@router.get("/sign-in")
def sign_in_page(request: Request, person: Anybody, to: Annotated[str, Query(alias="next")] = "") -> Response:
    return render(request, "people/sign_in.html.j2", next=to, problem="")


@router.post("/sign-out")
def sign_out(request: Request, site: TheSite, person: Anybody) -> Response:
    """Ends this session; the token is worth nothing afterwards."""
    token = token_of(site, request)
    if token:
        site.people.close_session(token)
    answer = redirect("/sign-in")
    forget_token(site, answer)
    return answer


def home_of(person: Person) -> str:
    """Where somebody's day begins."""
    homes = {
        Role.PATIENT: "/me",
        Role.REFERRER: "/request",
        Role.TRAINEE: "/rooms",
        Role.RESEARCHER: "/rooms",
        Role.AUDITOR: "/audit",
    }
    return homes.get(person.role, "/today")
