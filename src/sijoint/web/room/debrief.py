"""The debrief of a rehearsal, or of a virtual patient's procedure: its course on a time line, the truth beside it, and what it took beside what is published."""

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from markupsafe import Markup

from sijoint.model.wire import to_wire
from sijoint.report.course_figure import course_figure
from sijoint.report.debrief import debrief
from sijoint.report.debrief_paper import NO_MARK, beside_words, debrief_paper, reference_words
from sijoint.report.paper_pdf import paper_pdf
from sijoint.report.plan_document import plan_document
from sijoint.report.words import session_clock
from sijoint.web.access import Clinician, Rehearser
from sijoint.web.errors import NotHere
from sijoint.web.pages import render
from sijoint.web.room.look_ahead import LookAhead, NoLook, desk_of
from sijoint.web.room.looked_back import LookedBack, procedure_back, rehearsal_back
from sijoint.web.site import Site, TheSite

router = APIRouter()
REHEARSAL = "/rooms/{room_id}/debrief"
PERFORMED = "/episodes/{episode_id}/debrief/{number:int}"


@router.get(REHEARSAL)
def look_back(request: Request, site: TheSite, person: Rehearser, room_id: str) -> Response:
    return _page(request, site, rehearsal_back(site, person, room_id))


@router.get(f"{REHEARSAL}/course.json")
def course(site: TheSite, person: Rehearser, room_id: str) -> JSONResponse:
    """What the page's scripts play: every moment, and the truth at it."""
    return _course(site, rehearsal_back(site, person, room_id))


@router.get(f"{REHEARSAL}/scene.bin")
def scene(site: TheSite, person: Rehearser, room_id: str) -> Response:
    return _scene(site, rehearsal_back(site, person, room_id))


@router.get(f"{REHEARSAL}.pdf")
def printed(site: TheSite, person: Rehearser, room_id: str) -> Response:
    return _printed(site, rehearsal_back(site, person, room_id))


@router.get(f"{REHEARSAL}.json")
def machine_readable(site: TheSite, person: Rehearser, room_id: str) -> Response:
    """The measures with their published values, for a program."""
    back = rehearsal_back(site, person, room_id)
    document = {
        "procedure": back.procedure.id,
        "measures": [to_wire(one) for one in back.measures()],
        "published": {one.code: [to_wire(each) for each in one.references] for one in back.measures()},
    }
    return Response(json.dumps(document, indent=1), media_type="application/json")


@router.get(PERFORMED)
def look_back_at_performed(
    request: Request, site: TheSite, person: Clinician, episode_id: str, number: int
) -> Response:
    """Of a virtual patient: there alone a performed procedure has a truth that somebody knows."""
    return _page(request, site, procedure_back(site, person, episode_id, number))


@router.get(f"{PERFORMED}/course.json")
def course_of_performed(site: TheSite, person: Clinician, episode_id: str, number: int) -> JSONResponse:
    return _course(site, procedure_back(site, person, episode_id, number))


@router.get(f"{PERFORMED}/scene.bin")
def scene_of_performed(site: TheSite, person: Clinician, episode_id: str, number: int) -> Response:
    return _scene(site, procedure_back(site, person, episode_id, number))


@router.get(f"{PERFORMED}.pdf")
def performed_printed(site: TheSite, person: Clinician, episode_id: str, number: int) -> Response:
    return _printed(site, procedure_back(site, person, episode_id, number))


def _page(request: Request, site: Site, back: LookedBack) -> Response:
    found = _pelvis(site, back)
    if isinstance(found, str):
        there = f"/planner/{back.asked.pelvis}/{back.asked.side}/{back.asked.target}"
        return render(request, "room/planner_wait.html.j2", asked=back.asked, doing=found, there=there)
    at = request.url.path
    return render(
        request, "room/debrief.html.j2", **debrief_facts(back, found), back=back, by=_name(site, back.by), at=at
    )


def _course(site: Site, back: LookedBack) -> JSONResponse:
    found = _waited_for(site, back)
    return JSONResponse(
        {
            "side": back.procedure.side,
            "moments": [to_wire(moment) for moment in back.moments],
            "track": [to_wire(moment) for moment in back.track],
            "last_path_mm": back.truth.needle_path_mm,
            "target_mm": back.truth.target_mm,
            "plan": None if found is None else plan_document(found.plan(back.plan)),
        }
    )


def _scene(site: Site, back: LookedBack) -> Response:
    found = _waited_for(site, back)
    if found is None:
        raise NotHere
    return Response(found.scene_gz, media_type="application/octet-stream", headers={"Content-Encoding": "gzip"})


def _printed(site: Site, back: LookedBack) -> Response:
    measures = back.measures(_waited_for(site, back))
    paper = debrief_paper(back.procedure, back.truth, measures, back.moments, back.opened_at)
    headers = {"Content-Disposition": 'inline; filename="debrief.pdf"'}
    return Response(paper_pdf(paper), media_type="application/pdf", headers=headers)


def debrief_facts(back: LookedBack, found: LookAhead | None) -> dict[str, Any]:
    """What the page of a debrief shows, from course and truth."""
    measures = back.measures(found)
    return {
        "figure": Markup(course_figure(back.moments)),
        "moments": [(number, session_clock(one.at_s), one) for number, one in enumerate(back.moments)],
        "measures": [
            (one, [(each, reference_words(each), beside_words(one, each)) for each in one.references])
            for one in measures
        ],
        "answers": {one.code: one for one in measures},
        "injections": [(session_clock(one.at_s), one) for one in debrief(back.truth, back.procedure)],
        "not_as_reported": back.truth.imperfection.words,
        "no_mark": NO_MARK,
    }


def _pelvis(site: Site, back: LookedBack) -> LookAhead | str | None:
    """The planned pelvis; in words what is done for it; None where it cannot be planned, or was planned otherwise."""
    try:
        found = desk_of(site).ask(back.asked)
    except NoLook:
        return None
    return found if isinstance(found, str) else back.aimed_by(found)


def _waited_for(site: Site, back: LookedBack) -> LookAhead | None:
    try:
        return back.aimed_by(desk_of(site).ready(back.asked))
    except NoLook:
        return None


def _name(site: Site, code: str) -> str:
    known = site.people.person(code)
    return known.name if known else code
