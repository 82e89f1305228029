"""What the patient answers once and confirms on the day."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sijoint.frames.side import Side
from sijoint.model.facts import NOT_ASKED, Fact


class ReactionGrade(StrEnum):
    MILD = "mild"
    MODERATE = "moderate"
    ANAPHYLAXIS = "anaphylaxis"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Allergy:
    """``agent`` is a code of the formulary or of the allergens; the patient's words while nobody has matched them yet.

    ``set_aside_by``: who decided that words which match nothing are of no concern here.
    """

    agent: str
    matched: bool
    grade: ReactionGrade
    typed: str = ""
    reaction: str = ""  # what happened, in words
    set_aside_by: str = ""


@dataclass(frozen=True)
class Medicine:
    """A medicine taken. ``agent`` is a code of the medicines list; "" while a free-typed name awaits a person.

    ``treatment_dose`` of a heparin: no is a preventive dose. ``set_aside_by``: which clinician decided that a medicine
    that is not on the list is of no concern here.
    """

    typed: str
    agent: str
    accepted_by: str = ""
    last_dose_at: datetime | None = None
    treatment_dose: Fact = NOT_ASKED
    set_aside_by: str = ""


@dataclass(frozen=True)
class SteroidTaken:
    """A steroid shot or course before. ``agent`` is an ingredient of the formulary, "" where nobody knows; so is ``None``."""

    agent: str
    on: date | None
    dose_mg: Decimal | None
    how: str = ""


class VaccineKind(StrEnum):
    LIVE = "live"
    COVID_MRNA = "COVID-19 mRNA"
    COVID_VECTOR = "COVID-19 vector"
    INFLUENZA = "influenza"
    OTHER = "other inactivated"


@dataclass(frozen=True)
class Vaccination:
    """A vaccine given, or planned where ``on`` is to come; None: nobody knows the day."""

    kind: VaccineKind
    on: date | None


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
    iodine_skin_allergy: Fact = NOT_ASKED
    adhesive_allergy: Fact = NOT_ASKED
    past_anaesthetic_reaction: Fact = NOT_ASKED
    past_steroid_reaction: Fact = NOT_ASKED
    prior_bleeding: Fact = NOT_ASKED
    stent_stroke_or_clot_last_year: Fact = NOT_ASKED
    pacemaker_or_defibrillator: Fact = NOT_ASKED
    nerve_stimulator: Fact = NOT_ASKED
    drug_pump: Fact = NOT_ASKED
    glaucoma: Fact = NOT_ASKED
    thyroid_disease: Fact = NOT_ASKED
    osteoporosis: Fact = NOT_ASKED
    psychosis_on_steroid: Fact = NOT_ASKED
    hba1c_mmol_mol: Decimal | None = None
    egfr_ml_min: Decimal | None = None
    egfr_on: date | None = None
    platelets_10e9_l: Decimal | None = None
    hardware_sides: tuple[Side, ...] = ()  # sides of the implant or fusion; empty where nobody has said
    steroids_taken: tuple[SteroidTaken, ...] = ()
    vaccinations: tuple[Vaccination, ...] = ()


@dataclass(frozen=True)
class ScreeningSet:
    """One set of answers as it was given, by whom and when; the newest is the one that rules read."""

    at: datetime
    by: str
    answers: ScreeningAnswers


@dataclass(frozen=True)
class PrescriberContact:
    """Who prescribes an antithrombotic, when asked, what answered; without it no hold reaches the patient.

    ``hold_hours`` and ``restart_hours`` are the prescriber's own; None leaves them to the table. A physician signs
    (``signed_by``) at ``signed_at``, or with the contact where that is None, for the appointment at ``signed_for``;
    None: the signature covers the answer and no dates.
    """

    agent: str
    prescriber: str
    at: datetime
    answer: str  # "continue" or "hold"
    signed_by: str
    asked_by: str = ""
    words: str = ""
    bridging: str = ""  # what was said about another drug meanwhile; "" where nothing was
    hold_hours: int | None = None
    restart_hours: int | None = None
    signed_at: datetime | None = None
    signed_for: datetime | None = None


@dataclass(frozen=True)
class LastDose:
    """When an antithrombotic was really taken last, as told on the day."""

    agent: str
    at: datetime


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
    last_doses: tuple[LastDose, ...] = ()  # for each antithrombotic, where there are several
    glucose_mmol_l: Decimal | None = None
    temperature_c: Decimal | None = None
    inr: Decimal | None = None
    pregnancy_test_positive: Fact = NOT_ASKED
    steroid_premedication: Fact = NOT_ASKED
