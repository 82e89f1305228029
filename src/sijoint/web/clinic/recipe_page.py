"""What the syringes of an order come to while it is being written: every sum before anything is placed."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from sijoint.model import Recipe, RecipeSheet, Target
from sijoint.model.wire import UnreadableRecord, from_wire
from sijoint.pathway import given_before, recipe_sheet
from sijoint.web.access import Physician
from sijoint.web.clinic.actions import actions
from sijoint.web.clinic.choices import Asked
from sijoint.web.clinic.episode_view import EpisodeView
from sijoint.web.clinic.reading import Reader
from sijoint.web.clinic.visitor import look, require_view
from sijoint.web.clinic.words import words_for
from sijoint.web.forms import Form, TheForm
from sijoint.web.pages import render
from sijoint.web.site import TheSite

router = APIRouter()


@router.post("/episodes/{episode_id}/recipe")
def recipe_as_typed(request: Request, site: TheSite, person: Physician, episode_id: str, form: TheForm) -> Response:
    """A fragment for the page of the order; nothing is kept."""
    asked = look(site, person, episode_id)
    return render(
        request,
        "clinic/recipe-typed.html.j2",
        w=words_for(site.policy),
        view=EpisodeView(asked, require_view(person).parts),
        typed_sheet=sheet_as_typed(form, asked),
    )


def sheet_as_typed(form: Form, asked: Asked) -> RecipeSheet | None:
    """None until drug, skin anaesthetic, contrast and the place are chosen."""
    assert asked.seen is not None
    policy = asked.site.policy
    plain = Reader(form, asked.by, asked.now, policy.zone, {}).read(actions()["PlaceOrder"].fields)
    try:
        recipe: Recipe = from_wire(Recipe, plain["recipe"])
        target = Target(str(plain.get("target")))
    except (UnreadableRecord, ValueError):
        return None
    lines = (recipe.skin, recipe.contrast, *recipe.drug)
    if not recipe.drug or not all(one.agent for one in lines):
        return None
    before = given_before((asked.seen.episode, *asked.seen.others), policy, asked.now)
    answers = asked.seen.episode.screening_answers
    return recipe_sheet(recipe, target, asked.seen.patient, policy, asked.now, before=before, answers=answers)
