"""A new request, written down by staff: who asks is looked up first, so that nobody is kept twice."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from sijoint.clinic import handle
from sijoint.model import Patient, Person, Role
from sijoint.model.wire import to_wire
from sijoint.pathway import roles_for
from sijoint.web.access import Staff
from sijoint.web.clinic.actions import actions
from sijoint.web.clinic.choices import Asked
from sijoint.web.clinic.filled_in import made_id
from sijoint.web.clinic.form_view import FormView
from sijoint.web.clinic.making import command_of, ids_of, kept_as
from sijoint.web.clinic.typed import Typed, texts_of
from sijoint.web.clinic.visitor import Told, above_a_note, look, tell
from sijoint.web.clinic.words import words_for
from sijoint.web.errors import MayNot
from sijoint.web.forms import Problem, TheForm
from sijoint.web.pages import redirect, render
from sijoint.web.site import Site, TheSite

router = APIRouter()
ACTION = "RequestAppointment"
OF = "of_episode"  # an episode of somebody who is kept already


@router.get("/requests/new")
def request_page(request: Request, site: TheSite, person: Staff, of: str = "") -> Response:
    """The form; ``of`` names an episode of the same person, whose record is kept."""
    _require(person.role)
    patient = _patient(site, person, of)
    plain = {"patient": to_wire(patient), "request": {"requested_by": "patient"}} if patient else {}
    fields, zone = actions()[ACTION].fields, site.policy.zone
    texts = {key: value for field in fields for key, value in texts_of(field, plain, zone).items()}
    return _shown(request, site, person.code, Typed(texts), of)


@router.post("/requests/new")
def write_request(request: Request, site: TheSite, person: Staff, form: TheForm) -> Response:
    """Opens an episode, and goes there."""
    _require(person.role)
    of, action = form.raw(OF), actions()[ACTION]
    ids, typed = ids_of(form, form.names), Typed.of_form(form, form.names)
    if form.raw("more"):
        return _shown(request, site, person.code, typed.with_one_more(form.raw("more")), of)
    asked = Asked(site, None, person.code, site.clock())
    patient, episode_id = _patient(site, person, of), made_id("e", ids.command)
    if kept_as(ids.command, episode_id, site.store) is not None:
        return redirect(f"/episodes/{episode_id}")
    command = command_of(action, form, asked, ids, episode_id, patient.id if patient else "")
    if command is None or form.problems:
        return _shown(request, site, person.code, typed, of, form.problems)
    outcome = handle(command, site.store, site.policies, site.clock, site.role_of)
    if not outcome.accepted:
        problems = (Problem("patient.family_name", outcome.refusal),)
        return _shown(request, site, person.code, typed, of, problems)
    tell(site, person, episode_id, Told("Request: recorded.", above_a_note(outcome.findings)))
    return redirect(f"/episodes/{episode_id}")


def _require(role: Role) -> None:
    if role not in roles_for(ACTION):
        raise MayNot(role, roles_for(ACTION))


def _patient(site: Site, person: Person, of: str) -> Patient | None:
    seen = look(site, person, of).seen if of else None
    return seen.patient if seen else None


def _shown(
    request: Request, site: Site, by: str, typed: Typed, of: str, problems: tuple[Problem, ...] = ()
) -> Response:
    asked = Asked(site, None, by, site.clock())
    return render(
        request,
        "clinic/request.html.j2",
        status=422 if problems else 200,
        w=words_for(site.policy),
        action=actions()[ACTION],
        form=FormView(actions()[ACTION], typed, asked, problems),
        problems=problems,
        of=of,
    )
