"""Papers to read, print and keep; pictures of the procedure; the calendar entry; the diary as a still picture."""

import json
from functools import lru_cache
from io import BytesIO
from typing import Annotated

from fastapi import APIRouter, Query
from PIL import Image
from starlette.responses import Response

from sijoint.clinic import PacketAltered, packet_text, sealed_packet
from sijoint.exchange import UnprintableBooking, visit_entry
from sijoint.model import Person, StoredImage
from sijoint.pathway import UnknownLanguage, language
from sijoint.records import StoreRefused
from sijoint.report import Paper, PaperAsked, PaperKind, diary_figure, figure_of, paper_html, paper_of, paper_pdf
from sijoint.web.access import Billing, InTheHouse
from sijoint.web.clinic.episode_view import EpisodeView
from sijoint.web.clinic.paper_list import made
from sijoint.web.clinic.visitor import look, looking, require_view
from sijoint.web.errors import NotHere, Refused
from sijoint.web.headers import content_security_policy
from sijoint.web.site import Site, TheSite

router = APIRouter()
STYLED = {
    "Content-Security-Policy": content_security_policy(style_src="'unsafe-inline'")
}  # a page of its own, no script
WIDEST = 2048
KEPT_PICTURES = 48


@router.get("/episodes/{episode_id}/papers/{number}/{kind}.pdf")
def paper_file(
    site: TheSite, person: InTheHouse, episode_id: str, number: int, kind: str, language: str = "en"
) -> Response:
    """The paper as a PDF; its file name says the kind and nobody's name."""
    paper = _paper(site, person, episode_id, number, kind, language)
    named = {"Content-Disposition": f'inline; filename="{kind}.pdf"'}
    return Response(paper_pdf(paper), media_type="application/pdf", headers=named)


@router.get("/episodes/{episode_id}/papers/{number}/{kind}")
def paper_page(
    site: TheSite, person: InTheHouse, episode_id: str, number: int, kind: str, language: str = "en"
) -> Response:
    """The paper as a page to read and print."""
    paper = _paper(site, person, episode_id, number, kind, language)
    return Response(paper_html(paper), media_type="text/html; charset=utf-8", headers=STYLED)


@router.get("/episodes/{episode_id}/packets/{number:int}")
def packet_page(site: TheSite, person: Billing, episode_id: str, number: int) -> Response:
    """A packet as it was sealed. Refused where the facts no longer give it."""
    view = _view(site, person, episode_id)
    seals = view.episode.packet_seals
    if not 1 <= number <= len(seals) or PaperKind.PACKET not in require_view(person).papers:
        raise NotHere
    try:
        sealed = sealed_packet(site.store, episode_id, seals[number - 1], site.policies)
    except PacketAltered as altered:
        raise Refused(str(altered)) from None
    asked = PaperAsked(
        view.episode,
        len(view.episode.sessions),
        view.patient,
        view.policy,
        view.asked.now,
        zone=view.policy.zone,
        sealed=sealed,
    )
    return Response(
        paper_html(paper_of(PaperKind.PACKET, asked)), media_type="text/html; charset=utf-8", headers=STYLED
    )


@router.get("/episodes/{episode_id}/packets/{number}.json")
def packet_file(site: TheSite, person: Billing, episode_id: str, number: int) -> Response:
    """The packet with its digest, as it is handed over."""
    view = _view(site, person, episode_id)
    seals = view.episode.packet_seals
    if not 1 <= number <= len(seals) or PaperKind.PACKET not in require_view(person).papers:
        raise NotHere
    try:
        text = packet_text(sealed_packet(site.store, episode_id, seals[number - 1], site.policies))
    except PacketAltered as altered:
        raise Refused(str(altered)) from None
    named = {"Content-Disposition": 'attachment; filename="packet.json"'}
    return Response(text, media_type="application/json", headers=named)


@router.get("/episodes/{episode_id}/visits/{number}.ics")
def visit_file(site: TheSite, person: InTheHouse, episode_id: str, number: int) -> Response:
    """The appointment for a calendar; it names nobody."""
    view = _view(site, person, episode_id)
    if "booking" not in view.parts:
        raise NotHere
    try:
        entry = visit_entry(view.episode, number, language("en"))
    except UnprintableBooking as unprintable:
        raise Refused(str(unprintable)) from None
    named = {"Content-Disposition": 'attachment; filename="visit.ics"'}
    return Response(entry, media_type="text/calendar", headers=named)


@router.get("/episodes/{episode_id}/images/{sha256}")
def image(
    site: TheSite,
    person: InTheHouse,
    episode_id: str,
    sha256: str,
    width: Annotated[int, Query(ge=16, le=WIDEST)] = WIDEST,
) -> Response:
    """A picture of the procedure with its marks, on the record; SIMULATED stands in the pixels of one that is."""
    sees = require_view(person)
    if "procedure" not in sees.parts:
        raise NotHere
    view, now = _view(site, person, episode_id), site.clock()
    found = [
        (one, session.procedure.images)
        for session in view.episode.sessions
        if session.procedure
        for one in session.procedure.images
        if one.sha256 == sha256
    ]
    if not found:
        raise NotHere
    try:
        content, row = looking(site).at_picture(
            person.code, sees.purpose, episode_id, sha256, now, site.policy.day(now)
        )
    except StoreRefused:
        raise NotHere from None
    return Response(_marked(*found[0], content, row.sidecar, width), media_type="image/png")


@router.get("/episodes/{episode_id}/diary/{number}.svg")
def diary_picture(site: TheSite, person: InTheHouse, episode_id: str, number: int) -> Response:
    """The graph of the diary without script."""
    view = EpisodeView(look(site, person, episode_id), require_view(person).parts, number)
    if "diary" not in view.parts or view.session is None:
        raise NotHere
    return Response(diary_figure(view.session), media_type="image/svg+xml", headers=STYLED)


@lru_cache(maxsize=KEPT_PICTURES)
def _marked(image: StoredImage, images: tuple[StoredImage, ...], content: bytes, sidecar: str, width: int) -> bytes:
    """The picture with its marks, as PNG; drawing them takes longer than anything else on the page."""
    figure = figure_of(image, images, lambda _: (content, json.loads(sidecar)))
    with Image.open(BytesIO(figure.png)) as picture:
        picture.thumbnail((width, WIDEST))
        buffer = BytesIO()
        picture.save(buffer, format="PNG")
    return buffer.getvalue()


def _view(site: Site, person: Person, episode_id: str) -> EpisodeView:
    return EpisodeView(look(site, person, episode_id), require_view(person).parts)


def _paper(site: Site, person: Person, episode_id: str, number: int, kind: str, spoken: str) -> Paper:
    """Raises NotHere for a kind that this role does not open, or that the facts do not give."""
    if kind not in require_view(person).papers or kind not in set(PaperKind):
        raise NotHere
    view = _view(site, person, episode_id)
    try:
        paper = (
            made(view, PaperKind(kind), number, spoken) if 1 <= number <= max(len(view.episode.sessions), 1) else None
        )
    except UnknownLanguage as unknown:
        raise Refused(str(unknown)) from None
    if paper is None:
        raise NotHere
    return paper
