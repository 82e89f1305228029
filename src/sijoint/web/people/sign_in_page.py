"""Signing in and out."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from sijoint.model import Person, Role
from sijoint.web.access import Anybody
from sijoint.web.errors import NotHere
from sijoint.web.forms import TheForm
from sijoint.web.pages import own_path, redirect, render
from sijoint.web.sign_in import address_of, forget_token, keep_token, token_of
from sijoint.web.site import Site, TheSite

router = APIRouter()
WRONG = "This code and this password do not belong together: try again, or ask an administrator for a new password."
HOMES = {
    Role.PATIENT: "/me",
    Role.REFERRER: "/request",
    Role.TRAINEE: "/rooms",
    Role.RESEARCHER: "/rooms",
    Role.AUDITOR: "/audit",
}


@router.get("/")
def front(person: Anybody) -> Response:
    """Wherever this person begins."""
    return redirect(home_of(person) if person else "/sign-in")


@router.get("/sign-in")
def sign_in_page(
    request: Request, site: TheSite, person: Anybody, to: Annotated[str, Query(alias="next")] = ""
) -> Response:
    return _page(request, site, to)


@router.post("/sign-in")
def sign_in(request: Request, site: TheSite, person: Anybody, form: TheForm) -> Response:
    """Opens a new session, whatever the browser held before. A wrong code and a wrong password are told alike."""
    code, address = form.raw("code").strip(), address_of(request)
    pair, throttles = f"{code} {address}", site.throttles
    throttles.addresses.count(address)
    throttles.codes.count(code)
    throttles.pairs.count(pair)
    found = site.people.knows(code, form.raw("password"))
    if found is None:
        return _page(request, site, form.raw("next"), code, WRONG)
    throttles.pairs.forget(pair)
    throttles.codes.take_back(code)
    throttles.addresses.take_back(address)
    return _signed_in(request, site, found, form.raw("next"))


@router.post("/sign-in/demo")
def sign_in_to_demo(request: Request, site: TheSite, person: Anybody, form: TheForm) -> Response:
    """In the demo anybody may be anybody: no one in it is real, and it listens on this machine alone."""
    found = site.people.person(form.raw("code")) if site.demo else None
    if found is None:
        raise NotHere
    return _signed_in(request, site, found, form.raw("next"))


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
    return HOMES.get(person.role, "/today")


def _page(request: Request, site: Site, to: str, code: str = "", problem: str = "") -> Response:
    everybody = site.people.everybody() if site.demo else ()
    roles = list(Role)
    staff = sorted((one for one in everybody if one.role is not Role.PATIENT), key=lambda one: roles.index(one.role))
    patients = [one for one in everybody if one.role is Role.PATIENT]
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    facts: dict[str, Any] = {"next": to, "problem": problem, "code": code, "staff": staff, "patients": patients}
    return render(request, "people/sign_in.html.j2", status=status, **facts)


def _signed_in(request: Request, site: Site, person: Person, to: str) -> Response:
    """A token that nobody could have known before; the one that the browser brought ends."""
    old = token_of(site, request)
    if old:
        site.people.close_session(old)
    answer = redirect(own_path(to) or home_of(person))
    keep_token(site, answer, site.people.open_session(person.code))
    return answer
