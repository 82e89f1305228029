"""The instructor's window: the truth of a room while it runs. Whoever may not see it is told that there is nothing here."""

from typing import Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from sijoint.anatomy import structure_in_words
from sijoint.cohort.rehearsal import held_in
from sijoint.model import Person
from sijoint.model.wire import to_wire
from sijoint.report.plan_document import plan_document
from sijoint.report.room_moments import room_moments
from sijoint.report.words import session_clock
from sijoint.room.events import Ended
from sijoint.room.truth_moment import TrueMoment, last_moment
from sijoint.web.access import Rehearser
from sijoint.web.errors import NotHere
from sijoint.web.pages import render
from sijoint.web.room.live_room import LiveRoom
from sijoint.web.room.look_ahead import LookAhead, NoLook, asked_in, desk_of
from sijoint.web.room.registry import INSTRUCTORS, choice_in, live_rooms
from sijoint.web.site import Site, TheSite

router = APIRouter()
AT = "/rooms/{room_id}/instructor"
LISTED = 50  # rooms, the newest first
NEAREST = 4  # structures at risk that are told


@router.get("/rooms/running")
def running(request: Request, site: TheSite, person: Rehearser) -> Response:
    """The rooms that have not ended, for an instructor to look into."""
    if person.role not in INSTRUCTORS:
        raise NotHere
    names = {one.code: one.name for one in site.people.everybody()}
    rooms = [(one, names.get(one.by, one.by)) for one in live_rooms(site).list(person) if not one.ended]
    return render(request, "room/running.html.j2", rooms=rooms[:LISTED])


@router.get(AT)
def window(request: Request, site: TheSite, person: Rehearser, room_id: str) -> Response:
    room = _room(site, person, room_id)
    choice = choice_in(room.about.made_from)
    return render(
        request,
        "room/instructor.html.j2",
        at=f"/rooms/{room_id}/instructor",
        room_id=room_id,
        words=room.about.words,
        own=room.about.by == person.code,
        held=held_in(choice.causes),
        asked=asked_in(choice),
    )


@router.get(f"{AT}/still.json")
def still(site: TheSite, person: Rehearser, room_id: str) -> JSONResponse:
    """What does not change while the room runs: plan and target; in words what is being prepared for it."""
    room = _room(site, person, room_id)
    choice = choice_in(room.about.made_from)
    try:
        found = desk_of(site).ask(asked_in(choice))
    except NoLook as why:
        return JSONResponse({"never": str(why)})
    if isinstance(found, str):
        return JSONResponse({"doing": found})
    plan = found.plan(choice.plan + 1)
    return JSONResponse({"side": choice.side, "plan": plan_document(plan)})


@router.get(f"{AT}/scene.bin")
def scene(site: TheSite, person: Rehearser, room_id: str) -> Response:
    found = _planned(site, _room(site, person, room_id))
    if found is None:
        raise NotHere
    return Response(found.scene_gz, media_type="application/octet-stream", headers={"Content-Encoding": "gzip"})


@router.get(f"{AT}/now.json")
def now(site: TheSite, person: Rehearser, room_id: str, after: int = Query(default=0, ge=0)) -> JSONResponse:
    """The truth as it stands, and what happened since the ``after``-th moment."""
    room = _room(site, person, room_id)
    truth = last_moment(room.folder.path / "track.jsonl")
    events = room.folder.events
    moments = room_moments(events)
    return JSONResponse(
        {
            "phase": room.phase,
            "ended": any(isinstance(event, Ended) for event in events),
            "truth": None if truth is None else to_wire(truth),
            "near": _near(_planned(site, room), truth),
            "then": to_wire(moments[-1].then) if moments else None,
            "count": len(moments),
            "moments": [{"clock": session_clock(one.at_s), "words": one.words} for one in moments[after:]],
        }
    )


def _room(site: Site, person: Person, room_id: str) -> LiveRoom:
    """Raises NotHere, for somebody who is no instructor too."""
    if person.role not in INSTRUCTORS:
        raise NotHere
    return live_rooms(site).get(room_id, person)


def _planned(site: Site, room: LiveRoom) -> LookAhead | None:
    try:
        found = desk_of(site).ask(asked_in(choice_in(room.about.made_from)))
    except NoLook:
        return None
    return found if isinstance(found, LookAhead) else None


def _near(found: LookAhead | None, truth: TrueMoment | None) -> list[dict[str, Any]]:
    """How far the tip is from the nearest structures at risk."""
    if found is None or truth is None or truth.tip_mm is None:
        return []
    gaps = [
        (float(risk.distance_mm(truth.tip_mm)), structure_in_words(risk.name), risk.found_by) for risk in found.risks
    ]
    return [{"mm": round(gap, 1), "words": words, "found_by": by} for gap, words, by in sorted(gaps)[:NEAREST]]
