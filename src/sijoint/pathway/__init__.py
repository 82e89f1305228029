"""The rules of the clinic as pure, total functions of facts, policy and time. Policies are dated TOML files beside them,
each value with source, year and grade; the texts of all findings are data too. No clock, no store, no network."""

from sijoint.model import CallReason
from sijoint.pathway.accounts import radiation, yearly_account
from sijoint.pathway.antithrombotic_findings import antithrombotic_findings, check_contact
from sijoint.pathway.antithrombotic_plan import (
    AntithromboticLine,
    NothingToSign,
    Pause,
    antithrombotic_plan,
    hold_to_sign,
    paused,
)
from sijoint.pathway.antithrombotics import antithrombotics_taken, hold_signed
from sijoint.pathway.authorisations import check_authorisation, units_used
from sijoint.pathway.block_rule import changed_since, frozen_rule
from sijoint.pathway.body_map import BodyRegion, PointsTo, body_map, sides_marked
from sijoint.pathway.calls import Call, calls_due, flags_of
from sijoint.pathway.causes import CauseNamed, causes_named
from sijoint.pathway.complications import Incidence, complication_findings, incidences, is_open, next_follow_up
from sijoint.pathway.consent import (
    ConsentRisk,
    UnknownRisk,
    check_consent,
    consent_risk,
    consent_risks,
    risks_explained,
)
from sijoint.pathway.day_of import changed_today, confirm_today
from sijoint.pathway.deviations import deviations
from sijoint.pathway.diary import diary_prompts, missed_prompts, on_time, open_prompts
from sijoint.pathway.diary_clocks import clock_off, same_answer, set_right
from sijoint.pathway.diary_notes import diary_notes
from sijoint.pathway.discharge import check_discharge
from sijoint.pathway.dose_units import DOSE_AREA, KERMA, SECONDS, UnknownUnit, in_unit_of_record
from sijoint.pathway.doses import (
    anaesthetic_shares,
    dosing_weight_kg,
    steroid_agents,
    steroid_code,
    steroid_equivalent_mg,
)
from sijoint.pathway.dual_blocks import NothingToCompare, block_before, judge_pair, with_pair
from sijoint.pathway.duplicates import Duplicate, duplicate_of, same_person
from sijoint.pathway.emergencies import cards_edition, check_readiness, emergency_cards, lipid_row, lipid_rows
from sijoint.pathway.exclusions import Exclusion, conditions_suspected, exclusions, redirect_within
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
from sijoint.pathway.flag_table import MINUTES_AFTER, FlagRule, FlagTable, FlagTest, flag_table
from sijoint.pathway.function import FunctionLine, function_lines, gained_until, peg_before
from sijoint.pathway.gate import (
    accepted_patterns,
    authorise_drug,
    authorise_exposure,
    authorise_injection,
    rehearse_injection,
)
from sijoint.pathway.going_home import NothingToTakeHome, discharge_sheet
from sijoint.pathway.injections import action_window, drug_given, injected_at
from sijoint.pathway.languages import Language, UnknownLanguage, language, languages
from sijoint.pathway.left_early import NotEarly, left_early
from sijoint.pathway.medicines import accepted
from sijoint.pathway.next_steps import next_steps
from sijoint.pathway.notes import (
    RefusedNote,
    note_added_to,
    note_marked_in_error,
    note_signed,
    note_written,
    text_digest,
)
from sijoint.pathway.ordering import check_order, order_rule
from sijoint.pathway.overrides import RefusedOverride, apply_overrides, check_override, facts_digest
from sijoint.pathway.packet import NothingToClaim, billing_lines, evidence_packet
from sijoint.pathway.pain_back import pain_back_entries, pain_back_prompts
from sijoint.pathway.painkillers import AgainstIbuprofen, PainkillerAdvice, against_ibuprofen, painkiller_advice
from sijoint.pathway.pauses_told import pauses_of, pauses_void
from sijoint.pathway.payer import by_payers_rule, inside_the_joint, payer_check, proof_check
from sijoint.pathway.policy import DiarySlot, Policy, PolicySource, UnknownZone, UnreadablePolicy, zone_named
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
from sijoint.pathway.procedure_findings import procedure_findings
from sijoint.pathway.procedure_form import UnusableForm, administration, check_given, procedure_from_form
from sijoint.pathway.recipes import given_before, recipe_sheet
from sijoint.pathway.recovery_schedule import (
    DueState,
    RecoveryDue,
    UnusableCheck,
    check_recovery,
    late_entry,
    minutes_after,
    recovery_began,
    recovery_schedule,
)
from sijoint.pathway.red_flags import red_flags
from sijoint.pathway.referral import (
    assess_referral,
    check_request,
    conservative_weeks,
    positive_provocations,
    sides_assessed,
    weeks_by_kind,
)
from sijoint.pathway.relief import baseline_nrs, percent_relief
from sijoint.pathway.relief_courses import GivenSession, ReliefCourse, given_sessions, relief_course
from sijoint.pathway.repeats import may_repeat
from sijoint.pathway.roles import commands_of, deciding_roles, named_commands, roles_for, second_roles
from sijoint.pathway.screening import fact_rules, screen
from sijoint.pathway.sedation import check_sedation
from sijoint.pathway.sedatives import is_sedated, sedative_findings
from sijoint.pathway.sheet import NothingToPrepare, preparation_sheet
from sijoint.pathway.sides import check_operator, check_sides, check_sign_in, check_time_out
from sijoint.pathway.sign_out import check_sign_out
from sijoint.pathway.site_policies import (
    SitePolicies,
    payer_policy,
    policy_at,
    policy_of_order,
    shipped,
    site_policies,
)
from sijoint.pathway.skin import check_skin, dry_at
from sijoint.pathway.span import Span
from sijoint.pathway.stated_dose import dose_area_range_mgy_cm2, dose_findings, procedure_dose
from sijoint.pathway.steps import (
    TRANSITIONS,
    IllegalStep,
    Step,
    confirmation_step,
    next_state,
    screening_step,
    standing,
)
from sijoint.pathway.syringe_accounts import RefusedAccount, check_account, syringe_accounts
from sijoint.pathway.syringes import check_syringe, check_syringes, ordered_lines, syringe_labels
from sijoint.pathway.units import UnclearMeasurement, WeightUnit, glucose_mg_dl, glucose_mmol_l, weight_kg
from sijoint.pathway.verdict import NothingToJudge, judge_block
from sijoint.pathway.voiding import booking_moved, consent_withdrawn, facts_changed, order_changed

