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
from sijoint.formulary.allergens import Allergen, Where, allergen, allergens, allergy_words, propose_allergen
from sijoint.formulary.antithrombotics import (
    Advice,
    AntithromboticRow,
    Column,
    PauseLength,
    antithrombotic_row,
    antithrombotic_rows,
)
from sijoint.formulary.emergencies import EmergencyDose, emergency_doses
from sijoint.formulary.evidence import Evidence, UnreadableFormulary
from sijoint.formulary.medicines import ListedMedicine, Proposal, ingredients_of, medicine, medicines, propose
from sijoint.formulary.mixing import Incompatibility, incompatibilities, incompatible, untested
from sijoint.formulary.needles import Needle, UnknownNeedle, needle, needles
from sijoint.formulary.skin_preparations import SkinPreparationAgent, skin_preparations

__all__ = [
    "ActionWindow",
    "Advice",
    "Agent",
    "Allergen",
    "Anaesthetic",
    "AntithromboticRow",
    "Column",
    "EmergencyDose",
    "Evidence",
    "Incompatibility",
    "Ingredient",
    "IngredientKind",
    "ListedMedicine",
    "Needle",
    "PauseLength",
    "Proposal",
    "SkinPreparationAgent",
    "Steroid",
    "UnknownAgent",
    "UnknownNeedle",
    "UnreadableFormulary",
    "Where",
    "agent",
    "agents",
    "allergen",
    "allergens",
    "allergy_words",
    "antithrombotic_row",
    "antithrombotic_rows",
    "emergency_doses",
    "incompatibilities",
    "incompatible",
    "ingredients",
    "ingredients_of",
    "medicine",
    "medicines",
    "methylprednisolone_equivalent_mg",
    "needle",
    "needles",
    "propose",
    "propose_allergen",
    "skin_preparations",
    "untested",
]
