"""The warning signs of the diary as one table, drawn up for one injection: what must hold, and what the patient then reads.

``red_flags`` reads it here and the phone reads it there, offline too. Asked and answered "not known" counts as yes until
somebody has spoken with the patient. Not asked says nothing, except for the leg on the first day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sijoint.model import Answer, PainScale, Session, Severity
from sijoint.pathway.findings import explain, patient_text
from sijoint.pathway.injections import injected_at, leg_weakness
from sijoint.pathway.languages import Language
from sijoint.pathway.plausible import plausible_ranges
from sijoint.pathway.policy import Policy
from sijoint.pathway.relief import TOP, baseline_nrs

MINUTES_AFTER = "minutes_after"  # the injection: the one value that a diary answer does not hold itself
LEG_ASKED_FOR = timedelta(days=1)  # while an anaesthetic could act the leg is asked about in every entry
DAY = timedelta(days=1) // timedelta(minutes=1)
ASKED = (  # the question, its code where it is answered yes, and what it is about
    ("bladder_bowel_or_saddle_change", "redflag.cauda-equina", "bladder, bowel or numbness between the legs"),
    ("weakness_worse_or_both_legs", "redflag.leg-both-or-worse", "a leg that gets weaker, or both legs"),
    ("breathing_trouble_or_chest_pain", "redflag.breathing", "breathing or chest pain"),
    ("headache_severe_or_worse_upright", "redflag.headache", "headache"),
    ("site_red_swollen_or_leaking", "redflag.site", "the place of the injection"),
    ("ketones_raised", "redflag.ketones", "ketones"),
)


@dataclass(frozen=True)
class FlagTest:
    """What must hold of one value of the answer: one of these words, or a number inside these limits.

    A value that is not there passes no test. ``low`` and ``high`` belong to the range, ``above`` does not.
    """

    of: str
    among: tuple[str, ...] = ()
    low: Decimal | None = None
    above: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True)
class FlagRule:
    """One warning sign: it is raised where all tests of any group pass. ``blanks`` fill the clinician's sentence."""

    code: str
    of: str
    severity: Severity
    patient: str
    any_of: tuple[tuple[FlagTest, ...], ...]
    blanks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class FlagTable:
    """Every rule for one injection; ``injected_at`` None where no drug was given."""

    injected_at: datetime | None
    rules: tuple[FlagRule, ...]


def flag_table(session: Session, policy: Policy, language: Language | None = None) -> FlagTable:
    """The table of a session, as the policy and what was given make it, in the language that the patient reads."""
    given = injected_at(session.procedure)
    rules = (
        *_asked(policy),
        *_leg(session, given, policy),
        *_measured(policy),
        *((*_more_pain(session, policy), *_still_sore(policy)) if given is not None else ()),
    )
    return FlagTable(given, rules if language is None else tuple(_in(language, one, policy) for one in rules))


def _in(language: Language, rule: FlagRule, policy: Policy) -> FlagRule:
    phones = {"emergency": language.site(policy.emergency_phone), "clinic": language.site(policy.clinic_phone)}
    return replace(rule, patient=patient_text(rule.code, language).format(**{**dict(rule.blanks), **phones}))


def _rule(
    code: str,
    *groups: tuple[FlagTest, ...],
    policy: Policy,
    of: str = "",
    severity: Severity | None = None,
    **blanks: object,
) -> FlagRule:
    text = explain(code)
    words: Mapping[str, Any] = {"emergency": policy.emergency_phone, "clinic": policy.clinic_phone, **blanks}
    filled = tuple((name, str(value)) for name, value in words.items())
    return FlagRule(code, of, severity or text.severity, text.patient.format(**words), groups, filled)


def _answered(name: str, *answers: Answer) -> FlagTest:
    return FlagTest(name, among=tuple(str(one) for one in answers))


