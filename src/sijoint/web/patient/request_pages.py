"""Asking for an appointment: one topic a page, kept as a draft on the way, a receipt at the end. Anybody may ask."""

from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from sijoint.clinic import RequestAppointment
from sijoint.model import Person, RequestedBy, Role, StoreKind
from sijoint.pathway import body_map, language
from sijoint.pathway.request_signs import request_signs
from sijoint.web.access import Anybody
from sijoint.web.errors import NotHere
from sijoint.web.forms import Form, TheForm
from sijoint.web.pages import redirect, render
from sijoint.web.patient.acting import PRACTICE, VISITOR, acts_as, give
from sijoint.web.patient.form_draft import FormDraft, draft_of, forget_draft, keep_draft, typed_on
from sijoint.web.patient.own_episode import require_own_record
from sijoint.web.patient.request_topics import SIDES, TOPICS, Topic, patient_from, request_from, signs_told
from sijoint.web.patient.request_words import told_back
from sijoint.web.site import Site, TheSite

router = APIRouter()
COOKIE, PATH = "sij-request", "/request"
IDS = ("command", "episode", "patient")
CHECK = "check"
RECEIPT = 6  # characters of the episode's id that a person may read out on the telephone


@router.get("/request")
def begin(request: Request, person: Anybody, site: TheSite) -> Response:
    draft = _draft(site, request)
    goes_on = _next_topic(draft, person) if draft.fields and draft.sent is None else ""
    return render(
        request, "patient/request_begin.html.j2", goes_on=goes_on, sent=draft.sent is not None, **_numbers(site)
    )


@router.get("/request/urgent")
def urgent(request: Request, person: Anybody, site: TheSite) -> Response:
    """What cannot wait, said at once; asking goes on from here."""
    told = signs_told(_draft(site, request).form, site.policy)
    signs = tuple(one for one in request_signs(site.policy) if one.code in told)
    if not signs:
        return redirect(f"/request/{TOPICS[1].key}")
    return render(request, "patient/request_urgent.html.j2", signs=signs, **_numbers(site))


@router.get("/request/check")
def check(request: Request, person: Anybody, site: TheSite) -> Response:
    draft = _draft(site, request)
    if draft.sent is not None:
        return redirect("/request/sent")
    waiting = _next_topic(draft, person)
    if waiting != CHECK:
        return redirect(f"/request/{waiting}")
    return _check_page(request, site, draft, person, "")


@router.post("/request/check")
def send(request: Request, person: Anybody, site: TheSite) -> Response:
    """The draft's own ids and moment make a second press the same request. Raises TooOften."""
    draft = _draft(site, request)
    waiting = _next_topic(draft, person)
    if draft.sent is not None or waiting != CHECK:
        return redirect("/request/sent" if draft.sent is not None else f"/request/{waiting}")
    site.throttles.addresses.count(f"request {request.client.host if request.client else ''}")
    draft = replace(draft, ids={"at": site.clock().isoformat(), **draft.ids})
    response = redirect("/request/sent")
    keep_draft(site, response, draft, COOKIE, PATH)
    outcome = give(site, _command(site, draft, person))
    if not outcome.accepted:
        return _check_page(request, site, draft, person, f"{outcome.refusal[:1].upper()}{outcome.refusal[1:]}.")
    told = {
        "number": draft.ids["episode"][:RECEIPT].upper(),
        "at": draft.ids["at"],
        "notes": list(dict.fromkeys(one.patient for one in outcome.findings if one.patient)),
        "signs": list(signs_told(draft.form, site.policy)),
    }
    keep_draft(site, response, replace(draft, fields={}, sent=told), COOKIE, PATH)
    return response


@router.get("/request/sent")
def sent(request: Request, person: Anybody, site: TheSite) -> Response:
    draft = _draft(site, request)
    if draft.sent is None:
        return redirect("/request")
    signs = tuple(one for one in request_signs(site.policy) if one.code in draft.sent["signs"])
    at = datetime.fromisoformat(draft.sent["at"])
    return render(
        request,
        "patient/request_sent.html.j2",
        sent=draft.sent,
        at=language().stamp(at, site.policy.zone),
        signs=signs,
        **_numbers(site),
    )


@router.post("/request/forget")
def forget(person: Anybody, request: Request, site: TheSite) -> Response:
    """Everything typed so far is taken away, from this phone and from the server."""
    response = redirect("/request")
    forget_draft(site, response, _draft(site, request), COOKIE, PATH)
    return response


