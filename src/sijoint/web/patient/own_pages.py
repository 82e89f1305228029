"""The own record by login: where things stand, the result in plain words, the own curve and picture."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO

from fastapi import APIRouter, Request
from PIL import Image
from starlette.responses import Response

from sijoint.fluoroscopy import UnreadableFrame
from sijoint.model import Episode, Session
from sijoint.pathway import language
from sijoint.records import Purpose, StoreRefused
from sijoint.report import diary_figure, figure_of
from sijoint.report.diary_table import DiaryLine, diary_lines
from sijoint.report.own_words import image_in_words, own_image, result_in_words, where_it_stands
from sijoint.web.access import OwnPatient
from sijoint.web.errors import NotHere
from sijoint.web.headers import content_security_policy
from sijoint.web.pages import render
from sijoint.web.patient.daily_life import may_tell_daily_life
from sijoint.web.patient.own_episode import OwnRecord, own_record, require_own_record
from sijoint.web.patient.own_visit import may_cancel
from sijoint.web.patient.screening_pages import may_answer
from sijoint.web.site import Site, TheSite

router = APIRouter()
WIDEST = 1400  # pixels of a picture on a phone turned sideways
STYLED_PICTURE = {
    "Content-Security-Policy": content_security_policy(style_src="'unsafe-inline'")
}  # its style is inside


@dataclass(frozen=True)
class Injection:
    """One injection of the own record; ``place`` counts over all episodes, ``number`` inside its own."""

    place: int
    number: int
    episode: Episode
    session: Session
    result: tuple[str, ...]
    picture: tuple[str, ...]
    lines: tuple[DiaryLine, ...]


@router.get("/me")
def home(request: Request, person: OwnPatient, site: TheSite) -> Response:
    record, policy, told = own_record(site, person), site.policy, language()
    if record is None:
        return render(request, "patient/me_nothing.html.j2", clinic_phone=told.site(policy.clinic_phone))
    injections = injections_of(site, record)
    return render(
        request,
        "patient/me.html.j2",
        record=record,
        stands=where_it_stands(record.current, policy),
        injections=tuple(reversed(injections)),
        may_answer=may_answer(record.current),
        may_tell=may_tell_daily_life(record.current),
        may_cancel=may_cancel(record.current),
        has_diary=any(session.prompts for episode in record.episodes for session in episode.sessions),
        zone=policy.zone,
        told=told,
        emergency_phone=told.site(policy.emergency_phone),
        clinic_phone=told.site(policy.clinic_phone),
    )


@router.get("/me/injections/{place}/diary.svg")
def curve(place: int, person: OwnPatient, site: TheSite) -> Response:
    """The own curve; a table with the same numbers stands beside it on the page."""
    found = require_injection(site, require_own_record(site, person), place)
    figure = diary_figure(found.session, window_label="while the numbing medicine works")
    if not figure:
        raise NotHere
    return Response(figure, media_type="image/svg+xml", headers=STYLED_PICTURE)


@router.get("/me/injections/{place}/picture.png")
def picture(place: int, person: OwnPatient, site: TheSite) -> Response:
    """The own picture with its marks; SIMULATED stands in the pixels of one that is."""
    found = require_injection(site, require_own_record(site, person), place)
    procedure = found.session.procedure
    image = own_image(procedure.images) if procedure is not None else None
    if procedure is None or image is None:
        raise NotHere
    rows = {row.sha256: row.sidecar for row in site.store.image_rows(found.episode.id)}
    try:
        with site.store.read_as(person.code, Purpose.OWN_RECORD, site.clock()) as viewing:
            content = viewing.image(found.episode.id, image.sha256)
        figure = figure_of(image, procedure.images, lambda sha256: (content, json.loads(rows[sha256])))
    except (StoreRefused, UnreadableFrame):
        raise NotHere from None
    with Image.open(BytesIO(figure.png)) as shown:
        shown.thumbnail((WIDEST, WIDEST))
        out = BytesIO()
        shown.save(out, format="PNG")
    return Response(out.getvalue(), HTTPStatus.OK, media_type="image/png")


def injections_of(site: Site, record: OwnRecord) -> tuple[Injection, ...]:
    """Every injection that was planned, oldest first."""
    numbered = (
        (episode, number, session) for episode in record.episodes for number, session in enumerate(episode.sessions, 1)
    )
    return tuple(
        Injection(
            place,
            number,
            episode,
            session,
            result_in_words(session, site.policy),
            _picture_words(session),
            diary_lines(session),
        )
        for place, (episode, number, session) in enumerate(numbered, 1)
    )


def require_injection(site: Site, record: OwnRecord, place: int) -> Injection:
    """Raises NotHere."""
    found = [one for one in injections_of(site, record) if one.place == place]
    if not found:
        raise NotHere
    return found[0]


def _picture_words(session: Session) -> tuple[str, ...]:
    image = own_image(session.procedure.images) if session.procedure is not None else None
    return () if image is None else image_in_words(image)
