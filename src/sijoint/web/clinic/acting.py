"""Doing something with an episode: the form, what was typed in it, and one command of the clinic."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from sijoint.clinic import Outcome
from sijoint.clinic.offers import offered
from sijoint.model import Finding, Person
from sijoint.web.access import CareTeam
from sijoint.web.clinic.actions import Action, actions
from sijoint.web.clinic.adapted import shown_of
from sijoint.web.clinic.before import on_record
from sijoint.web.clinic.beside import beside
from sijoint.web.clinic.choices import Asked
from sijoint.web.clinic.form_view import FormView
from sijoint.web.clinic.making import Meanwhile, carried_out, command_of, done_since, ids_of, kept_as
from sijoint.web.clinic.second import PASSWORD, second_stands_beside
from sijoint.web.clinic.typed import Typed, texts_of
from sijoint.web.clinic.visitor import Told, above_a_note, look, require_view, tell
from sijoint.web.clinic.words import words_for
from sijoint.web.errors import NotHere
from sijoint.web.forms import Problem, TheForm
from sijoint.web.pages import redirect, render
from sijoint.web.site import TheSite

router = APIRouter()


@dataclass(frozen=True)
class Trouble:
    """Why a form comes back: defects, a refusal with its findings, or what others did meanwhile."""

    problems: tuple[Problem, ...] = ()
    refusal: str = ""
    findings: tuple[Finding, ...] = ()
    meanwhile: tuple[Meanwhile, ...] = ()

    @property
    def status(self) -> int:
        if self.meanwhile:
            return HTTPStatus.CONFLICT
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.problems or self.refusal else HTTPStatus.OK


@router.get("/episodes/{episode_id}/do/{name}")
def form_page(request: Request, site: TheSite, person: CareTeam, episode_id: str, name: str) -> Response:
    """The form of one action, with what is on record in it."""
    action = _action(name)
    asked = look(site, person, episode_id)
    if not _offered(action, asked, person):
        return _not_now(action, asked, person)
    plain = shown_of(name, on_record(name, asked))
    texts = {key: value for field in action.fields for key, value in texts_of(field, plain, site.policy.zone).items()}
    return _shown(request, person, action, asked, Typed(texts), Trouble())


@router.post("/episodes/{episode_id}/do/{name}")
def act(request: Request, site: TheSite, person: CareTeam, episode_id: str, name: str, form: TheForm) -> Response:
    """One command; back to the episode, or to the form with everything that was typed."""
    action = _action(name)
    asked = look(site, person, episode_id)
    names = form.names
    ids, typed = ids_of(form, names), Typed.of_form(form, tuple(one for one in names if one != PASSWORD))
    if kept_as(ids.command, episode_id, site.store) is None and not _offered(action, asked, person):
        return _not_now(action, asked, person)
    if form.raw("more"):
        return _shown(request, person, action, asked, typed.with_one_more(form.raw("more")), Trouble())
    assert asked.seen is not None
    seen_version = form.seen_version
    command = command_of(action, form, asked, ids, episode_id)
    second_stands_beside(action.name, form, asked)
    if command is None or form.problems:
        return _shown(request, person, action, asked, typed, Trouble(form.problems))
    outcome = carried_out(command, asked)
    if outcome.accepted:
        return _done(action, outcome, asked, person)
    changed = seen_version is not None and not action.adds and seen_version != asked.seen.episode.version
    meanwhile = done_since(seen_version, episode_id, site.store) if changed and seen_version is not None else ()
    refusal, findings = outcome.refusal, above_a_note(outcome.findings)
    if findings and not _sees_findings(person):
        refusal, findings = f"{refusal.partition(':')[0]}: a clinician has to look at it", ()
    trouble = Trouble((), "" if meanwhile else refusal, findings, meanwhile)
    return _shown(request, person, action, asked, typed, trouble)


def _action(name: str) -> Action:
    if name not in actions() or name == "RequestAppointment":
        raise NotHere
    return actions()[name]


def _offered(action: Action, asked: Asked, person: Person) -> bool:
    assert asked.seen is not None
    return action.command in offered(asked.seen.episode, person.role, asked.site.policy, asked.now)


def _not_now(action: Action, asked: Asked, person: Person) -> Response:
    """Not offered in this state or to this role, or any more: the episode says where it stands."""
    assert asked.seen is not None
    episode = asked.seen.episode
    words = f"“{action.verb}” is not possible for you now: the episode is {episode.state}. Nothing was changed."
    tell(asked.site, person, episode.id, Told(words, refused=True))
    return redirect(f"/episodes/{episode.id}")


def _done(action: Action, outcome: Outcome, asked: Asked, person: Person) -> Response:
    assert asked.seen is not None
    findings = above_a_note(outcome.findings) if _sees_findings(person) else ()
    tell(asked.site, person, asked.seen.episode.id, Told(f"{action.title}: recorded.", findings))
    return redirect(f"/episodes/{asked.seen.episode.id}#{action.part}")


def _sees_findings(person: Person) -> bool:
    return "findings" in require_view(person).parts


def _shown(request: Request, person: Person, action: Action, asked: Asked, typed: Typed, trouble: Trouble) -> Response:
    assert asked.seen is not None
    view = require_view(person)
    facts: dict[str, Any] = beside(action.name, asked, view.parts)
    return render(
        request,
        "clinic/form.html.j2",
        status=trouble.status,
        w=words_for(asked.site.policy),
        action=action,
        form=FormView(action, typed, asked, trouble.problems),
        trouble=trouble,
        verbs={name: one.title for name, one in actions().items()},
        episode=asked.seen.episode,
        patient=asked.seen.patient,
        asked=asked,
        named=view.named,
        sees_findings=_sees_findings(person),
        **facts,
    )
