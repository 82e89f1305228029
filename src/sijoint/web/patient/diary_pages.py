"""The diary: one page with four questions, an answer in one go, its receipt; by a signed link or by login (``/d/own``)."""

import secrets
from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from sijoint.clinic import AnswerDiary
from sijoint.model import DiaryEntry, Episode
from sijoint.pathway import Policy, language
from sijoint.records import Purpose
from sijoint.web.errors import NotHere, Refused
from sijoint.web.forms import Form, TheForm
from sijoint.web.pages import redirect, render
from sijoint.web.patient.acting import give
from sijoint.web.patient.diary_access import BirthYearFirst, Diarist, TheDiarist
from sijoint.web.patient.diary_answer import read_entry
from sijoint.web.patient.diary_card import Diary, diary_of, phone_card
from sijoint.web.patient.diary_receipt import Receipt, receipt_for, receipt_wire
from sijoint.web.sign_links import answer_birth_year, keep_diary_pass
from sijoint.web.site import Site, TheSite

router = APIRouter()
YEAR_DIGITS = 4
WRONG_YEAR = "That is not the year that we know. Try again, or call us."


class NotAsked(Refused):
    """There is no diary yet, or the answer was refused by the clinic."""


@router.get("/d/{link}")
def diary_page(request: Request, link: str, site: TheSite, diarist: TheDiarist) -> Response:
    if isinstance(diarist, BirthYearFirst):
        return render(request, "patient/birth_year.html.j2", link=link, problem="")
    diary = _diary(site, diarist)
    if diary is None:
        return render(request, "patient/diary_not_yet.html.j2", clinic_phone=site.policy.clinic_phone)
    return _page(request, link, diary, Form({}))


@router.post("/d/{link}/birth-year")
def say_birth_year(request: Request, link: str, site: TheSite, diarist: TheDiarist, form: TheForm) -> Response:
    """Asked once in a browser. Raises TooOften."""
    if isinstance(diarist, Diarist):
        return redirect(f"/d/{link}")
    year = form.raw("birth_year").strip()
    known = len(year) == YEAR_DIGITS and year.isascii() and year.isdigit()
    if not known or not answer_birth_year(site, diarist.link, int(year), request):
        words = WRONG_YEAR if known else "Type the four digits of the year, such as 1968."
        return render(
            request, "patient/birth_year.html.j2", status=HTTPStatus.UNPROCESSABLE_ENTITY, link=link, problem=words
        )
    response = redirect(f"/d/{link}")
    keep_diary_pass(site, response, diarist.link)
    return response


@router.post("/d/{link}")
def answer_diary(request: Request, link: str, site: TheSite, diarist: TheDiarist, form: TheForm) -> Response:
    """One answer from the page, or from the phone's queue where JSON is asked for. The same entry id is kept once."""
    if isinstance(diarist, BirthYearFirst):
        if _by_script(request):
            return JSONResponse({"refused": "Type the year of birth first."}, HTTPStatus.UNAUTHORIZED)
        return render(request, "patient/birth_year.html.j2", link=link, problem="")
    episode, policy = _episode(site, diarist), site.policy
    diary = diary_of(episode, policy, site.clock())
    if diary is None:
        raise NotAsked("Your diary has no questions yet: they come with the injection.")
    by_script = _by_script(request)
    entry = read_entry(form, diary.prompts, diary.signs, site.clock(), diarist.by, whole=not by_script)
    if form.problems and by_script:
        raise NotAsked(" ".join(one.sentence for one in form.problems))
    if form.problems:
        return _page(request, link, diary, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    receipt = None if by_script else _receipt(episode, entry.id, policy)  # the same form sent twice
    receipt = receipt or _keep(site, diarist, entry)
    if by_script:
        return JSONResponse(receipt_wire(receipt))
    return redirect(f"/d/{link}/kept/{entry.id}")


@router.get("/d/{link}/kept/{entry_id}")
def kept_page(request: Request, link: str, entry_id: str, site: TheSite, diarist: TheDiarist) -> Response:
    if isinstance(diarist, BirthYearFirst):
        return redirect(f"/d/{link}")
    episode = _episode(site, diarist)
    receipt = _receipt(episode, entry_id, site.policy)
    diary = diary_of(episode, site.policy, site.clock())
    if receipt is None or diary is None:
        raise NotHere
    return render(
        request,
        "patient/diary_kept.html.j2",
        link=link,
        receipt=receipt,
        diary=diary,
        zone=site.policy.zone,
        told=language(),
    )


def _page(request: Request, link: str, diary: Diary, typed: Form, status: int = HTTPStatus.OK) -> Response:
    return render(
        request,
        "patient/diary.html.j2",
        status=status,
        link=link,
        diary=diary,
        card=phone_card(diary),
        typed=typed,
        entry_id=typed.raw("entry_id") or secrets.token_hex(16),
        zone=request.app.state.site.policy.zone,
        told=language(),
    )


def _keep(site: Site, diarist: Diarist, entry: DiaryEntry) -> Receipt:
    """Each delivery is a command of its own; the entry's id makes them one answer. Raises NotAsked."""
    delivery = f"{entry.id}-{secrets.token_hex(8)}"
    outcome = give(site, AnswerDiary(id=delivery, by=diarist.by, episode_id=diarist.episode_id, entry=entry))
    receipt = None if outcome.episode is None else _receipt(outcome.episode, entry.id, site.policy)
    if not outcome.accepted or receipt is None:
        raise NotAsked(f"{outcome.refusal[:1].upper()}{outcome.refusal[1:]}.")
    return receipt


def _receipt(episode: Episode, entry_id: str, policy: Policy) -> Receipt | None:
    found = (receipt_for(entry_id, session, policy) for session in episode.sessions)
    return next((one for one in found if one is not None), None)


def _diary(site: Site, diarist: Diarist) -> Diary | None:
    return diary_of(_episode(site, diarist), site.policy, site.clock())


def _episode(site: Site, diarist: Diarist) -> Episode:
    with site.store.read_as(diarist.by, Purpose.OWN_RECORD, site.clock()) as viewing:
        return viewing.episode(diarist.episode_id)


def _by_script(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")
