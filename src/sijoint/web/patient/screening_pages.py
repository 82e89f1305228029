"""Screening on the patient's own phone: a topic a page, earlier answers shown for confirmation, sent as one set."""

import secrets
from dataclasses import replace
from datetime import date
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from sijoint.clinic import AnswerScreening
from sijoint.model import Answer, Episode, Fact, Person, ScreeningAnswers
from sijoint.pathway import TRANSITIONS, Step, language
from sijoint.pathway.screening_questions import LISTS, ScreeningTopic, topics_for
from sijoint.web.access import OwnPatient
from sijoint.web.errors import NotHere
from sijoint.web.forms import Form, TheForm
from sijoint.web.pages import redirect, render
from sijoint.web.patient.acting import give
from sijoint.web.patient.form_draft import FormDraft, draft_of, keep_draft, typed_on
from sijoint.web.patient.listed_names import ROWS
from sijoint.web.patient.own_episode import OwnRecord, require_own_record
from sijoint.web.patient.screening_answers import (
    READINGS,
    answers_from,
    check_topic,
    fields_before,
    fields_of,
    list_rows,
)
from sijoint.web.site import Site, TheSite

router = APIRouter()
COOKIE, PATH = "sij-screening", "/me/screening"
IDS = ("command",)
CHECK = "check"
SPARE_ROWS = 2
NUMBERS = ScreeningTopic(READINGS, "Numbers that you know", ())


def may_answer(episode: Episode) -> bool:
    """Whether the clinic has planned an injection and still takes answers for it."""
    return bool(episode.sessions) and (episode.state, Step.SCREEN_REVIEW) in TRANSITIONS


@router.get("/me/screening")
def begin(request: Request, person: OwnPatient, site: TheSite) -> Response:
    record = require_own_record(site, person)
    draft = _draft(site, request, record)
    return render(
        request,
        "patient/screening_begin.html.j2",
        ready=may_answer(record.current),
        goes_on=_waiting(draft, record) if draft.done else "",
        before=record.current.screening_answers is not None,
        **_numbers(site),
    )


@router.get("/me/screening/check")
def check(request: Request, person: OwnPatient, site: TheSite) -> Response:
    record = _record_to_answer(site, person)
    draft = _draft(site, request, record)
    waiting = _waiting(draft, record)
    if waiting != CHECK:
        return redirect(f"/me/screening/{waiting}")
    return _check_page(request, site, draft, record, "")


@router.post("/me/screening/check")
def send(request: Request, person: OwnPatient, site: TheSite) -> Response:
    """The whole set at once, on the record as it was when the draft began; changed meanwhile, the patient looks again."""
    record = _record_to_answer(site, person)
    if draft_of(site, request, COOKIE, IDS).sent is not None:
        return redirect("/me/screening/sent")  # the button was pressed twice
    draft = _draft(site, request, record)
    waiting = _waiting(draft, record)
    if waiting != CHECK:
        return redirect(f"/me/screening/{waiting}")
    now, before = site.clock(), _before(record)
    command = AnswerScreening(
        id=f"screening-{draft.ids['command']}",
        by=person.code,
        episode_id=record.current.id,
        seen_version=int(draft.ids["version"]),
        answers=answers_from(draft.form, _topics(record), before, now, person.code, _today(site)),
    )
    outcome = give(site, command)
    if not outcome.accepted:
        response = _check_page(request, site, draft, record, f"{outcome.refusal[:1].upper()}{outcome.refusal[1:]}.")
        fresh = replace(draft, ids={**draft.ids, **_new_ids(record)})
        keep_draft(site, response, fresh, COOKIE, PATH)
        return response
    response = redirect("/me/screening/sent")
    keep_draft(site, response, replace(draft, fields={}, done=(), sent={"at": now.isoformat()}), COOKIE, PATH)
    return response


@router.get("/me/screening/sent")
def sent(request: Request, person: OwnPatient, site: TheSite) -> Response:
    record = require_own_record(site, person)
    newest = record.current.screening_history[-1] if record.current.screening_history else None
    session = record.current.sessions[-1] if record.current.sessions else None
    if newest is None or session is None:
        return redirect("/me/screening")
    findings = session.screening.findings if session.screening is not None else ()
    told = language()
    return render(
        request,
        "patient/screening_sent.html.j2",
        at=told.stamp(newest.at, site.policy.zone),
        notes=tuple(dict.fromkeys(one.patient for one in findings if one.patient)),
        **_numbers(site),
    )


@router.get("/me/screening/{key}")
def topic_page(key: str, request: Request, person: OwnPatient, site: TheSite) -> Response:
    record = _record_to_answer(site, person)
    topic = _topic(record, key)
    return _topic_page(request, site, topic, _draft(site, request, record).form, record)


