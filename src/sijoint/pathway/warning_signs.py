"""The warning signs on the sheet that goes home: the red flags that the diary knows, as the patient reads them."""

from datetime import timedelta, tzinfo

from sijoint.formulary import Agent
from sijoint.model import Procedure, ScreeningAnswers, Severity
from sijoint.pathway.findings import explain
from sijoint.pathway.injections import injected_at, leg_weakness
from sijoint.pathway.languages import Language
from sijoint.pathway.policy import Policy
from sijoint.pathway.screening import may_be_diabetic
from sijoint.pathway.units import glucose_mmol_l

PAPER, ALWAYS = "going_home", "red_flags"
TIMED = "red_flags_timed"  # the same sign where the drug that was given sets a time


def warning_signs(
    procedure: Procedure,
    steroids: tuple[Agent, ...],
    answers: ScreeningAnswers,
    policy: Policy,
    language: Language,
    zone: tzinfo,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Reasons for the emergency number, and for the clinic's, by the severity that the diary gives them."""
    limit, after = policy.discharge_glucose_call_mg_dl, _weak_after(procedure, language, zone)
    blanks = {
        "after": after,
        "fever": language.decimal(policy.fever_c),
        "limit": limit,
        "mmol": glucose_mmol_l(limit),
        "pressure": f"{policy.systolic_maximum}/{policy.diastolic_maximum}",
        "days": policy.soreness_days_to,
    }
    sugar = {"redflag.glucose", "redflag.ketones"}
    unasked = set() if steroids and may_be_diabetic(answers) else sugar
    if not steroids:
        unasked.add("redflag.blood-pressure")
    timed = language.texts[PAPER][TIMED] if after else {}
    signs = {
        code: language.sentence(PAPER, TIMED if code in timed else ALWAYS, code, **blanks)
        for code in language.texts[PAPER][ALWAYS]
        if code not in unasked
    }
    urgent = {code for code in signs if explain(code).severity is Severity.ABSOLUTE}
    return (
        tuple(text for code, text in signs.items() if code in urgent),
        tuple(text for code, text in signs.items() if code not in urgent),
    )


def _weak_after(procedure: Procedure, language: Language, zone: tzinfo) -> str:
    """Until when the drug explains a weak leg; "" where none does."""
    drug, given_at = leg_weakness(procedure), injected_at(procedure)
    return "" if drug is None or given_at is None else language.moment(given_at + timedelta(minutes=drug[1]), zone)
