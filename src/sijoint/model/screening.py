"""What the patient answers once and confirms on the day."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sijoint.model.facts import NOT_ASKED, Fact


class ReactionGrade(StrEnum):
    MILD = "mild"
    MODERATE = "moderate"
    ANAPHYLAXIS = "anaphylaxis"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Allergy:
    """``agent`` is a formulary code, or the patient's words where nobody has matched them yet (``matched`` False)."""

    agent: str
    matched: bool
    grade: ReactionGrade


@dataclass(frozen=True)
class Medicine:
    """A medicine taken. ``agent`` is a code of the medicines list; "" while a free-typed name awaits a person."""

    typed: str
    agent: str
    accepted_by: str = ""
    last_dose_at: datetime | None = None


@dataclass(frozen=True)
class ScreeningAnswers:
    pregnancy: Fact = NOT_ASKED
    could_be_pregnant: Fact = NOT_ASKED
    infection: Fact = NOT_ASKED
    fever: Fact = NOT_ASKED
    antibiotics: Fact = NOT_ASKED
    skin_at_site_broken: Fact = NOT_ASKED
    septic_joint_suspected: Fact = NOT_ASKED
    allergies_asked: Fact = NOT_ASKED
    allergies: tuple[Allergy, ...] = ()
    latex_allergy: Fact = NOT_ASKED
    chlorhexidine_allergy: Fact = NOT_ASKED
    past_contrast_reaction: Fact = NOT_ASKED
    past_injection_problem: Fact = NOT_ASKED
    vasovagal_history: Fact = NOT_ASKED
    antithrombotics: Fact = NOT_ASKED
    medicines_asked: Fact = NOT_ASKED
    medicines: tuple[Medicine, ...] = ()
    inr: Decimal | None = None
    inr_on: date | None = None
    bleeding_disorder: Fact = NOT_ASKED
    liver_or_kidney_disease: Fact = NOT_ASKED
    diabetes: Fact = NOT_ASKED
    insulin: Fact = NOT_ASKED
    hba1c_percent: Decimal | None = None
    blood_pressure_systolic: int | None = None
    blood_pressure_diastolic: int | None = None
    severe_hypertension_or_heart_failure: Fact = NOT_ASKED
    immunosuppression: Fact = NOT_ASKED
    cyp3a4_inhibitor: Fact = NOT_ASKED
    glp1_drug: Fact = NOT_ASKED
    hip_or_spine_surgery_3_months: Fact = NOT_ASKED
    steroid_last_3_months: Fact = NOT_ASKED
    vaccine_last_2_weeks: Fact = NOT_ASKED
    implant_or_fusion_at_joint: Fact = NOT_ASKED
    ulcer: Fact = NOT_ASKED
    kidney_disease: Fact = NOT_ASKED
    heart_failure: Fact = NOT_ASKED
    aspirin_asthma_or_nsaid_allergy: Fact = NOT_ASKED
    lithium: Fact = NOT_ASKED
    other_nsaid: Fact = NOT_ASKED
    ace_or_arb_with_diuretic: Fact = NOT_ASKED
    regular_opioid: Fact = NOT_ASKED
    driver_arranged: Fact = NOT_ASKED


@dataclass(frozen=True)
class PrescriberContact:
    """Who prescribes an antithrombotic, when asked, what answered; without it no hold reaches the patient."""

    agent: str
    prescriber: str
    at: datetime
    answer: str  # "continue" or "hold"
    signed_by: str


@dataclass(frozen=True)
class DayOfConfirmation:
    """The answers that may have changed since screening, asked again on the day."""

    at: datetime
    by: str
    fever: Fact = NOT_ASKED
    antibiotics: Fact = NOT_ASKED
    new_medicines: Fact = NOT_ASKED
    antithrombotics_as_planned: Fact = NOT_ASKED
    last_antithrombotic_dose_at: datetime | None = None
    pregnancy: Fact = NOT_ASKED
    allergies_unchanged: Fact = NOT_ASKED
    glucose_mg_dl: Decimal | None = None
    blood_pressure_systolic: int | None = None
    blood_pressure_diastolic: int | None = None
    driver_present: Fact = NOT_ASKED
    index_nrs: int | None = None
    rest_nrs: int | None = None
    rescue_analgesic_within_6_h: Fact = NOT_ASKED
    changed: tuple[str, ...] = field(default=())  # names of screening answers that changed: void clearance
