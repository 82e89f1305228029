"""The rules of the clinic as pure, total functions of facts, policy and time. Policies are dated TOML files beside them,
each value with source, year and grade; the texts of all findings are data too. No clock, no store, no network."""

from sijoint.pathway.antithrombotics import antithrombotic_findings, antithrombotics_taken, hold_signed
from sijoint.pathway.calls import Call, CallReason, calls_due
from sijoint.pathway.consent import check_consent, consent_risks
from sijoint.pathway.day_of import confirm_today
from sijoint.pathway.deviations import deviations
from sijoint.pathway.diary import diary_prompts, missed_prompts, on_time, open_prompts
from sijoint.pathway.discharge import check_discharge
from sijoint.pathway.doses import (
    anaesthetic_shares,
    dosing_weight_kg,
    steroid_agents,
    steroid_code,
    steroid_equivalent_mg,
)
from sijoint.pathway.findings import (
    FindingText,
    UnknownFinding,
    allows,
    assessed,
    explain,
    finding_texts,
    found,
    together,
)
from sijoint.pathway.gate import accepted_patterns, authorise_drug, authorise_exposure, authorise_injection
from sijoint.pathway.going_home import NothingToTakeHome, discharge_sheet
from sijoint.pathway.injections import action_window, drug_given, injected_at
from sijoint.pathway.languages import Language, UnknownLanguage, language, languages
from sijoint.pathway.ordering import check_order, order_rule
from sijoint.pathway.overrides import RefusedOverride, apply_overrides, check_override, facts_digest
from sijoint.pathway.painkillers import AgainstIbuprofen, PainkillerAdvice, against_ibuprofen, painkiller_advice
from sijoint.pathway.policy import DiarySlot, Policy, PolicySource, UnreadablePolicy
from sijoint.pathway.policy_files import (
    PolicyFile,
    in_force,
    load_policy,
    policy_names,
    policy_of,
    read_policy,
    shipped_policies,
    site_policy_file,
)
from sijoint.pathway.recipes import given_before, recipe_sheet
from sijoint.pathway.red_flags import red_flags
from sijoint.pathway.referral import assess_referral, conservative_weeks, positive_provocations
from sijoint.pathway.relief import baseline_nrs, percent_relief
from sijoint.pathway.repeats import may_repeat, relief_course
from sijoint.pathway.screening import fact_rules, screen
from sijoint.pathway.sheet import NothingToPrepare, preparation_sheet
from sijoint.pathway.sides import check_sides, check_sign_in, check_time_out
from sijoint.pathway.span import Span
from sijoint.pathway.steps import (
    TRANSITIONS,
    IllegalStep,
    Step,
    confirmation_step,
    next_state,
    screening_step,
    standing,
)
from sijoint.pathway.verdict import NothingToJudge, judge_block
from sijoint.pathway.voiding import booking_moved, facts_changed, order_changed

__all__ = [
    "TRANSITIONS",
    "AgainstIbuprofen",
    "Call",
    "CallReason",
    "DiarySlot",
    "FindingText",
    "IllegalStep",
    "Language",
    "NothingToJudge",
    "NothingToPrepare",
    "NothingToTakeHome",
    "PainkillerAdvice",
    "Policy",
    "PolicyFile",
    "PolicySource",
    "RefusedOverride",
    "Span",
    "Step",
    "UnknownFinding",
    "UnknownLanguage",
    "UnreadablePolicy",
    "accepted_patterns",
    "action_window",
    "against_ibuprofen",
    "allows",
    "anaesthetic_shares",
    "antithrombotic_findings",
    "antithrombotics_taken",
    "apply_overrides",
    "assess_referral",
    "assessed",
    "authorise_drug",
    "authorise_exposure",
    "authorise_injection",
    "baseline_nrs",
    "booking_moved",
    "calls_due",
    "check_consent",
    "check_discharge",
    "check_order",
    "check_override",
    "check_sides",
    "check_sign_in",
    "check_time_out",
    "confirm_today",
    "confirmation_step",
    "consent_risks",
    "conservative_weeks",
    "deviations",
    "diary_prompts",
    "discharge_sheet",
    "dosing_weight_kg",
    "drug_given",
    "explain",
    "fact_rules",
    "facts_changed",
    "facts_digest",
    "finding_texts",
    "found",
    "given_before",
    "hold_signed",
    "in_force",
    "injected_at",
    "judge_block",
    "language",
    "languages",
    "load_policy",
    "may_repeat",
    "missed_prompts",
    "next_state",
    "on_time",
    "open_prompts",
    "order_changed",
    "order_rule",
    "painkiller_advice",
    "percent_relief",
    "policy_names",
    "policy_of",
    "positive_provocations",
    "preparation_sheet",
    "read_policy",
    "recipe_sheet",
    "red_flags",
    "relief_course",
    "screen",
    "screening_step",
    "shipped_policies",
    "site_policy_file",
    "standing",
    "steroid_agents",
    "steroid_code",
    "steroid_equivalent_mg",
    "together",
]
