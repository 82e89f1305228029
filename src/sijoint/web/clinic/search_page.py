"""Search by name, birth date or number: asked by POST, so that nothing about anybody stands in an address."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from sijoint.clinic.searching import matches
from sijoint.model import Person
from sijoint.web.access import Staff
from sijoint.web.clinic.visitor import Looked, looked_for
from sijoint.web.clinic.words import words_for
from sijoint.web.forms import Problem, TheForm
from sijoint.web.pages import render
from sijoint.web.site import Site, TheSite

router = APIRouter()


@router.get("/search")
def search_page(request: Request, site: TheSite, person: Staff) -> Response:
    return _shown(request, site, person, None, (), ("", "", ""))


@router.post("/search")
def search(request: Request, site: TheSite, person: Staff, form: TheForm) -> Response:
    """Everybody who fits; each of them is on the record as looked at."""
    name, number = form.text("name", "Name"), form.text("number", "Number")
    born = form.day("born", "Birth date")
    if not form.problems and not (name or number or born):
        form.problem("name", "Nothing was asked: write a name, a birth date or a number.")
    typed = (form.raw("name"), form.raw("born"), form.raw("number"))
    if form.problems:
        return _shown(request, site, person, None, form.problems, typed)
    found = looked_for(site, person, lambda patient, episode_id: matches(patient, episode_id, name, born, number))
    return _shown(request, site, person, found, (), typed)


def _shown(
    request: Request,
    site: Site,
    person: Person,
    found: tuple[Looked, ...] | None,
    problems: tuple[Problem, ...],
    typed: tuple[str, str, str],
) -> Response:
    return render(
        request,
        "clinic/search.html.j2",
        status=422 if problems else 200,
        w=words_for(site.policy),
        found=found,
        problems=problems,
        typed=dict(zip(("name", "born", "number"), typed, strict=True)),
    )
