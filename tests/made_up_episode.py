"""A made-up episode for judging the report: a positive anaesthetic-only block, then anaesthetic with steroid, relief and
return; the repeat refused at month 2 and allowed at month 5. Numbers, sentences and sources here are invented for layout."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from io import BytesIO

import numpy as np
from matplotlib.image import imsave

from sijoint.frames import Side
from sijoint.model import (
    Administration,
    Allergy,
    Answer,
    AppointmentRequest,
    Assessed,
    Assessment,
    BodyZone,
    Booking,
    Cause,
    Consent,
    ConservativeCare,
    ConservativeKind,
    ContrastJudgement,
    ContrastPattern,
    DayOfConfirmation,
    Decision,
    DiaryEntry,
    DiaryPrompt,
    Discharge,
    Episode,
    EpisodeState,
    Exposure,
    Fact,
    Finding,
    FrozenRule,
    Gap,
    GateAnswer,
    Grade,
    ImageOrigin,
    Medicine,
    NeedleUse,
    Order,
    OrderKind,
    Override,
    Patient,
    PreparationSheet,
    Procedure,
    ProcedureKind,
    Provocation,
    ProvocationTest,
    ReactionGrade,
    Recipe,
    RecipeLine,
    RecoveryCheck,
    ReliefLine,
    RepeatAnswer,
    RequestedBy,
    ScreeningAnswers,
    Sedation,
    Session,
    Severity,
    Sex,
    SheetItem,
    SheetTopic,
    SignIn,
    SignOut,
    SkinMark,
    StoredImage,
    SyringeUse,
    Target,
    TimeOut,
    Verdict,
    VerdictValue,
    ViewPurpose,
    Vitals,
)
from sijoint.report import EpisodeReport, FigureImage, PolicyNamed, ProcedureFigures, ProvenanceWords, RunFacts, Twin

PATIENT = Patient(
    id="P-7F3A",
    family_name="Marlow",
    given_name="Irene",
    birth_date=date(1968, 5, 14),
    sex=Sex.FEMALE,
    contact="virtual",
    weight_kg=Decimal("71.0"),
    height_cm=Decimal("166"),
    virtual=True,
)
RULE = FrozenRule(Decimal("75"), 2, "clinic", "2026-01-01")


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def said(answer: Answer, by: str, when: datetime, note: str = "") -> Fact:
    return Fact(answer, by, when, note)


def yes(by: str, when: datetime, note: str = "") -> Fact:
    return said(Answer.YES, by, when, note)


def no(by: str, when: datetime) -> Fact:
    return said(Answer.NO, by, when)


def assessment() -> Assessment:
    when, by = at(1, 19, 10, 20), "Dr A. Berg"
    positive = {
        ProvocationTest.DISTRACTION,
        ProvocationTest.THIGH_THRUST,
        ProvocationTest.SACRAL_THRUST,
        ProvocationTest.FABER,
    }
    tests = [
        Provocation(test, side, yes(by, when) if side is Side.LEFT and test in positive else no(by, when))
        for test in ProvocationTest
        for side in Side
        if not (test is ProvocationTest.GAENSLEN and side is Side.RIGHT)
    ]
    return Assessment(
        at=when,
        by=by,
        side=Side.LEFT,
        provocations=tuple(tests),
        conservative_care=(
            ConservativeCare(ConservativeKind.PHYSIOTHERAPY, date(2025, 9, 1), date(2025, 11, 14), False),
            ConservativeCare(ConservativeKind.HOME_EXERCISE, date(2025, 9, 1), None, False),
            ConservativeCare(ConservativeKind.MEDICINES, date(2025, 8, 10), None, True),
        ),
        power_normal=yes(by, when),
        reflexes_normal=yes(by, when),
        sensation_normal=yes(by, when),
        straight_leg_raise_positive=no(by, when),
        imaging_reviewed=yes(by, when, "pelvic CT"),
        spondyloarthritis_suspected=no(by, when),
        sacral_insufficiency_fracture_suspected=no(by, when),
        radicular_pain=no(by, when),
        pain_above_l5=no(by, when),
        red_flag=no(by, when),
        baseline_nrs=7,
        baseline_peg=Decimal("6.3"),
        index_movement="rising from a chair",
        working_diagnosis="pain of the left sacroiliac joint, suspected",
    )


def answers() -> ScreeningAnswers:
    when, by = at(1, 20, 18, 5), "patient"
    names = [
        "pregnancy could_be_pregnant infection fever antibiotics skin_at_site_broken septic_joint_suspected latex_allergy",
        "chlorhexidine_allergy past_contrast_reaction past_injection_problem antithrombotics bleeding_disorder",
        "liver_or_kidney_disease diabetes insulin severe_hypertension_or_heart_failure immunosuppression cyp3a4_inhibitor",
        "glp1_drug hip_or_spine_surgery_3_months steroid_last_3_months vaccine_last_2_weeks ulcer kidney_disease",
        "heart_failure aspirin_asthma_or_nsaid_allergy lithium other_nsaid regular_opioid",
    ]
    denied = {name: no(by, when) for name in " ".join(names).split()}
    return ScreeningAnswers(
        **denied,
        vasovagal_history=yes(by, when, "fainted at a blood test, 2019"),
        allergies_asked=yes(by, when),
        allergies=(Allergy("penicillin", True, ReactionGrade.MILD),),
        medicines_asked=yes(by, when),
        medicines=(
            Medicine("Ramipril 5 mg", "ramipril", "Nurse C. Hale"),
            Medicine("turmeric capsules", ""),
        ),
        driver_arranged=yes(by, when, "daughter"),
        ace_or_arb_with_diuretic=said(Answer.UNKNOWN, by, when),
        blood_pressure_systolic=138,
        blood_pressure_diastolic=84,
    )


def screening() -> Assessed:
    return Assessed(
        Decision.REVIEW,
        (
            Finding(
                "screen:medicine:unmatched",
                Severity.REVIEW,
                "A medicine typed by the patient is not matched to a known ingredient: turmeric capsules.",
                "We will look at one of your medicines and call you.",
                "A clinician matches the name, or states that it has no bearing.",
                "safety rules, 2: unknown is not no",
                Grade.DERIVED,
            ),
            Finding(
                "screen:vasovagal:history",
                Severity.NOTE,
                "Has fainted at needles before. Keep the patient lying; legs can be raised.",
                "Tell us if you feel faint.",
                "",
                "Kennedy 2013, vasovagal reactions in 8,010 injections",
                Grade.A,
            ),
            Finding(
                "screen:ibuprofen:unknown",
                Severity.NOTE,
                "Ibuprofen is not offered on the sheet: ACE inhibitor or ARB with a diuretic is unknown.",
                "Use paracetamol and ice.",
                "Ask for the diuretic.",
                "safety rules, 19",
                Grade.GENERAL_KNOWLEDGE,
            ),
        ),
    )


def sheet(made: datetime, visit: datetime) -> PreparationSheet:
    return PreparationSheet(
        made,
        visit,
        (
            SheetItem(
                SheetTopic.ARRIVAL, "Come at 09:00 to the day clinic. Bring this sheet and a list of your medicines."
            ),
            SheetItem(SheetTopic.MEDICINES, "Keep taking ramipril, also on the day.", "policy clinic"),
            SheetItem(SheetTopic.EATING, "You may eat and drink as usual: no sedation is planned.", "ASA 2023"),
            SheetItem(SheetTopic.DRIVER, "Somebody must drive you home.", "practice leaflet"),
            SheetItem(
                SheetTopic.PAIN_BEFORE,
                "Skip short-acting painkillers for 6 hours before, if that is bearable. Never stop a regular opioid.",
                "safety rules, 13",
            ),
            SheetItem(
                SheetTopic.WHAT_HAPPENS,
                "You lie face down on the X-ray table. The skin is cleaned and numbed. A thin needle is guided by X-ray; contrast shows where the tip is.",
            ),
            SheetItem(SheetTopic.AFTER, "You stay about 30 minutes. The site may be sore for 2 to 3 days."),
            SheetItem(
                SheetTopic.CALL_US, "Fever, new weakness of a leg, or trouble with bladder or bowel: call at once."
            ),
        ),
    )


POSES = {
    ViewPurpose.SCOUT: (180.0, 12.0),
    ViewPurpose.TRAJECTORY: (-171.0, 14.0),
    ViewPurpose.NEEDLE: (-171.0, 14.0),
    ViewPurpose.LATERAL: (90.0, 0.0),
    ViewPurpose.BEFORE_CONTRAST: (180.0, 12.0),
    ViewPurpose.CONTRAST: (180.0, 12.0),
    ViewPurpose.AFTER_CONTRAST: (180.0, 12.0),
}


def image_hash(session: int, purpose: ViewPurpose) -> str:
    return sha256(f"{session}{purpose}".encode()).hexdigest()


def procedure(session: int, started: datetime, drug: tuple[RecipeLine, ...], misses_first: bool) -> Procedure:
    times = {purpose: 40.0 + 55 * i for i, purpose in enumerate(ViewPurpose)}
    images = tuple(
        StoredImage(
            image_hash(session, purpose),
            times[purpose],
            ImageOrigin.SIMULATED,
            purpose,
            *POSES[purpose],
            purpose in (ViewPurpose.CONTRAST, ViewPurpose.AFTER_CONTRAST),
        )
        for purpose in ViewPurpose
    )
    exposures = tuple(
        Exposure(times[p], 4 + 3 * i, (4 + 3 * i) / 4, *POSES[p], 78.0 + i, 62.5, 0.31 + 0.05 * i, 38.25 + 6.5 * i)
        for i, p in enumerate(ViewPurpose)
    )
    outside = Finding(
        "gate:pattern:not-accepted",
        Severity.STOP,
        "The contrast was judged peri-articular: the tip is not shown to be in the joint.",
        "",
        "Redirect the needle and inject contrast again.",
        "safety rules, 10",
        Grade.DERIVED,
        "left",
    )
    judgements = [ContrastJudgement(350, ContrastPattern.IA_TYPE_I, "virtual operator", True, 9)]
    gates = [GateAnswer(372, True, (), 9)]
    given = [
        Administration(
            62, SyringeUse.SKIN, "lidocaine_1_percent", Decimal("2.00"), Side.LEFT, Target.INTRA_ARTICULAR, 0
        ),
        Administration(
            318, SyringeUse.CONTRAST, "iohexol_240", Decimal("0.50"), Side.LEFT, Target.INTRA_ARTICULAR, 9, 14.2
        ),
        *(
            Administration(401, SyringeUse.DRUG, line.agent, line.volume_ml, Side.LEFT, Target.INTRA_ARTICULAR, 9, 31.0)
            for line in drug
        ),
    ]
    if misses_first:
        judgements.insert(0, ContrastJudgement(220, ContrastPattern.PERIARTICULAR, "virtual operator", True, 5))
        gates.insert(0, GateAnswer(231, False, (outside,), 5))
        given.insert(
            1,
            Administration(
                205, SyringeUse.CONTRAST, "iohexol_240", Decimal("0.30"), Side.LEFT, Target.INTRA_ARTICULAR, 5, 6.0
            ),
        )
    return Procedure(
        id=f"PR-{session + 1}",
        kind=ProcedureKind.PERFORMED,
        side=Side.LEFT,
        target=Target.INTRA_ARTICULAR,
        operator="virtual operator",
        virtual_operator=True,
        started_at=started,
        ended_at=started + timedelta(seconds=455),
        needle=NeedleUse(22, 88.9, "Quincke", 1 + misses_first, 2 * misses_first + 1, 1, 2, 61.4),
        movements=9,
        images=images,
        exposures=exposures,
        administrations=tuple(given),
        judgements=tuple(judgements),
        gate_answers=tuple(gates),
        familiar_pain_on_filling=True,
    )


PROMPTS = {
    "15 min": 15, "30 min": 30, "1 h": 60, "2 h": 120, "3 h": 180, "4 h": 240, "6 h": 360, "8 h": 480,
    "bedtime": 12 * 60 + 40, "next morning": 22 * 60, "day 3": 3 * 1440, "day 7": 7 * 1440, "day 14": 14 * 1440,
    "week 4": 28 * 1440, "week 8": 56 * 1440, "week 12": 84 * 1440, "month 4": 122 * 1440, "month 5": 152 * 1440,
}  # fmt: skip


def diary(
    injected: datetime, scores: dict[str, tuple[int | None, int | None]], late: dict[str, int], analgesic: set[str]
):
    prompts, entries = [], []
    for label, (index, rest) in scores.items():
        minutes = PROMPTS[label]
        due = injected + timedelta(minutes=minutes)
        slack = timedelta(minutes=max(10, minutes * 0.12))
        prompts.append(DiaryPrompt(f"q-{label}", label, due, due - slack, due + slack))
        if index is None and rest is None:
            continue
        answered = due + timedelta(minutes=late.get(label, 3 if minutes > 30 else 0))
        entries.append(
            DiaryEntry(
                f"e-{label}", f"q-{label}", answered, answered, answered + timedelta(seconds=4), index, rest,
                yes("patient", answered) if label in analgesic else no("patient", answered),
                no("patient", answered), no("patient", answered),
                patient_stated_percent=80 if label == "2 h" else None,
                by_staff=minutes <= 30,
            )
        )  # fmt: skip
    return tuple(prompts), tuple(entries)


def checks(injected: datetime, nrs: dict[int, tuple[int, int]]) -> tuple[RecoveryCheck, ...]:
    return tuple(
        RecoveryCheck(
            injected + timedelta(minutes=minutes), "Nurse C. Hale", minutes,
            Vitals(injected + timedelta(minutes=minutes), 142 - minutes // 3, 84 - minutes // 10, 74 - minutes // 8, 98),
            index, rest,
            yes("nurse", injected), yes("nurse", injected) if minutes >= 30 else Fact(), no("nurse", injected), yes("nurse", injected),
        )
        for minutes, (index, rest) in nrs.items()
    )  # fmt: skip


def verdict(
    positive_at: datetime,
    value: VerdictValue,
    baseline: int,
    scores: dict[str, int],
    window: tuple[int, int],
    late: set[str],
) -> Verdict:
    lines = tuple(
        ReliefLine(
            label, PROMPTS[label], baseline, score, (Decimal(baseline - score) / baseline * 100),
            window[0] <= PROMPTS[label] <= window[1],
            window[0] <= PROMPTS[label] <= window[1] and label not in late,
            "answered after its time" if label in late else "" if window[0] <= PROMPTS[label] <= window[1] else "outside the window",
            80 if label == "2 h" else None,
        )
        for label, score in scores.items()
    )  # fmt: skip
    return Verdict(
        value, "intra-articular", "left",
        ("Relief of 85.7 %, 85.7 % and 71.4 % on rising from a chair; two consecutive on-time entries reach 75 %.",),
        lines,
        (
            "Block positive for this target.",
            "About 1 in 8 first positives is not confirmed.",
            "Relief on the patient's own worst movement reached 75 % at two consecutive on-time entries inside the window.",
            "The patient stated 80 %; the computed 85.7 % decides.",
        ),
        threshold_percent=Decimal("75"), window_minutes=window, relief_duration="at least 3 h, less than 6 h",
        policy_id="clinic", at=positive_at,
    )  # fmt: skip


def session(index: int, kind: OrderKind, visit: datetime) -> Session:
    drug = (
        (RecipeLine("bupivacaine_0.5_percent", Decimal("1.50")),)
        if kind is OrderKind.DIAGNOSTIC
        else (RecipeLine("lidocaine_2_percent", Decimal("1.0")), RecipeLine("triamcinolone_40", Decimal("1.00")))
    )
    order = Order(
        f"O-{index + 1}", kind, Target.INTRA_ARTICULAR, Side.LEFT,
        Recipe(RecipeLine("lidocaine_1_percent", Decimal("2.0")), RecipeLine("iohexol_240", Decimal("1.0")), drug),
        Sedation.NONE, RULE, "Dr A. Berg", visit - timedelta(days=14),
    )  # fmt: skip
    nurse, doctor = "Nurse C. Hale", "Dr A. Berg"
    started = visit + timedelta(minutes=48)
    done = procedure(index, started, drug, misses_first=index == 0)
    injected = started + timedelta(seconds=401)
    if kind is OrderKind.DIAGNOSTIC:
        scores = {"15 min": (2, 1), "30 min": (1, 1), "1 h": (1, 0), "2 h": (1, 0), "3 h": (1, 1), "4 h": (2, 1), "6 h": (5, 3),
                  "8 h": (6, 4), "bedtime": (6, 4), "next morning": (7, 4), "day 3": (7, 5), "day 7": (7, 4), "day 14": (None, None)}  # fmt: skip
        late, analgesic = {"3 h": 75}, {"8 h", "bedtime"}
        recovery = {0: (7, 5), 15: (2, 1), 30: (1, 1)}
    else:
        scores = {"30 min": (1, 0), "8 h": (4, 3), "day 3": (5, 3), "day 7": (2, 1), "day 14": (1, 1), "week 4": (1, 1),
                  "week 8": (2, 1), "week 12": (2, 2), "month 4": (4, 3), "month 5": (6, 4)}  # fmt: skip
        late, analgesic = {}, {"day 3"}
        recovery = {0: (7, 4), 15: (2, 1), 30: (1, 0)}
    prompts, entries = diary(injected, scores, late, analgesic)
    judged = None
    if kind is OrderKind.DIAGNOSTIC:
        judged = verdict(
            injected + timedelta(days=1), VerdictValue.POSITIVE, 7,
            {label: pair[0] for label, pair in scores.items() if pair[0] is not None and PROMPTS[label] <= 22 * 60},
            (30, 480), {"3 h"},
        )  # fmt: skip
    return Session(
        order=order,
        screening=screening() if index == 0 else Assessed(Decision.CLEAR),
        recipe_check=Assessed(
            Decision.CLEAR,
            (
                Finding(
                    "recipe:dose-sum", Severity.NOTE,
                    "Anaesthetic sum over skin and joint is 0.13 of the maximum for 71 kg.", "", "",
                    "policy clinic; lowest of the published ranges", Grade.C,
                ),
            ),
        ),
        overrides=(Override("screen:medicine:unmatched", "no-bearing", "Food supplement, stopped by the patient a week ago.", doctor, "", "9f2c"),) if index == 0 else (),
        booking=Booking(visit, visit - timedelta(days=13), "front desk"),
        preparation=sheet(visit - timedelta(days=12), visit),
        consent=Consent(visit + timedelta(minutes=6), Side.LEFT, Target.INTRA_ARTICULAR, kind, "" if kind is OrderKind.DIAGNOSTIC else "triamcinolone_40", ("infection", "bleeding at the site", "nerve damage", "leg weakness", "more pain", "allergic reaction"), yes("patient", visit), yes(doctor, visit)),
        confirmation=DayOfConfirmation(
            visit + timedelta(minutes=10), nurse, *(no("patient", visit) for _ in range(3)), yes("patient", visit), None, no("patient", visit), yes("patient", visit),
            None, 138, 84, yes(nurse, visit), 7, 5 if index == 0 else 4, no("patient", visit),
        ),
        skin_mark=SkinMark(visit + timedelta(minutes=20), doctor, Side.LEFT, yes(doctor, visit)),
        sign_in=SignIn(visit + timedelta(minutes=30), nurse, *(yes(nurse, visit) for _ in range(7))),
        time_out=TimeOut(visit + timedelta(minutes=46), doctor, Side.LEFT, Target.INTRA_ARTICULAR, yes(nurse, visit), yes(doctor, visit)),
        procedure=done,
        sign_out=SignOut(visit + timedelta(minutes=58), nurse, yes(nurse, visit), yes(nurse, visit), yes(nurse, visit), "", ""),
        recovery=checks(injected, recovery),
        discharge=Discharge(injected + timedelta(minutes=36), nurse, yes(nurse, visit), yes(nurse, visit)),
        prompts=prompts,
        entries=entries,
        verdict=judged,
    )  # fmt: skip


def episode() -> Episode:
    return Episode(
        id="E-2026-0001",
        patient_id=PATIENT.id,
        state=EpisodeState.JUDGED,
        version=41,
        request=AppointmentRequest(
            RequestedBy.PATIENT, at(1, 12, 8, 40), Side.LEFT, "Pain low on the left, worse when I stand up from my desk.",
            (BodyZone.LOW_BACK, BodyZone.BUTTOCK), (Cause.TRAUMA, Cause.ARTHRITIS), date(2025, 6, 1),
        ),
        assessment=assessment(),
        screening_answers=answers(),
        sessions=(session(0, OrderKind.DIAGNOSTIC, at(2, 3, 9)), session(1, OrderKind.THERAPEUTIC, at(2, 24, 9))),
        repeat_answers=(
            RepeatAnswer(
                False,
                (
                    Gap("repeat:too-early", "63 days since the last therapeutic injection; the policy asks for 90.", "policy clinic, repeat"),
                    Gap("repeat:still-relieved", "Relief still holds at the last entry: nothing has come back that a repeat would treat.", "safety rules, 23"),
                ),
                date(2026, 5, 25), (("therapeutic, last 12 months", "1 of 4"), ("diagnostic", "1 of 2")), "clinic", date(2026, 4, 28),
            ),
            RepeatAnswer(True, (), None, (("therapeutic, last 12 months", "1 of 4"), ("diagnostic", "1 of 2")), "clinic", date(2026, 7, 28)),
        ),
    )  # fmt: skip


def flat_png(shade: float) -> bytes:
    """A small grey picture in place of a frame."""
    out = BytesIO()
    rows, columns = np.mgrid[0:240, 0:240]
    imsave(
        out,
        np.clip(shade + 0.3 * np.cos(rows / 40) * np.sin(columns / 31), 0, 1),
        cmap="gray",
        vmin=0,
        vmax=1,
        format="png",
    )
    return out.getvalue()


def figures(session: int) -> ProcedureFigures:
    return ProcedureFigures(
        session,
        tuple(
            FigureImage(flat_png(0.3 + 0.05 * i), f"{purpose.value.capitalize()}, made-up picture.", f"Made-up grey picture in place of the {purpose.value} view", purpose, image_hash(session, purpose))
            for i, purpose in enumerate(ViewPurpose)
        ),
        flat_png(0.7),
    )  # fmt: skip


PROVENANCE = ProvenanceWords(
    ("Bones and joints: computed tomography of a real pelvis, 1.5 mm; bone at 200 HU and above is measured.",),
    (
        "Soft tissue, skin surface and body wall thickness are invented.",
        "Pain, placebo and steroid response are a model.",
        "Forces on the needle are assumed.",
    ),
    ("TotalSegmentator dataset v2, subject s0328, Wasserthal et al., University Hospital Basel, CC BY 4.0",),
)
RUN = RunFacts(
    (("sijoint", "0.1.0"), ("numpy", "2.2.0")),
    20260101,
    "numba, separable",
    "Pain comes from the left joint; the first aim is 6 mm off; the steroid works for four months.",
)


def report(**changes) -> EpisodeReport:
    policy = PolicyNamed("clinic", "2026-01-01", "Clinic default", "First injection with anaesthetic only.")
    whole = EpisodeReport(episode(), PATIENT, policy, at(8, 1, 12), (figures(0), figures(1)), PROVENANCE, RUN)
    return replace(whole, **changes)


def twin() -> Twin:
    return Twin(episode(), "first injection with steroid", "anaesthetic only first")


def stopped() -> Episode:
    """Pregnancy: screening stops the episode, nothing is ever booked."""
    whole = episode()
    pregnant = Finding(
        "screen:pregnancy:confirmed",
        Severity.ABSOLUTE,
        "Pregnancy is confirmed: no fluoroscopy.",
        "We will not use X-rays while you are pregnant.",
        "Choose another treatment with the physician.",
        "safety rules, 1",
        Grade.B,
    )
    order = whole.sessions[0].order
    answered = replace(whole.screening_answers, pregnancy=yes("patient", at(1, 20)))
    return replace(
        whole,
        state=EpisodeState.STOPPED,
        screening_answers=answered,
        sessions=(Session(order, Assessed(Decision.ABSOLUTE, (pregnant,))),),
        repeat_answers=(),
    )
