"""The debrief of a rehearsal: its course on a time line, the truth beside it, and what it took beside what is published."""

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
from sijoint.web.access import Rehearser
from sijoint.web.pages import render
from sijoint.web.room.look_ahead import LookAhead, NoLook, desk_of
from sijoint.web.room.looked_back import LookedBack, looked_back
from sijoint.web.site import Site, TheSite

router = APIRouter()
AT = "/rooms/{room_id}/debrief"


@router.get(AT)
def look_back(request: Request, site: TheSite, person: Rehearser, room_id: str) -> Response:
    back = looked_back(site, person, room_id)
    found = _pelvis(site, back)
    if isinstance(found, str):
        there = f"/planner/{back.asked.pelvis}/{back.asked.side}/{back.asked.target}"
        return render(request, "room/planner_wait.html.j2", asked=back.asked, doing=found, there=there)
    opened = back.folder.about.opened_at
    return render(
        request,
        "room/debrief.html.j2",
        **debrief_facts(back, found),
        back=back,
        opened=opened,
        by=_name(site, back.by),
        at=f"/rooms/{room_id}/debrief",
        images=f"/rooms/{room_id}/images",
        again=back.folder.about.words,
    )


@router.get(f"{AT}/course.json")
def course(site: TheSite, person: Rehearser, room_id: str) -> JSONResponse:
    """What the page's scripts play: every moment, and the truth at it."""
    back = looked_back(site, person, room_id)
    found = _pelvis(site, back, wait=True)
    plan = found.plan(back.plan) if isinstance(found, LookAhead) else None
    return JSONResponse(
        {
            "side": back.procedure.side,
            "moments": [to_wire(moment) for moment in back.moments],
            "track": [to_wire(moment) for moment in back.track],
            "last_path_mm": back.truth.needle_path_mm,
            "target_mm": back.truth.target_mm,
            "plan": None if plan is None else plan_document(plan),
        }
    )


@router.get(f"{AT}/scene.bin")
def scene(site: TheSite, person: Rehearser, room_id: str) -> Response:
    back = looked_back(site, person, room_id)
    found = _pelvis(site, back, wait=True)
    assert isinstance(found, LookAhead)
    return Response(found.scene_gz, media_type="application/octet-stream", headers={"Content-Encoding": "gzip"})


@router.get(f"{AT}.pdf")
def printed(site: TheSite, person: Rehearser, room_id: str) -> Response:
    back = looked_back(site, person, room_id)
    found = _pelvis(site, back, wait=True)
    measures = back.measures(found if isinstance(found, LookAhead) else None)
    paper = debrief_paper(back.procedure, back.truth, measures, back.moments, back.folder.about.opened_at)
    headers = {"Content-Disposition": 'inline; filename="debrief.pdf"'}
    return Response(paper_pdf(paper), media_type="application/pdf", headers=headers)


@router.get(f"{AT}.json")
def machine_readable(site: TheSite, person: Rehearser, room_id: str) -> Response:
    """The measures with their published values, for a program."""
    back = looked_back(site, person, room_id)
    document = {
        "procedure": back.procedure.id,
        "measures": [to_wire(one) for one in back.measures()],
        "published": {one.code: [to_wire(each) for each in one.references] for one in back.measures()},
    }
    return Response(json.dumps(document, indent=1), media_type="application/json")


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


def _pelvis(site: Site, back: LookedBack, *, wait: bool = False) -> LookAhead | str | None:
    """The planned pelvis; in words what is done for it; None where it cannot be planned any more."""
    try:
        return desk_of(site).ready(back.asked) if wait else desk_of(site).ask(back.asked)
    except NoLook:
        return None


def _name(site: Site, code: str) -> str:
    known = site.people.person(code)
    return known.name if known else code
