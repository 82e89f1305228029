"""The register of people: who is in it, and every change that an administrator makes to it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from sijoint.clinic.people import account, accounts, add_person, change_person, close_person, set_password
from sijoint.clinic.situation import CommandRefused
from sijoint.model import Person, Role
from sijoint.records import Account
from sijoint.web.access import Administrator
from sijoint.web.errors import NotHere
from sijoint.web.forms import BadForm, Form, Problem, TheForm
from sijoint.web.pages import redirect, render
from sijoint.web.site import Site, TheSite

router = APIRouter()
ROLES = tuple((str(one), str(one)) for one in Role if one is not Role.ROOM)


@router.get("/people")
def people(request: Request, site: TheSite, person: Administrator, closed: Annotated[str, Query()] = "") -> Response:
    everybody = accounts(site.store)
    shown = sorted((one for one in everybody if one.active or closed), key=_staff_first)
    number_closed = sum(not one.active for one in everybody)
    return render(request, "people/people.html.j2", accounts=shown, closed=number_closed, all_shown=bool(closed))


@router.get("/people/new")
def new_person(request: Request, person: Administrator) -> Response:
    return render(request, "people/new_person.html.j2", roles=ROLES, form=Form({}), problems=())


@router.post("/people/new")
def add(request: Request, site: TheSite, person: Administrator, form: TheForm) -> Response:
    try:
        role = form.one_of("role", "The role", Role)
        name = form.text("name", "The name", needed=True)
        code = form.text("code", "The code", needed=True)
        patient_id = form.text("patient_id", "The patient's id") or None
        form.done()
        assert role is not None
        made = Person(code, name, role, patient_id, administers=form.says("administers"))
        add_person(site.store, made, by=person.code, at=site.clock(), password=form.raw("password"))
    except (BadForm, CommandRefused) as refusal:
        problems = refusal.problems if isinstance(refusal, BadForm) else (Problem("code", str(refusal)),)
        return render(request, "people/new_person.html.j2", status=422, roles=ROLES, form=form, problems=problems)
    return redirect("/people")


@router.get("/people/{code}")
def one_person(request: Request, site: TheSite, person: Administrator, code: str) -> Response:
    return _page(request, site, _kept(site, code))


@router.post("/people/{code}")
def change(request: Request, site: TheSite, person: Administrator, code: str, form: TheForm) -> Response:
    kept = _kept(site, code)
    try:
        role = form.one_of("role", "The role", Role)
        name = form.text("name", "The name", needed=True)
        form.done()
        assert role is not None
        duty = form.says("administers")
        change_person(site.store, code, name=name, role=role, administers=duty, by=person.code, at=site.clock())
    except (BadForm, CommandRefused) as refusal:
        return _page(request, site, kept, str(refusal))
    return redirect("/people")


@router.post("/people/{code}/password")
def new_password(request: Request, site: TheSite, person: Administrator, code: str, form: TheForm) -> Response:
    """A password that the administrator tells the person, who changes it at once."""
    kept = _kept(site, code)
    try:
        if code == person.code:
            raise CommandRefused("your own password is set under your account, with the present one")
        set_password(site.store, code, form.raw("password"), by=person.code, at=site.clock())
    except CommandRefused as refusal:
        return _page(request, site, kept, str(refusal))
    return redirect("/people")


@router.post("/people/{code}/close")
def close(request: Request, site: TheSite, person: Administrator, code: str) -> Response:
    kept = _kept(site, code)
    try:
        close_person(site.store, code, by=person.code, at=site.clock())
    except CommandRefused as refusal:
        return _page(request, site, kept, str(refusal))
    return redirect("/people")


def _staff_first(one: Account) -> tuple[bool, int, str]:
    person = one.person
    return person.role is Role.PATIENT, list(Role).index(person.role), person.name


def _kept(site: Site, code: str) -> Account:
    found = account(site.store, code)
    if found is None or not found.active:
        raise NotHere
    return found


def _page(request: Request, site: Site, kept: Account, problem: str = "") -> Response:
    problems = (Problem("name", problem),) if problem else ()
    facts: dict[str, Any] = {
        "account": kept,
        "roles": ROLES,
        "problems": problems,
        "sessions": site.people.sessions(kept.person.code),
    }
    return render(request, "people/person.html.j2", status=422 if problem else 200, **facts)
