"""The room's pages: where a rehearsal begins and own rooms are found again, the room itself, and its kept images as files."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from sijoint.cohort.habits import HABITS
from sijoint.cohort.rehearsal import ImpossibleRehearsal
from sijoint.formulary import needles
from sijoint.frames import load_carm_model
from sijoint.model import ContrastPattern, Person, ProcedureKind, ViewPurpose
from sijoint.room.timing import TIMING
from sijoint.web.access import Clinician, Rehearser
from sijoint.web.forms import BadForm, Form, TheForm
from sijoint.web.pages import redirect, render
from sijoint.web.room.live_room import LiveRoom
from sijoint.web.room.look_ahead import asked_in
from sijoint.web.room.registry import INSTRUCTORS, RoomListed, choice_in, live_rooms
from sijoint.web.room.rehearse_form import CASES, LARGEST_NUMBER, SIDES, TARGETS, problems_of, read_choice
from sijoint.web.room.saved_image import picture_png
from sijoint.web.room.told_state import needle_words
from sijoint.web.site import Site, TheSite

router = APIRouter()
LISTED = 30


@router.get("/rooms")
def rooms(request: Request, site: TheSite, person: Rehearser) -> Response:
    return _start_page(request, site, person, Form({}), ())


@router.post("/rooms")
def open_room(request: Request, site: TheSite, person: Rehearser, form: TheForm) -> Response:
    """A new rehearsal; its page shows how far it is prepared."""
    try:
        room_id = live_rooms(site).open_rehearsal(person, read_choice(form))
    except (BadForm, ImpossibleRehearsal) as why:
        return _start_page(request, site, person, form, problems_of(why))
    return redirect(f"/rooms/{room_id}")


@router.post("/episodes/{episode_id}/room")
def open_procedure(site: TheSite, person: Clinician, episode_id: str) -> Response:
    """The room of the procedure that has begun in an episode of a virtual store."""
    return redirect(f"/rooms/{live_rooms(site).open_performed(person, episode_id)}")


@router.get("/rooms/{room_id}")
def room(request: Request, site: TheSite, person: Rehearser, room_id: str) -> Response:
    found = live_rooms(site).get(room_id, person)
    looks_on = person.code != found.about.by
    return render(request, "room/room.html.j2", room_id=room_id, looks_on=looks_on, **_page(found))


@router.get("/rooms/{room_id}/images/{sha256}.png")
def image(
    site: TheSite, person: Rehearser, room_id: str, sha256: str, save: Annotated[bool, Query()] = False
) -> Response:
    """A kept image as people see it; ``save`` for a file of its own."""
    picture = picture_png(live_rooms(site).image(room_id, sha256, person))
    headers = {"Cache-Control": "private, no-store"}
    if save:
        headers["Content-Disposition"] = f'attachment; filename="simulated-{sha256[:12]}.png"'
    return Response(picture, media_type="image/png", headers=headers)


@dataclass(frozen=True)
class OwnRoom:
    """A line of the list; no address, no button."""

    words: str
    opened: datetime
    state: str
    path: str
    debrief: str


def _start_page(request: Request, site: Site, person: Person, typed: Form, problems: Any) -> Response:
    own = [_own(one) for one in live_rooms(site).list(person) if one.by == person.code][:LISTED]
    return render(
        request,
        "room/rooms.html.j2",
        status=422 if problems else 200,
        rooms=own,
        instructs=person.role in INSTRUCTORS,
        typed={name: typed.raw(name) for name in ("pelvis", "number", "bmi", "side", "target", "case")},
        problems=problems,
        sides=SIDES,
        targets=TARGETS,
        cases=CASES,
        highest_number=LARGEST_NUMBER,
    )


def _own(one: RoomListed) -> OwnRoom:
    state = "ended" if one.ended else "open" if one.running else "resting: it goes on where it was left"
    return OwnRoom(
        words=one.words,
        opened=one.opened_at,
        state=f"{one.kind}, {state}",
        path="" if one.ended else f"/rooms/{one.id}",
        debrief=f"/rooms/{one.id}/debrief" if one.ended else "",
    )


def _page(found: LiveRoom) -> dict[str, Any]:
    """What the page needs before its line is open; everything else comes with the room's state."""
    carm, made_from = load_carm_model(), found.about.made_from
    kind = ProcedureKind(made_from["room"])
    detector = carm.detector
    half_mm = detector.columns * detector.pixel_mm / 2 * carm.source_isocentre_mm / carm.source_detector_mm
    return {
        "words": {
            "kind": str(kind).capitalize(),
            "side": made_from["side"].capitalize(),
            "target": made_from["target"],
        },
        "after": _after(made_from, found.id),
        "planner": _planner(made_from, found.id),
        "facts": {
            "half_field_mm": round(half_mm, 2),
            "source_isocentre_mm": carm.source_isocentre_mm,
            "source_detector_mm": carm.source_detector_mm,
            "single_image_pulses": TIMING.last_image_frames,
        },
        "needles": [{"code": one.code, "words": needle_words(one.code)} for one in needles()],
        "purposes": [str(one) for one in ViewPurpose],
        "patterns": [str(one) for one in ContrastPattern],
        "usual": {
            "contrast_rate": HABITS.contrast_rate_ml_s,
            "contrast_watch": HABITS.contrast_watch_s,
            "drug_rate": HABITS.drug_rate_ml_s,
        },
    }


def _after(made_from: Mapping[str, str], room_id: str) -> dict[str, str]:
    """Where the end leads to."""
    episode = made_from.get("episode")
    if episode is not None:
        return {
            "path": f"/episodes/{episode}",
            "button": "Back to the episode",
            "words": "What was done stands in the episode.",
        }
    return {
        "path": f"/rooms/{room_id}/debrief",
        "button": "Open the debrief",
        "words": "The debrief shows where the tip really was, and what it took.",
    }


def _planner(made_from: Mapping[str, str], room_id: str) -> str:
    """The planner of the same pelvis, side, target and plan."""
    choice = choice_in(made_from)
    asked = asked_in(choice)
    return f"/planner/{asked.pelvis}/{asked.side}/{asked.target}?plan={choice.plan + 1}&room={room_id}"
