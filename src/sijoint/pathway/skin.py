"""The skin before the needle: prepared with what the patient bears, and dry."""

from datetime import datetime, timedelta

from sijoint.formulary import SkinPreparationAgent, allergen, skin_preparations
from sijoint.model import Answer, Assessed, Fact, Finding, ScreeningAnswers, SkinPreparation
from sijoint.pathway.allergies import worst_reaction
from sijoint.pathway.findings import assessed, found


def check_skin(preparation: SkinPreparation | None, answers: ScreeningAnswers | None, now: datetime) -> Assessed:
    """Whether a needle may pass this skin now."""
    if preparation is None:
        return assessed([found("skin-prep.missing")])
    agent = skin_preparations().get(preparation.agent)
    if agent is None:
        known = ", ".join(skin_preparations())
        return assessed([found("skin-prep.unknown-agent", agent=preparation.agent, known=known)])
    findings = [*_allergies(agent, answers), *_dry(preparation, agent, now)]
    if agent.flammable:
        findings.append(found("skin-prep.flammable", agent=agent.name))
    return assessed(findings)


def dry_at(preparation: SkinPreparation) -> datetime | None:
    """When the skin may be dry at the earliest; None for an agent that the formulary does not know."""
    agent = skin_preparations().get(preparation.agent)
    return None if agent is None else preparation.applied_at + timedelta(seconds=_seconds(preparation, agent))


def _seconds(preparation: SkinPreparation, agent: SkinPreparationAgent) -> int:
    """Hair that nobody has ruled out is counted as hair where alcohol is in it."""
    return agent.dry_s if preparation.hair_at_site.answer is Answer.NO else agent.dry_in_hair_s


def _allergies(agent: SkinPreparationAgent, answers: ScreeningAnswers | None) -> list[Finding]:
    asked = {
        "chlorhexidine": answers.chlorhexidine_allergy if answers else Fact(),
        "povidone-iodine": answers.iodine_skin_allergy if answers else Fact(),
    }
    findings = []
    for part in agent.holds:
        listed = {one.agent.strip().casefold() for one in answers.allergies} if answers else set()
        answer = asked[part].answer if part in asked else Answer.NO
        known = allergen(part)  # an allergy may be on record under any name of it
        reacted = known is not None and answers is not None and worst_reaction(answers, known.code) is not None
        if answer is Answer.YES or part in listed or reacted:
            findings.append(found("skin-prep.allergy", of=part, part=part, agent=agent.name))
        elif answer is not Answer.NO:
            findings.append(found("skin-prep.allergy-unknown", of=part, part=part, answer=answer))
    return findings


def _dry(preparation: SkinPreparation, agent: SkinPreparationAgent, now: datetime) -> list[Finding]:
    seen, applied = preparation.seen_dry_at, preparation.applied_at
    if applied > now or (seen is not None and (seen > now or seen < applied)):
        return [found("skin-prep.impossible-time")]
    if seen is None:
        return [found("skin-prep.not-dry")]
    needed = _seconds(preparation, agent)
    if seen - applied >= timedelta(seconds=needed):
        return []
    waited = int((seen - applied).total_seconds())
    hair = preparation.hair_at_site.answer
    return [found("skin-prep.too-short", agent=agent.name, waited=waited, needed=needed, hair=hair)]
