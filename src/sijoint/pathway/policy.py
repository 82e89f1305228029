"""A dated policy as a typed value: everything that a rule may ask of the site or the payer, each with its source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sijoint.model import ContrastPattern, Grade, Target
from sijoint.pathway.span import Span


class UnreadablePolicy(ValueError):
    """A policy that is not there, not in force, or not fit to be used; ``defects`` holds a sentence for each fault."""

    def __init__(self, *defects: str) -> None:
        super().__init__("\n".join(defects))
        self.defects = defects


@dataclass(frozen=True)
class PolicySource:
    source: str
    year: int
    grade: Grade
    set_in: str  # the policy file whose value this is


@dataclass(frozen=True)
class DiarySlot:
    """When a question is due: ``minutes`` after the injection, or at ``hour`` o'clock, ``days`` later."""

    label: str
    minutes: int | None
    days: int
    hour: int
    opens_min_before: int
    closes_min_after: int


@dataclass(frozen=True)
class Policy:
    """One policy. Thresholds are Decimal, counts int; ``sources`` holds source, year and grade by field name."""

    id: str
    title: str
    effective: date
    first_shot_steroid: Literal["refuse", "allow"]
    ia_volume_maximum_ml: Decimal
    ia_volume_warning_ml: Decimal
    ligament_volume_maximum_ml: Decimal
    contrast_maximum_ml: Decimal
    contrast_usual_low_ml: Decimal
    contrast_usual_high_ml: Decimal
    anaesthetic_hours: int
    anaesthetic_reduced_percent: Decimal
    anaesthetic_reduced_age_years: int
    weight_without_height_kg: Decimal
    steroid_year_maximum_mpe_mg: Decimal
    multi_dose_days: int
    syringe_hours: int
    syringe_tolerance_ml: Decimal
    pain_months: int
    provocation_tests: int
    conservative_weeks: int
    conservative_medicines_and_active: bool
    conservative_continues: bool
    payer_targets: tuple[Target, ...]
    inr_maximum: Decimal
    inr_days: int
    antithrombotic_age_years: int
    antithrombotic_column: Literal["ASRA", "SIR", "interrupt"]
    antithrombotic_missed_hours: int
    platelets_minimum_10e9_l: Decimal
    steroid_months: int
    systolic_maximum: int
    diastolic_maximum: int
    hba1c_review_percent: Decimal
    glucose_review_mg_dl: Decimal
    glucose_stop_mg_dl: Decimal
    glucose_long_days: int
    fever_c: Decimal
    confirmation_hours: int
    baseline_nrs: int
    rescue_analgesic_hours: int
    driver: Literal["always", "if sedated"]
    fasting_clear_hours: int
    fasting_light_hours: int
    fasting_heavy_hours: int
    consent_risks_always: tuple[str, ...]
    consent_risks_steroid: tuple[str, ...]
    consent_days: int
    duplicate_request_days: int
    authorisation: Literal["required", "not needed"]
    time_zone: str
    clinic_phone: str
    emergency_phone: str
    view_angle_deg: Decimal
    views: int
    accepted_intra_articular: tuple[ContrastPattern, ...]
    accepted_ligament: tuple[ContrastPattern, ...]
    fluoroscopy_note_s: Decimal
    fluoroscopy_review_s: Decimal
    late_entry_minutes: int
    recovery_minutes: int
    recovery_call_minutes: int
    vitals_minutes: tuple[int, ...]
    vitals_minutes_sedated: tuple[int, ...]
    index_minutes: tuple[int, ...]
    recovery_slack_minutes: int
    last_check_minutes: int
    sedative_minutes: int
    reversal_minutes: int
    discharge_score: int
    discharge_score_checks: int
    vitals_baseline_percent: Decimal
    left_early_call_hours: int
    discharge_systolic_minimum: int
    discharge_pulse_minimum: int
    discharge_pulse_maximum: int
    discharge_spo2_minimum: int
    discharge_glucose_call_mg_dl: Decimal
    soreness_days_from: int
    soreness_days_to: int
    ice_minutes: int
    ibuprofen_age_years: int
    ibuprofen_single_mg: int
    ibuprofen_hours_apart: int
    ibuprofen_day_maximum_mg: int
    ibuprofen_days: int
    no_driving_sedated_hours: int
    activity_after_test: Literal["provoke", "rest"]
    home_call_from_hours: int
    home_call_until_hours: int
    missed_call_hours: int
    red_flag_call_minutes: int
    red_flag_physician_after: int
    flare_points: int
    clock_tolerance_minutes: int
    function_days: tuple[int, ...]
    pain_back_ask_days: tuple[int, ...]
    pain_back_window_hours: int
    pain_back_call_hours: int
    pause_call_hours: int
    sore_call_hours: int
    site_confirmation_hours: int
    complication_follow_hours_mild: int
    complication_follow_hours_moderate: int
    complication_follow_hours_severe: int
    relief_percent: Decimal
    consecutive_entries: int
    analgesic_hides_hours: int
    false_positive_one_in: int
    sedated_is_indeterminate: bool
    repeat_relief_percent: Decimal
    repeat_relief_for: Span
    repeat_function_counts: bool
    therapeutic_per_year: int
    therapeutic_per_joint_year: int
    diagnostic_per_year: int
    therapeutic_apart_for: Span
    diagnostic_after_therapy: bool
    rolling_year_days: int
    positive_block_first: bool
    record_retention_years: int
    diary_diagnostic: tuple[DiarySlot, ...]
    diary_therapeutic: tuple[DiarySlot, ...]
    sources: Mapping[str, PolicySource] = field(compare=False, repr=False)

    @property
    def consent_risks(self) -> tuple[str, ...]:
        """Every risk that consent to a shot with steroid explains."""
        return self.consent_risks_always + self.consent_risks_steroid

    @property
    def zone(self) -> tzinfo:
        """The clinic's clock."""
        return zone_named(self.time_zone)

    def day(self, at: datetime) -> date:
        """The day that a moment falls on at the clinic."""
        return at.astimezone(self.zone).date()

    def clock(self, at: datetime) -> str:
        """``09:11 UTC``: the hour at the clinic, and whose hour it is."""
        local = at.astimezone(self.zone)
        return f"{local:%H:%M} {local.tzname()}"


@cache
def zone_named(name: str) -> tzinfo:
    """A time zone by its name in the IANA list, such as ``Europe/Berlin``. Raises UnknownZone."""
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(name) from None


class UnknownZone(ValueError):
    """A time zone that is not in the IANA list."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no time zone {name!r}: give one like Europe/Berlin or America/New_York")