@router.get("/request/{key}")
def topic_page(key: str, request: Request, person: Anybody, site: TheSite) -> Response:
    draft = _draft(site, request)
    if draft.sent is not None:
        return redirect("/request/sent")
    return _topic_page(request, site, _topic(key, person), draft.form, person)


@router.post("/request/{key}")
def answer_topic(key: str, request: Request, person: Anybody, site: TheSite, form: TheForm) -> Response:
    """Kept whatever it holds; then on, or back, or the same page with what is missing."""
    topic = _topic(key, person)
    draft = typed_on(_draft(site, request), form, topic.fields)
    topic.check(form, site.policy, site.clock().astimezone(site.policy.zone).date())
    others = tuple(one for one in draft.done if one != key)
    draft = replace(draft, done=others if form.problems else (*others, key))
    going = form.raw("go")
    if going == "keep":
        response = Response(status_code=HTTPStatus.NO_CONTENT)
    elif going == "back":
        response = redirect(_before(key, person))
    elif form.problems:
        response = _topic_page(request, site, topic, form, person, HTTPStatus.UNPROCESSABLE_ENTITY)
    else:
        response = redirect(_after(key, draft, person, site))
    keep_draft(site, response, draft, COOKIE, PATH)
    return response


def _draft(site: Site, request: Request) -> FormDraft:
    return draft_of(site, request, COOKIE, IDS)


def _topics(person: Person | None) -> tuple[Topic, ...]:
    """Whoever is signed in as a patient is known already."""
    known = person is not None and person.role is Role.PATIENT
    return tuple(one for one in TOPICS if one.key != "you" or not known)


def _topic(key: str, person: Person | None) -> Topic:
    found = next((one for one in _topics(person) if one.key == key), None)
    if found is None:
        raise NotHere
    return found


def _next_topic(draft: FormDraft, person: Person | None) -> str:
    return next((one.key for one in _topics(person) if one.key not in draft.done), CHECK)


def _before(key: str, person: Person | None) -> str:
    keys = [one.key for one in _topics(person)]
    place = keys.index(key)
    return f"/request/{keys[place - 1]}" if place else "/request"


def _after(key: str, draft: FormDraft, person: Person | None, site: Site) -> str:
    if key == TOPICS[0].key and signs_told(draft.form, site.policy):
        return "/request/urgent"
    keys = [*(one.key for one in _topics(person)), CHECK]
    following = keys[keys.index(key) + 1]
    return f"/request/{CHECK if _next_topic(draft, person) == CHECK else following}"


def _topic_page(
    request: Request, site: Site, topic: Topic, form: Form, person: Person | None, status: int = HTTPStatus.OK
) -> Response:
    topics = _topics(person)
    return render(
        request,
        f"patient/request_{topic.key}.html.j2",
        status=status,
        topic=topic,
        number=topics.index(topic) + 1,
        of=len(topics) + 1,
        typed=form,
        regions=tuple(body_map().values()),
        sides=SIDES,
        signs=request_signs(site.policy),
        by_staff=person is not None and person.role is not Role.PATIENT,
        **_numbers(site),
    )


def _check_page(request: Request, site: Site, draft: FormDraft, person: Person | None, problem: str) -> Response:
    topics = _topics(person)
    return render(
        request,
        "patient/request_check.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        told=told_back(draft.form, topics, site.policy),
        problem=problem,
        number=len(topics) + 1,
        of=len(topics) + 1,
        back=f"/request/{topics[-1].key}",
        **_numbers(site),
    )


def _command(site: Site, draft: FormDraft, person: Person | None) -> RequestAppointment:
    form, policy, at = draft.form, site.policy, datetime.fromisoformat(draft.ids["at"])
    known = person if person is not None and person.role is Role.PATIENT else None
    patient = (
        require_own_record(site, known).patient
        if known is not None
        else patient_from(form, f"patient-{draft.ids['patient']}", site.kind is StoreKind.VIRTUAL)
    )
    return RequestAppointment(
        id=f"request-{draft.ids['command']}",
        by=acts_as(person, PRACTICE if form.raw("asked_by") == RequestedBy.REFERRER else VISITOR),
        episode_id=f"episode-{draft.ids['episode']}",
        patient=patient,
        request=request_from(form, policy, at, at.astimezone(policy.zone).date()),
    )


def _numbers(site: Site) -> dict[str, Any]:
    told = language()
    return {
        "emergency_phone": told.site(site.policy.emergency_phone),
        "clinic_phone": told.site(site.policy.clinic_phone),
    }
