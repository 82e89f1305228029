"""Saying that one cannot come: the visit is cancelled by the patient, and what that means for medicines is told first."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from sijoint.clinic import CancelBooking
from sijoint.model import BookingWish, Episode
from sijoint.pathway import TRANSITIONS, Step, language
from sijoint.web.access import OwnPatient
from sijoint.web.errors import Refused
from sijoint.web.forms import TheForm
from sijoint.web.pages import redirect, render
from sijoint.web.patient.acting import give
from sijoint.web.patient.own_episode import require_own_record
from sijoint.web.site import TheSite

router = APIRouter()
LONGEST_REASON = 500


def may_cancel(episode: Episode) -> bool:
    """While there is a visit to come and the day's checks have not begun."""
    session = episode.sessions[-1] if episode.sessions else None
    waits = (
        session is not None and session.booking is not None and session.sign_in is None and session.procedure is None
    )
    return waits and (episode.state, Step.CANCEL) in TRANSITIONS


@router.get("/me/visit/cancel")
def cancel_page(request: Request, person: OwnPatient, site: TheSite) -> Response:
    episode, policy, told = require_own_record(site, person).current, site.policy, language()
    if not may_cancel(episode):
        return redirect("/me")
    booking = episode.sessions[-1].booking
    assert booking is not None
    return render(
        request,
        "patient/visit_cancel.html.j2",
        version=episode.version,
        visit=f"{told.weekday(booking.at, policy.zone)}, {told.time(booking.at, policy.zone)}",
        clinic_phone=told.site(policy.clinic_phone),
    )


@router.post("/me/visit/cancel")
def cancel(person: OwnPatient, site: TheSite, form: TheForm) -> Response:
    """For the visit that the patient had before them; one that was moved meanwhile is looked at again."""
    episode = require_own_record(site, person).current
    if not may_cancel(episode):
        return redirect("/me")  # cancelled before: pressed twice
    reason = form.raw("reason").strip()[:LONGEST_REASON]
    outcome = give(
        site,
        CancelBooking(
            id=form.command_id,
            by=person.code,
            episode_id=episode.id,
            seen_version=form.seen_version,
            reason=reason or "the patient cannot come",
            wished_by=BookingWish.PATIENT,
        ),
    )
    if not outcome.accepted:
        raise Refused(f"{outcome.refusal[:1].upper()}{outcome.refusal[1:]}.")
    return redirect("/me")
