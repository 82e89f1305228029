"""Allergies against what is planned, by agent, ingredient, class and vehicle."""

from sijoint.formulary import agent, agents, ingredients
from sijoint.model import Allergy, Finding, Order, ReactionGrade, ScreeningAnswers
from sijoint.pathway.doses import agents_of, all_lines
from sijoint.pathway.findings import found


def allergy_findings(answers: ScreeningAnswers, order: Order) -> list[Finding]:
    """One finding for every allergy on record that meets the tray, or that nobody has matched yet."""
    return [finding for one in answers.allergies for finding in _of(one, order)]


def _of(allergy: Allergy, order: Order) -> list[Finding]:
    word = allergy.agent.strip().casefold()
    if not allergy.matched or not word:
        return [found("allergy.unmatched", of=word or "no name", allergy=allergy.agent)]
    findings = []
    for planned in agents_of(all_lines(order.recipe)):
        exact = {planned.code.casefold(), planned.ingredient.code.casefold(), planned.name.casefold()}
        listed = {one.casefold() for one in planned.allergens} | exact
        subject = f"{word}-{planned.code}"
        if word in exact or (word in listed and word != planned.ingredient.class_name):
            severe = allergy.grade is ReactionGrade.ANAPHYLAXIS
            code = "allergy.anaphylaxis" if severe else "allergy.planned-agent"
        elif word in listed or _class_of(word) == planned.ingredient.class_name:
            severe = allergy.grade in (ReactionGrade.ANAPHYLAXIS, ReactionGrade.UNKNOWN)
            code = "allergy.planned-agent" if severe else "allergy.same-class"
        else:
            continue
        findings.append(found(code, of=subject, allergy=allergy.agent, agent=planned.name, grade=allergy.grade))
    return findings


def _class_of(word: str) -> str | None:
    for one in agents():
        if word in (one.code.casefold(), one.name.casefold()):
            return agent(one.code).ingredient.class_name
    for ingredient in ingredients():
        if word in (ingredient.code.casefold(), ingredient.name.casefold()):
            return ingredient.class_name
    return None
