"""Allergies and past reactions against what is planned: by agent, ingredient, class, vehicle, and what is on the tray."""

from collections.abc import Iterator

from sijoint.formulary import Where, agent, agents, allergen, allergy_words, ingredients, propose_allergen
from sijoint.model import Allergy, Answer, Fact, Finding, Order, ReactionGrade, ScreeningAnswers
from sijoint.pathway.doses import agents_of, all_lines, steroid_agents
from sijoint.pathway.findings import found

CONTRAST, ANAESTHETIC, STEROID = "iodinated contrast", "amide local anaesthetic", "corticosteroid"
SEVERE = (ReactionGrade.ANAPHYLAXIS, ReactionGrade.UNKNOWN)  # what nobody has graded may have been the worst
TRAY_FACTS = {
    "latex": "latex_allergy",
    "chlorhexidine": "chlorhexidine_allergy",
    "povidone_iodine": "iodine_skin_allergy",
    "adhesive": "adhesive_allergy",
}


def allergy_findings(answers: ScreeningAnswers, order: Order) -> list[Finding]:
    """What every allergy on record means for this order; words that nobody has matched stay a finding."""
    return [finding for one in answers.allergies for finding in _of(one, answers, order)]


def reaction_findings(answers: ScreeningAnswers, order: Order) -> list[Finding]:
    """What reactions told without an agent mean for this order, and whether a skin preparation is left."""
    return [*_past_reactions(answers, order), *_skin_preparation(answers)]


def worst_reaction(answers: ScreeningAnswers, code: str) -> ReactionGrade | None:
    """The worst grade on record for something of the tray; UNKNOWN where only a yes is known, None where nothing is."""
    grades = [
        one.grade for one in answers.allergies if one.matched and (known := allergen(one.agent)) and known.code == code
    ]
    fact: Fact | None = getattr(answers, TRAY_FACTS[code]) if code in TRAY_FACTS else None
    if fact is not None and fact.answer is Answer.YES and not grades:
        return ReactionGrade.UNKNOWN
    order = list(ReactionGrade)
    return max(grades, key=lambda grade: order.index(grade), default=None)


def _of(allergy: Allergy, answers: ScreeningAnswers, order: Order) -> list[Finding]:
    word = allergy.agent.strip().casefold()
    if not allergy.matched or word not in allergy_words():
        return [_unmatched(allergy, word)]
    known = allergen(word)
    if known is not None:
        return list(_beside_the_syringe(allergy, known.code, answers))
    findings = []
    for planned in agents_of(all_lines(order.recipe)):
        exact = {planned.code.casefold(), planned.ingredient.code.casefold(), planned.name.casefold()}
        listed = {one.casefold() for one in planned.allergens} | exact
        subject = f"{word}-{planned.code}"
        if word in exact or (word in listed and word != planned.ingredient.class_name):
            severe = allergy.grade is ReactionGrade.ANAPHYLAXIS
            code = "allergy.anaphylaxis" if severe else "allergy.planned-agent"
        elif word in listed or _class_of(word) == planned.ingredient.class_name:
            code = "allergy.planned-agent" if allergy.grade in SEVERE else "allergy.same-class"
        else:
            continue
        findings.append(found(code, of=subject, allergy=allergy.agent, agent=planned.name, grade=allergy.grade))
    return findings


def _unmatched(allergy: Allergy, word: str) -> Finding:
    """Words that no person has matched; one who knows may set them aside, and that is told."""
    told = allergy.typed.strip() or allergy.agent
    if allergy.set_aside_by.strip():
        return found("allergy.set-aside", of=word or "no name", allergy=told, by=allergy.set_aside_by)
    near = " or ".join(dict.fromkeys(one.matched_name for one in propose_allergen(told))) or "nothing"
    return found("allergy.unmatched", of=word or "no name", allergy=told, near=near)


def _beside_the_syringe(allergy: Allergy, code: str, answers: ScreeningAnswers) -> Iterator[Finding]:
    known = allergen(code)
    if known is None or known.where is Where.ELSEWHERE:
        return
    if known.where is Where.NOT_CONTRAST:
        yield found("allergy.not-contrast", of=code, allergy=known.names[0])
        return
    if getattr(answers, TRAY_FACTS[code]).answer is not Answer.YES:  # else the question's own finding says it
        yield found(known.finding)
    if allergy.grade in SEVERE:
        yield found("tray.anaphylaxis", of=code, allergy=known.names[0], grade=allergy.grade)


def _past_reactions(answers: ScreeningAnswers, order: Order) -> Iterator[Finding]:
    """A yes without agent and grade on record is an allergy to a planned agent that is not known."""
    if answers.past_contrast_reaction.answer is Answer.YES:
        graded = _graded(answers, CONTRAST)
        yield found("contrast.past-reaction" if graded else "contrast.reaction-ungraded")
    if answers.past_anaesthetic_reaction.answer is Answer.YES:
        graded = _graded(answers, ANAESTHETIC)
        yield found("anaesthetic.past-reaction" if graded else "anaesthetic.reaction-ungraded")
    if answers.past_steroid_reaction.answer is Answer.YES:
        if not steroid_agents(order):
            yield found("steroid.reaction-noted")
        else:
            graded = _graded(answers, STEROID)
            yield found("steroid.past-reaction" if graded else "steroid.reaction-ungraded")


def _graded(answers: ScreeningAnswers, class_name: str) -> bool:
    """Whether an allergy of this class, or to a vehicle of it, is on record with its grade."""
    words = {class_name.casefold()}
    for one in agents():
        if one.ingredient.class_name == class_name:
            ingredient = one.ingredient
            named = (one.code, one.name, ingredient.code, ingredient.name, *one.allergens)
            words |= {word.casefold() for word in named}
    return any(
        one.matched and one.grade is not ReactionGrade.UNKNOWN and one.agent.strip().casefold() in words
        for one in answers.allergies
    )


def _skin_preparation(answers: ScreeningAnswers) -> Iterator[Finding]:
    if worst_reaction(answers, "chlorhexidine") and worst_reaction(answers, "povidone_iodine"):
        yield found("skin-prep.none-left")


def _class_of(word: str) -> str | None:
    for one in agents():
        if word in (one.code.casefold(), one.name.casefold()):
            return agent(one.code).ingredient.class_name
    for ingredient in ingredients():
        if word in (ingredient.code.casefold(), ingredient.name.casefold()):
            return ingredient.class_name
    return None
