"""What a patient is let in by: links to the diary, and an account of their own. Staff give out and take back."""

from datetime import datetime, time, timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from sijoint.clinic.diary_links import diary_link, diary_links_of, make_diary_link, take_back_diary_link
from sijoint.clinic.people import accounts, add_person, close_person, set_password
from sijoint.clinic.situation import CommandRefused
from sijoint.clinic.views import view_of
from sijoint.model import Patient, Person, Role
from sijoint.records import Account
from sijoint.web.access import PatientsDesk
from sijoint.web.errors import NotHere
from sijoint.web.forms import Problem, TheForm
from sijoint.web.pages import redirect, render
from sijoint.web.sign_links import token_of_link
from sijoint.web.site import Site, TheSite

router = APIRouter()
USUAL = timedelta(weeks=26)  # the diary's last regular questions are at twelve weeks, then monthly


@router.get("/episodes/{episode_id}/patient-access")
def patient_access(request: Request, site: TheSite, person: PatientsDesk, episode_id: str) -> Response:
    return _page(request, site, person, episode_id)


@router.post("/episodes/{episode_id}/patient-access/links")
def give_link(request: Request, site: TheSite, person: PatientsDesk, episode_id: str, form: TheForm) -> Response:
    """One more link; what was given out before goes on until it is taken back."""
    now, zone = site.clock(), site.policy.zone
    day = form.day("until", "The last day", needed=True)
    try:
        if day is None:
            raise CommandRefused(form.problems[0].sentence)
        until = datetime.combine(day + timedelta(days=1), time(), zone)
        make_diary_link(site.store, episode_id, until, by=person.code, at=now)
    except (CommandRefused, OverflowError) as refusal:
        return _page(request, site, person, episode_id, str(refusal))
    return redirect(f"/episodes/{episode_id}/patient-access")


@router.post("/episodes/{episode_id}/patient-access/links/{link_id}/take-back")
def take_back(request: Request, site: TheSite, person: PatientsDesk, episode_id: str, link_id: str) -> Response:
    link = diary_link(site.store, link_id)
    if link is None or link.episode_id != episode_id:
        raise NotHere
    try:
        take_back_diary_link(site.store, link_id, by=person.code, at=site.clock())
    except CommandRefused as refusal:
        return _page(request, site, person, episode_id, str(refusal))
    return redirect(f"/episodes/{episode_id}/patient-access")


@router.post("/episodes/{episode_id}/patient-access/account")
def give_account(request: Request, site: TheSite, person: PatientsDesk, episode_id: str, form: TheForm) -> Response:
    """An account with a first password, or a new password for the one that is there."""
    patient = _patient(site, person, episode_id)
    kept, now, password = _account_of(site, patient.id), site.clock(), form.raw("password")
    try:
        if not password:
            raise CommandRefused("the first password is missing: agree on one with the patient")
        if kept is None:
            name = f"{patient.given_name} {patient.family_name}"
            own = Person(form.raw("code").strip(), name, Role.PATIENT, patient.id)
            add_person(site.store, own, by=person.code, at=now, password=password)
        else:
            set_password(site.store, kept.person.code, password, by=person.code, at=now)
    except CommandRefused as refusal:
        return _page(request, site, person, episode_id, str(refusal))
    return redirect(f"/episodes/{episode_id}/patient-access")


@router.post("/episodes/{episode_id}/patient-access/account/close")
def close_account(request: Request, site: TheSite, person: PatientsDesk, episode_id: str) -> Response:
    kept = _account_of(site, _patient(site, person, episode_id).id)
    if kept is None:
        raise NotHere
    try:
        close_person(site.store, kept.person.code, by=person.code, at=site.clock())
    except CommandRefused as refusal:
        return _page(request, site, person, episode_id, str(refusal))
    return redirect(f"/episodes/{episode_id}/patient-access")


def _patient(site: Site, person: Person, episode_id: str) -> Patient:
    """Whose episode it is: a look that is on the record. Raises NotKept."""
    view = view_of(person.role)
    if view is None:
        raise NotHere
    with site.store.read_as(person.code, view.purpose, site.clock()) as viewing:
        found = viewing.patient(viewing.episode(episode_id).patient_id)
    return found


def _account_of(site: Site, patient_id: str) -> Account | None:
    """The open account of a patient."""
    return next((one for one in accounts(site.store) if one.active and one.person.patient_id == patient_id), None)


def _page(request: Request, site: Site, person: Person, episode_id: str, problem: str = "") -> Response:
    patient, now = _patient(site, person, episode_id), site.clock()
    base = f"{'https' if site.secure else 'http'}://{request.headers['host']}"
    live = [one for one in diary_links_of(site.store, episode_id) if not one.taken_back and one.until > now]
    facts: dict[str, Any] = {
        "episode_id": episode_id,
        "patient": patient,
        "links": [
            (one, f"{base}/d/{token_of_link(site, one)}", site.policy.day(one.until - timedelta(seconds=1)))
            for one in live
        ],
        "account": _account_of(site, patient.id),
        "usual": site.policy.day(now + USUAL),
        "base": base,
        "problems": (Problem("until", problem),) if problem else (),
    }
    return render(request, "people/patient_access.html.j2", status=422 if problem else 200, **facts)
