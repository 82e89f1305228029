"""What payers still lack: every open episode with the requirements that its record does not show."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from sijoint.clinic.today import OVER
from sijoint.model import Episode, Patient, PayerCheck
from sijoint.web.access import Billing
from sijoint.web.clinic.choice import Choice
from sijoint.web.clinic.choices import Asked
from sijoint.web.clinic.episode_view import EpisodeView
from sijoint.web.clinic.visitor import listed
from sijoint.web.clinic.words import words_for
from sijoint.web.pages import render
from sijoint.web.site import TheSite

router = APIRouter()


@dataclass(frozen=True)
class Lacking:
    episode: Episode
    patient: Patient
    checks: tuple[tuple[Choice, PayerCheck], ...]


@router.get("/payers")
def payers_page(request: Request, site: TheSite, person: Billing) -> Response:
    """One row an episode, one column a payer."""
    now = site.clock()
    rows = []
    for seen in listed(site, person):
        if seen.episode.state in OVER or not seen.episode.sessions:
            continue
        view = EpisodeView(Asked(site, seen, person.code, now), ())
        rows.append(Lacking(seen.episode, seen.patient, view.payers))
    return render(request, "clinic/payers.html.j2", w=words_for(site.policy), rows=rows)