__all__ = [
    "DOSE_AREA",
    "KERMA",
    "MINUTES_AFTER",
    "SECONDS",
    "TRANSITIONS",
    "AgainstIbuprofen",
    "AntithromboticLine",
    "BodyRegion",
    "Call",
    "CallReason",
    "CauseNamed",
    "ConsentRisk",
    "DiarySlot",
    "DueState",
    "Duplicate",
    "Exclusion",
    "FindingText",
    "FlagRule",
    "FlagTable",
    "FlagTest",
    "FunctionLine",
    "GivenSession",
    "IllegalStep",
    "Incidence",
    "Language",
    "NotEarly",
    "NothingToClaim",
    "NothingToCompare",
    "NothingToJudge",
    "NothingToPrepare",
    "NothingToSign",
    "NothingToTakeHome",
    "PainkillerAdvice",
    "Pause",
    "PointsTo",
    "Policy",
    "PolicyFile",
    "PolicySource",
    "RecoveryDue",
    "RefusedAccount",
    "RefusedNote",
    "RefusedOverride",
    "ReliefCourse",
    "SitePolicies",
    "Span",
    "Step",
    "UnclearMeasurement",
    "UnknownFinding",
    "UnknownLanguage",
    "UnknownRisk",
    "UnknownUnit",
    "UnknownZone",
    "UnreadablePolicy",
    "UnusableCheck",
    "UnusableForm",
    "WeightUnit",
    "accepted",
    "accepted_patterns",
    "action_window",
    "administration",
    "against_ibuprofen",
    "allows",
    "anaesthetic_shares",
    "antithrombotic_findings",
    "antithrombotic_plan",
    "antithrombotics_taken",
    "apply_overrides",
    "assess_referral",
    "assessed",
    "authorise_drug",
    "authorise_exposure",
    "authorise_injection",
    "baseline_nrs",
    "billing_lines",
    "block_before",
    "body_map",
    "booking_moved",
    "by_payers_rule",
    "calls_due",
    "cards_edition",
    "causes_named",
    "changed_since",
    "changed_today",
    "check_account",
    "check_authorisation",
    "check_consent",
    "check_contact",
    "check_discharge",
    "check_given",
    "check_operator",
    "check_order",
    "check_override",
    "check_readiness",
    "check_recovery",
    "check_request",
    "check_sedation",
    "check_sides",
    "check_sign_in",
    "check_sign_out",
    "check_skin",
    "check_syringe",
    "check_syringes",
    "check_time_out",
    "clock_off",
    "commands_of",
    "complication_findings",
    "conditions_suspected",
    "confirm_today",
    "confirmation_step",
    "consent_risk",
    "consent_risks",
    "consent_withdrawn",
    "conservative_weeks",
    "deciding_roles",
    "deviations",
    "diary_notes",
    "diary_prompts",
    "discharge_sheet",
    "dose_area_range_mgy_cm2",
    "dose_findings",
    "dosing_weight_kg",
    "drug_given",
    "dry_at",
    "duplicate_of",
    "emergency_cards",
    "evidence_packet",
    "exclusions",
    "explain",
    "fact_rules",
    "facts_changed",
    "facts_digest",
    "finding_texts",
    "flag_table",
    "flags_of",
    "found",
    "frozen_rule",
    "function_lines",
    "gained_until",
    "given_before",
    "given_sessions",
    "glucose_mg_dl",
    "glucose_mmol_l",
    "hold_signed",
    "hold_to_sign",
    "in_force",
    "in_unit_of_record",
    "incidences",
    "injected_at",
    "inside_the_joint",
    "is_open",
    "is_sedated",
    "judge_block",
    "judge_pair",
    "language",
    "languages",
    "late_entry",
    "left_early",
    "lipid_row",
    "lipid_rows",
    "load_policy",
    "may_repeat",
    "minutes_after",
    "missed_prompts",
    "named_commands",
    "next_follow_up",
    "next_state",
    "next_steps",
    "note_added_to",
    "note_marked_in_error",
    "note_signed",
    "note_written",
    "on_time",
    "open_prompts",
    "order_changed",
    "order_rule",
    "ordered_lines",
    "pain_back_entries",
    "pain_back_prompts",
    "painkiller_advice",
    "paused",
    "pauses_of",
    "pauses_void",
    "payer_check",
    "payer_policy",
    "peg_before",
    "percent_relief",
    "policy_at",
    "policy_names",
    "policy_of",
    "policy_of_order",
    "positive_provocations",
    "preparation_sheet",
    "procedure_dose",
    "procedure_findings",
    "procedure_from_form",
    "proof_check",
    "radiation",
    "read_policy",
    "recipe_sheet",
    "recovery_began",
    "recovery_schedule",
    "red_flags",
    "redirect_within",
    "rehearse_injection",
    "relief_course",
    "risks_explained",
    "roles_for",
    "same_answer",
    "same_person",
    "screen",
    "screening_step",
    "second_roles",
    "sedative_findings",
    "set_right",
    "shipped",
    "shipped_policies",
    "sides_assessed",
    "sides_marked",
    "site_policies",
    "site_policy_file",
    "standing",
    "steroid_agents",
    "steroid_code",
    "steroid_equivalent_mg",
    "syringe_accounts",
    "syringe_labels",
    "text_digest",
    "together",
    "units_used",
    "weeks_by_kind",
    "weight_kg",
    "with_pair",
    "yearly_account",
    "zone_named",
]
