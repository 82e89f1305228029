"""The lists of a form that come from the formulary and from the body map, the same for every patient."""

from collections.abc import Mapping
from functools import cache

from sijoint.formulary import IngredientKind, agents, allergy_words, medicines, needles, skin_preparations
from sijoint.pathway import DOSE_AREA, KERMA, SECONDS, body_map
from sijoint.report.words import number
from sijoint.web.clinic.choice import Choice

ASIDE = "set aside"  # a medicine or allergy that matches nothing and is of no concern here
UNITS = {"dose_area": DOSE_AREA, "kerma": KERMA, "fluoroscopy": SECONDS}


@cache
def known_lists() -> Mapping[str, tuple[Choice, ...]]:
    """Every such list by its name in the table of actions."""
    return {
        "agents": _agents(*IngredientKind),
        "drugs": _agents(IngredientKind.LOCAL_ANAESTHETIC, IngredientKind.STEROID, IngredientKind.DILUENT),
        "anaesthetics": _agents(IngredientKind.LOCAL_ANAESTHETIC),
        "contrasts": _agents(IngredientKind.CONTRAST),
        "steroids": _agents(IngredientKind.STEROID),
        "needles": tuple(
            Choice(one.code, f"{one.tip}, {one.gauge} G, {number(one.length_mm)} mm") for one in needles()
        ),
        "skin preparations": tuple(Choice(one.code, one.name) for one in skin_preparations().values()),
        "medicines": _medicines(),
        "allergens": _allergens(),
        "regions": tuple(Choice(one.code, one.label) for one in body_map().values()),
        "continue or hold": (Choice("continue", "continue"), Choice("hold", "hold")),
        "override reasons": _OVERRIDE_REASONS,
    }


def _agents(*kinds: IngredientKind) -> tuple[Choice, ...]:
    return tuple(Choice(one.code, one.name) for one in agents() if one.kind in kinds)


def _medicines() -> tuple[Choice, ...]:
    by_name = sorted(medicines(), key=lambda one: one.name.casefold())
    aside = Choice(ASIDE, "not on the list: of no concern here, set aside by me")
    return (*(Choice(one.code, one.name, one.class_name) for one in by_name), aside)


def _allergens() -> tuple[Choice, ...]:
    codes = dict.fromkeys(allergy_words().values())
    aside = Choice(ASIDE, "set aside by me: of no concern here")
    return (*(Choice(one, one.replace("_", " ")) for one in sorted(codes)), aside)


_OVERRIDE_REASONS = (
    Choice("benefit-outweighs", "the benefit outweighs the risk, discussed with the patient"),
    Choice("risk-reduced", "the risk has been reduced"),
    Choice("specialist-agrees", "a specialist was asked and agrees"),
    Choice("answered-elsewhere", "answered by another document or examination"),
    Choice("not-applicable", "does not apply to this patient"),
)
