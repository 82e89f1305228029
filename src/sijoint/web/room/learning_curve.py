"""The learning curve over the rehearsals that somebody ended: one's own, and for an instructor everybody's."""

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from markupsafe import Markup

from sijoint.model import Person
from sijoint.report.learning_curve import SHOWN, Practice, curve_figures
from sijoint.report.references import gap, learning_references, references
from sijoint.web.access import Rehearser
from sijoint.web.pages import render
from sijoint.web.room.looked_back import practised
from sijoint.web.room.registry import INSTRUCTORS
from sijoint.web.site import Site, TheSite

router = APIRouter()


@router.get("/rooms/learning")
def curve(request: Request, site: TheSite, person: Rehearser, of: str = Query(default="", max_length=64)) -> Response:
    """``of`` is the code of one person, for an instructor."""
    everybody = person.role in INSTRUCTORS
    practices = practices_of(site, person)
    people = sorted({one.by for one in practices})
    chosen = of if everybody and of in people else ""
    shown = tuple(one for one in practices if not chosen or one.by == chosen)
    return render(
        request,
        "room/learning_curve.html.j2",
        figures=[(words, Markup(figure)) for words, figure in curve_figures(shown)],
        practices=[(one, [one.measure(code) for code in SHOWN]) for one in reversed(shown)],
        heads=[measure.words for measure in (practices[0].measure(code) for code in SHOWN) if measure]
        if practices
        else [],
        everybody=everybody,
        people=people,
        chosen=chosen,
        published=[each for code in SHOWN for each in references(code)],
        learning=learning_references(),
        gap=gap("learning"),
    )


def practices_of(site: Site, person: Person) -> tuple[Practice, ...]:
    """Oldest first; people by their names."""
    names = {one.code: one.name for one in site.people.everybody()}
    return tuple(
        Practice(listed.id, listed.opened_at, names.get(listed.by, listed.by), listed.words, measures)
        for listed, measures in practised(site, person)
    )