def _asked(policy: Policy) -> Iterator[FlagRule]:
    for name, code, subject in ASKED:
        yield _rule(code, (_answered(name, Answer.YES),), policy=policy)
        unsure = (_answered(name, Answer.UNKNOWN),)
        yield _rule("redflag.unknown", unsure, policy=policy, of=name, severity=explain(code).severity, what=subject)


def _leg(session: Session, given: datetime | None, policy: Policy) -> Iterator[FlagRule]:
    """Weak while the drug explains it and after that; not known counts as weak; not asked counts on the first day."""
    drug = leg_weakness(session.procedure) if session.procedure else None
    name, limit = drug or ("no anaesthetic", 0)
    told: dict[str, Any] = {"policy": policy, "agent": name, "limit": limit // 60}
    yes, unsure, silent = (_answered("leg_weak", one) for one in (Answer.YES, Answer.UNKNOWN, Answer.NOT_ASKED))
    weak, early, unasked = "redflag.leg-weak", "redflag.leg-weak-early", "redflag.leg-unknown"
    past: tuple[FlagTest, ...] = ()
    first_day: tuple[FlagTest, ...] = ()
    if given is not None:
        explained = FlagTest(MINUTES_AFTER, high=Decimal(limit))
        past = (FlagTest(MINUTES_AFTER, above=Decimal(limit)),)
        first_day = (FlagTest(MINUTES_AFTER, high=Decimal(LEG_ASKED_FOR // timedelta(minutes=1))),)
        yield _rule(early, (yes, explained), **told)
        yield _rule(unasked, (unsure, explained), policy=policy, severity=explain(early).severity)
    yield _rule(weak, (yes, *past), **told)
    yield _rule(unasked, (unsure, *past), policy=policy, severity=explain(weak).severity)
    yield _rule(unasked, (silent, *first_day), policy=policy)


def _measured(policy: Policy) -> Iterator[FlagRule]:
    """A temperature that cannot be in °C is another rule's (``diary.unit``); of a blood pressure either number is enough."""
    can_be = plausible_ranges()["temperature_c"]
    fever = FlagTest("temperature_c", low=max(policy.fever_c, can_be.low), high=can_be.high)
    yield _rule("redflag.fever", (fever,), policy=policy)
    sugar = policy.discharge_glucose_call_mg_dl
    yield _rule("redflag.glucose", (FlagTest("glucose_mg_dl", above=Decimal(sugar)),), policy=policy, limit=sugar)
    upper, lower = policy.systolic_maximum, policy.diastolic_maximum
    yield _rule(
        "redflag.blood-pressure",
        (FlagTest("blood_pressure_systolic", low=Decimal(upper)),),
        (FlagTest("blood_pressure_diastolic", low=Decimal(lower)),),
        policy=policy,
        limit=f"{upper}/{lower}",
    )


def _more_pain(session: Session, policy: Policy) -> Iterator[FlagRule]:
    """Clearly worse than before the injection once the days of a sore place are over, at the top of the scale too."""
    before, days = baseline_nrs(session), policy.soreness_days_to
    if before is None:
        return
    least = max(before + 1, min(before + policy.flare_points, TOP[PainScale.NRS]))
    tests = (
        FlagTest("scale", among=(str(PainScale.NRS),)),
        FlagTest("index_nrs", low=Decimal(least)),
        FlagTest(MINUTES_AFTER, above=Decimal(days * DAY)),
    )
    yield _rule("redflag.more-pain", tests, policy=policy, before=before, days=days)


def _still_sore(policy: Policy) -> Iterator[FlagRule]:
    """The place is sore for longer than the days that the sheet tells; not known counts as yes."""
    days = policy.soreness_days_to
    past = FlagTest(MINUTES_AFTER, above=Decimal(days * DAY))
    yes = _answered("site_still_sore", Answer.YES, Answer.UNKNOWN)
    yield _rule("redflag.sore-long", (yes, past), policy=policy, days=days)