@router.post("/me/screening/{key}")
def answer_topic(key: str, request: Request, person: OwnPatient, site: TheSite, form: TheForm) -> Response:
    """Kept whatever it holds; then on, or back, or the same page with what is missing."""
    record = _record_to_answer(site, person)
    topic = _topic(record, key)
    draft = typed_on(_draft(site, request, record), form, fields_of(topic))
    check_topic(form, topic, _before(record), _today(site))
    others = tuple(one for one in draft.done if one != key)
    draft = replace(draft, done=others if form.problems else (*others, key))
    keys = [one.key for one in _topics(record)]
    place, going = keys.index(key), form.raw("go")
    if going == "keep":
        response = Response(status_code=HTTPStatus.NO_CONTENT)
    elif going == "back":
        response = redirect(f"/me/screening/{keys[place - 1]}" if place else "/me/screening")
    elif going == "more" or form.problems:
        status = HTTPStatus.OK if going == "more" else HTTPStatus.UNPROCESSABLE_ENTITY
        shown = Form({name: form.all_raw(name) for name in fields_of(topic)}) if going == "more" else form
        response = _topic_page(request, site, topic, shown, record, status)
    else:
        following = [*keys, CHECK][place + 1]
        response = redirect(f"/me/screening/{CHECK if _waiting(draft, record) == CHECK else following}")
    keep_draft(site, response, draft, COOKIE, PATH)
    return response


def _record_to_answer(site: Site, person: Person) -> OwnRecord:
    record = require_own_record(site, person)
    if not may_answer(record.current):
        raise NotHere
    return record


def _draft(site: Site, request: Request, record: OwnRecord) -> FormDraft:
    """A new draft begins with what is on record."""
    draft = draft_of(site, request, COOKIE, IDS)
    if draft.ids.get("episode") == record.current.id and draft.sent is None:
        return draft
    return FormDraft(draft.token, fields_before(_before(record)), _new_ids(record))


def _new_ids(record: OwnRecord) -> dict[str, str]:
    return {
        "episode": record.current.id,
        "version": str(record.current.version),
        "command": secrets.token_hex(8),
    }


def _before(record: OwnRecord) -> ScreeningAnswers:
    """What the patient answered last, in this episode or in an earlier one."""
    answered = (one.screening_answers for one in reversed(record.episodes) if one.screening_answers is not None)
    return next(answered, ScreeningAnswers())


def _topics(record: OwnRecord) -> tuple[ScreeningTopic, ...]:
    return (*topics_for(record.patient), NUMBERS)


def _topic(record: OwnRecord, key: str) -> ScreeningTopic:
    found = next((one for one in _topics(record) if one.key == key), None)
    if found is None:
        raise NotHere
    return found


def _waiting(draft: FormDraft, record: OwnRecord) -> str:
    return next((one.key for one in _topics(record) if one.key not in draft.done), CHECK)


def _today(site: Site) -> date:
    return site.clock().astimezone(site.policy.zone).date()


def _topic_page(
    request: Request, site: Site, topic: ScreeningTopic, form: Form, record: OwnRecord, status: int = HTTPStatus.OK
) -> Response:
    topics, before = _topics(record), _before(record)
    again = Form({name: form.all_raw(name) for name in fields_of(topic)})
    rows = list_rows(again, topic.key, before) if topic.key in LISTS else ()
    used = {one.number for one in rows}
    return render(
        request,
        "patient/screening_topic.html.j2",
        status=status,
        topic=topic,
        number=topics.index(topic) + 1,
        of=len(topics) + 1,
        typed=form,
        rows=rows,
        spare=[one for one in range(ROWS) if one not in used][:SPARE_ROWS],
        whole=LISTS.get(topic.key, ""),
        known=_known(topic, before),
        **_numbers(site),
    )


def _known(topic: ScreeningTopic, before: ScreeningAnswers) -> bool:
    """Whether answers of this page are on record already, to be confirmed."""
    facts: list[Fact] = [getattr(before, one.fact) for one in topic.questions]
    return any(one.answer in (Answer.YES, Answer.NO, Answer.UNKNOWN) for one in facts)


def _check_page(request: Request, site: Site, draft: FormDraft, record: OwnRecord, problem: str) -> Response:
    topics = _topics(record)
    return render(
        request,
        "patient/screening_check.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        topics=topics,
        form=draft.form,
        form_noes={name for name, said in draft.fields.items() if said == (str(Answer.NO),)},
        lists={key: list_rows(draft.form, key, _before(record)) for key in LISTS},
        problem=problem,
        number=len(topics) + 1,
        of=len(topics) + 1,
        **_numbers(site),
    )


def _numbers(site: Site) -> dict[str, Any]:
    told = language()
    return {
        "emergency_phone": told.site(site.policy.emergency_phone),
        "clinic_phone": told.site(site.policy.clinic_phone),
    }
