"""What the diary asks of a patient beside the pain: the signs that fit what was given, and how daily life goes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sijoint.formulary import IngredientKind
from sijoint.model import Episode, ScreeningAnswers, Session
from sijoint.pathway.flag_table import ASKED
from sijoint.pathway.injections import given_agents, injected_at
from sijoint.pathway.languages import Language
from sijoint.pathway.policy import Policy
from sijoint.pathway.screening import may_be_diabetic
from sijoint.pathway.warning_signs import ALWAYS, PAPER

LEG = ("leg_weak", "redflag.leg-weak")
SORE = ("site_still_sore", "redflag.sore-long")
KETONES = "ketones_raised"


@dataclass(frozen=True)
class SignAsked:
    """``field`` is the fact of a diary entry; ``words`` what the patient reads, in the words of the sheet taken home."""

    field: str
    words: str


def signs_asked(
    session: Session, episode: Episode, policy: Policy, now: datetime, language: Language
) -> tuple[SignAsked, ...]:
    """The signs that are asked with every entry, the leg first; ketones only after steroid where sugar may be ill, and
    whether the place is still sore once its days are over."""
    texts, given = language.texts[PAPER][ALWAYS], injected_at(session.procedure)
    sore = given is not None and now - given > timedelta(days=policy.soreness_days_to)
    asked = ((field, code) for field, code, _ in ASKED if field != KETONES or _sugar_may_rise(session, episode))
    wanted = (LEG, *asked, *((SORE,) if sore else ()))
    return tuple(SignAsked(field, texts[code]) for field, code in wanted)


def _sugar_may_rise(session: Session, episode: Episode) -> bool:
    if session.procedure is None:
        return False
    steroid = any(one.kind is IngredientKind.STEROID for one, _ in given_agents(session.procedure))
    return steroid and may_be_diabetic(episode.screening_answers or ScreeningAnswers())


def peg(pain: int, enjoyment: int, general_activity: int) -> Decimal:
    """PEG: the mean of its three answers from 0 to 10, one decimal. Source: Krebs, J Gen Intern Med 2009;24:733."""
    return (Decimal(pain + enjoyment + general_activity) / 3).quantize(Decimal("0.1"), ROUND_HALF_UP)
