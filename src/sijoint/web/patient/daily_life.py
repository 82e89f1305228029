"""How daily life goes before the injection, asked once, so that the diary's answers weeks later have something to stand beside."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import Response

from sijoint.clinic import RecordFunctionBaseline
from sijoint.model import Episode, FunctionBaseline
from sijoint.pathway import TRANSITIONS, Step
from sijoint.web.access import OwnPatient
from sijoint.web.errors import NotHere, Refused
from sijoint.web.forms import Form, TheForm
from sijoint.web.pages import redirect, render
from sijoint.web.patient.acting import give
from sijoint.web.patient.diary_answer import read_function
from sijoint.web.patient.own_episode import require_own_record
from sijoint.web.site import TheSite

router = APIRouter()


def may_tell_daily_life(episode: Episode) -> bool:
    """While an injection is planned and nobody has told it yet."""
    session = episode.sessions[-1] if episode.sessions else None
    waits = session is not None and session.procedure is None and session.function_baseline is None
    return waits and (episode.state, Step.RECORD_FUNCTION) in TRANSITIONS


@router.get("/me/daily-life")
def daily_life_page(request: Request, person: OwnPatient, site: TheSite) -> Response:
    if not may_tell_daily_life(require_own_record(site, person).current):
        return redirect("/me")
    return render(request, "patient/daily_life.html.j2", typed=Form({}))


@router.post("/me/daily-life")
def tell_daily_life(request: Request, person: OwnPatient, site: TheSite, form: TheForm) -> Response:
    episode = require_own_record(site, person).current
    if not episode.sessions:
        raise NotHere
    if not may_tell_daily_life(episode):
        return redirect("/me")  # told before: pressed twice
    told = read_function(form, whole=True)
    if form.problems or told is None:
        return render(request, "patient/daily_life.html.j2", status=HTTPStatus.UNPROCESSABLE_ENTITY, typed=form)
    baseline = FunctionBaseline(site.clock(), person.code, told)
    command = RecordFunctionBaseline(id=form.command_id, by=person.code, episode_id=episode.id, baseline=baseline)
    outcome = give(site, command)
    if not outcome.accepted:
        raise Refused(f"{outcome.refusal[:1].upper()}{outcome.refusal[1:]}.")
    return redirect("/me")
