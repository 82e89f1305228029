"""Signing in and out."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from sijoint.model import Role
from sijoint.web.access import Anybody, Person
from sijoint.web.forms import TheForm
from sijoint.web.pages import redirect, render
from sijoint.web.sign_in import forget_token, keep_token, token_of
from sijoint.web.site import TheSite

router = APIRouter()


@router.get("/")
def front(person: Anybody) -> Response:
    """Wherever this person begins."""
    return redirect(home_of(person) if person else "/sign-in")


@router.get("/sign-in")
def sign_in_page(request: Request, person: Anybody, to: Annotated[str, Query(alias="next")] = "") -> Response:
    return render(request, "people/sign_in.html.j2", next=to, problem="", code="")


@router.post("/sign-in")
def sign_in(request: Request, site: TheSite, person: Anybody, form: TheForm) -> Response:
    """Opens a new session, whatever the browser held before. A wrong code and a wrong password are told alike."""
    code, password, to = form.raw("code").strip(), form.raw("password"), form.raw("next")
    address = request.client.host if request.client else ""
    pair = f"{code} {address}"
    for throttle, key in (
        (site.throttles.pairs, pair),
        (site.throttles.codes, code),
        (site.throttles.addresses, address),
    ):
        throttle.count(key)
    found = site.people.knows(code, password)
    if found is None:
        problem = (
            "This code and this password do not belong together: try again, or ask an administrator for a new password."
        )
        facts = {"next": to, "problem": problem, "code": code}
        return render(request, "people/sign_in.html.j2", status=HTTPStatus.UNPROCESSABLE_ENTITY, **facts)
    site.throttles.pairs.forget(pair)
    old = token_of(site, request)
    if old:
        site.people.close_session(old)
    answer = redirect(to if to.startswith("/") else home_of(found))
    keep_token(site, answer, site.people.open_session(found.code))
    return answer


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
