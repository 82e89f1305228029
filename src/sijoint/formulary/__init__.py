"""What can be in the syringe and on the tray: agents with strength, limits and times of action, needles, mixtures that do
not belong together, and medicines that patients take. Every value carries its source and grade."""

from sijoint.formulary.agents import (
    ActionWindow,
    Agent,
    Anaesthetic,
    Ingredient,
    IngredientKind,
    Steroid,
    UnknownAgent,
    agent,
    agents,
    ingredients,
    methylprednisolone_equivalent_mg,
)
from sijoint.formulary.evidence import Evidence, UnreadableFormulary
from sijoint.formulary.medicines import ListedMedicine, Proposal, medicine, medicines, propose
from sijoint.formulary.mixing import Incompatibility, incompatibilities, incompatible, untested
from sijoint.formulary.needles import Needle, UnknownNeedle, needle, needles

__all__ = [
    "ActionWindow",
    "Agent",
    "Anaesthetic",
    "Evidence",
    "Incompatibility",
    "Ingredient",
    "IngredientKind",
    "ListedMedicine",
    "Needle",
    "Proposal",
    "Steroid",
    "UnknownAgent",
    "UnknownNeedle",
    "UnreadableFormulary",
    "agent",
    "agents",
    "incompatibilities",
    "incompatible",
    "ingredients",
    "medicine",
    "medicines",
    "methylprednisolone_equivalent_mg",
    "needle",
    "needles",
    "propose",
    "untested",
]
