"""One episode on one page: who it is, where it stands, what holds it, and everything that happened, top to bottom."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from sijoint.model import EpisodeState, Person, StoreKind
from sijoint.web.access import InTheHouse
from sijoint.web.clinic.episode_view import EpisodeView
from sijoint.web.clinic.paper_list import papers_of
from sijoint.web.clinic.visitor import look, require_view, told_to
from sijoint.web.clinic.words import words_for
from sijoint.web.errors import NotHere
from sijoint.web.pages import render
from sijoint.web.site import TheSite

router = APIRouter()

BESIDE = frozenset({"findings", "medicines", "booking", "preparation", "emergency", "payer", "papers", "story"})
PARTS = (
    ("findings", "Findings"),
    ("request", "Request"),
    ("assessment", "Assessment"),
    ("order", "Order"),
    ("screening", "Screening"),
    ("medicines", "Blood thinners"),
    ("booking", "Appointment"),
    ("preparation", "Preparation"),
    ("consent", "Consent"),
    ("day", "The day"),
    ("tray", "Tray"),
    ("emergency", "Emergency"),
    ("procedure", "Procedure"),
    ("recovery", "Recovery"),
    ("discharge", "Discharge"),
    ("diary", "Diary"),
    ("diary-due", "Diary"),
    ("verdict", "Verdict"),
    ("repeat", "Repeat"),
    ("complications", "Complications"),
    ("note", "Note"),
    ("payer", "Payer"),
    ("papers", "Papers"),
    ("story", "Story"),
)


@router.get("/episodes/{episode_id}")
def episode_page(request: Request, site: TheSite, person: InTheHouse, episode_id: str, session: int = 0) -> Response:
    """The parts that this role sees, with what it may do now."""
    sees = require_view(person)
    asked = look(site, person, episode_id)
    view = EpisodeView(asked, sees.parts, session)
    offered = view.offered_to(person.role)
    return render(
        request,
        "clinic/episode.html.j2",
        w=words_for(site.policy),
        view=view,
        episode=view.episode,
        patient=view.patient,
        named=sees.named,
        parts=[(name, words) for name, words in PARTS if name in sees.parts],
        rail=BESIDE,
        offered=offered,
        elsewhere=[one for part, found in offered.items() if part not in sees.parts for one in found],
        next_action=view.next_of(person.role),
        next_words=view.next_words(),
        decide_at=f"/episodes/{episode_id}/do/OverrideFinding"
        if any(one.name == "OverrideFinding" for found in offered.values() for one in found)
        else "",
        papers=papers_of(view, sees.papers),
        told=told_to(site, person, episode_id),
        room_may_open=_room_may_open(site.kind, view, person),
        calls=view.calls if "diary" in sees.parts or "diary-due" in sees.parts else (),
    )


@router.get("/episodes/{episode_id}/ledger")
def ledger_of_episode(request: Request, site: TheSite, person: InTheHouse, episode_id: str) -> Response:
    """Every line of the ledger about this episode, and who looked at it."""
    sees = require_view(person)
    asked = look(site, person, episode_id)
    view = EpisodeView(asked, sees.parts)
    if "story" not in sees.parts:
        raise NotHere
    return render(
        request,
        "clinic/ledger.html.j2",
        w=words_for(site.policy),
        view=view,
        episode=view.episode,
        patient=view.patient,
        named=sees.named,
        lines=site.store.story(episode_id),
        looks=site.store.accesses(episode_id),
    )


def _room_may_open(kind: StoreKind, view: EpisodeView, person: Person) -> bool:
    """A live room for a procedure that has begun is opened by its operator, in a virtual store alone."""
    begun = view.session.procedure if view.session else None
    if begun is None or view.episode.state is not EpisodeState.IN_PROCEDURE:
        return False
    return kind is StoreKind.VIRTUAL and begun.operator == person.code and not begun.virtual_operator
