"""A patient for whom everything is in order; each test spoils one thing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sijoint.frames import Side
from sijoint.model import (
    Administration,
    Answer,
    AppointmentRequest,
    Assessed,
    Assessment,
    Booking,
    Consent,
    ConservativeCare,
    ConservativeKind,
    ContrastJudgement,
    ContrastPattern,
    DayOfConfirmation,
    Decision,
    DiaryEntry,
    Discharge,
    DrawnLine,
    Episode,
    EpisodeState,
    Fact,
    GateAnswer,
    ImageOrigin,
    ImagingKind,
    ImagingReviewed,
    Order,
    OrderKind,
    Patient,
    PreparationSheet,
    Procedure,
    ProcedureKind,
    Provocation,
    ProvocationTest,
    Recipe,
    RecipeLine,
    RecoveryCheck,
    RequestedBy,
    ScreeningAnswers,
    Sedation,
    Session,
    Sex,
    SignIn,
    SignOut,
    SiteReadiness,
    SkinMark,
    SkinPreparation,
    StoredImage,
    Syringe,
    SyringeAccount,
    SyringeUse,
    Target,
    TestConditions,
    TimeOut,
    Vial,
    VialKind,
    ViewPurpose,
    Vitals,
)
from sijoint.pathway import (
    cards_edition,
    consent_risks,
    diary_prompts,
    load_policy,
    order_rule,
    ordered_lines,
    steroid_agents,
    steroid_code,
)
from sijoint.pathway.doses import all_lines

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
INJECTED_S = 600.0
YES, NO, UNKNOWN = (Fact(answer, "nurse", NOW) for answer in (Answer.YES, Answer.NO, Answer.UNKNOWN))
POLICY = load_policy("clinic")
WITH_STEROID = load_policy("first-with-steroid")
CLEAR = Assessed(Decision.CLEAR)
GOOD_WHEN_YES = ("allergies_asked", "medicines_asked", "driver_arranged")
FACT_NAMES = tuple(name for name, one in ScreeningAnswers.__dataclass_fields__.items() if one.type is Fact)


def recipe(*drug: tuple[str, str], skin: str = "1.0", contrast: str = "0.5") -> Recipe:
    lines = tuple(RecipeLine(code, Decimal(volume)) for code, volume in drug or (("lidocaine_2_percent", "1.0"),))
    return Recipe(RecipeLine("lidocaine_1_percent", Decimal(skin)), RecipeLine("iohexol_240", Decimal(contrast)), lines)


def order(
    *drug: tuple[str, str],
    kind: OrderKind = OrderKind.DIAGNOSTIC,
    target: Target = Target.INTRA_ARTICULAR,
    side: Side = Side.LEFT,
    sedation: Sedation = Sedation.NONE,
    policy=POLICY,
    number: int = 1,
) -> Order:
    rule = order_rule(kind, target, policy)
    return Order(f"o{number}", kind, target, side, recipe(*drug), sedation, rule, "physician", NOW - timedelta(days=9))


def patient(**changes) -> Patient:
    one = Patient("p", "Doe", "Jo", date(1980, 5, 4), Sex.FEMALE, "phone", Decimal(70), Decimal(170))
    return replace(one, **changes)


def answers(**changes) -> ScreeningAnswers:
    facts = {name: YES if name in GOOD_WHEN_YES else NO for name in FACT_NAMES}
    return ScreeningAnswers(**{**facts, "blood_pressure_systolic": 128, "blood_pressure_diastolic": 78, **changes})


def request_(side: Side | None = Side.LEFT) -> AppointmentRequest:
    return AppointmentRequest(
        RequestedBy.PATIENT, NOW - timedelta(days=20), side, "buttock pain", pain_since=date(2025, 1, 1)
    )


def assessment(**changes) -> Assessment:
    positive = (ProvocationTest.DISTRACTION, ProvocationTest.THIGH_THRUST, ProvocationTest.COMPRESSION)
    one = Assessment(
        at=NOW - timedelta(days=10),
        by="physician",
        side=Side.LEFT,
        provocations=tuple(
            Provocation(test, side, YES if side is Side.LEFT and test in positive else NO)
            for side in Side
            for test in ProvocationTest
        ),
        conservative_care=(
            ConservativeCare(ConservativeKind.PHYSIOTHERAPY, date(2025, 11, 1), date(2026, 1, 1), False),
        ),
        power_normal=YES,
        reflexes_normal=YES,
        sensation_normal=YES,
        straight_leg_raise_positive=NO,
        imaging_reviewed=YES,
        spondyloarthritis_suspected=NO,
        sacral_insufficiency_fracture_suspected=NO,
        radicular_pain=NO,
        pain_above_l5=NO,
        red_flag=NO,
        cauda_equina_suspected=NO,
        cancer_suspected=NO,
        infection_suspected=NO,
        hip_source_suspected=NO,
        lumbar_source_suspected=NO,
        gout_suspected=NO,
        widespread_pain=NO,
        lumbar_fusion_before=NO,
        history="pain of the left buttock since a fall",
        imaging=(ImagingReviewed(ImagingKind.MRI, date(2025, 12, 1), "no other cause"),),
        order_kind=OrderKind.DIAGNOSTIC,
        order_target=Target.INTRA_ARTICULAR,
        baseline_nrs=7,
        baseline_peg=Decimal("6.3"),
        index_movement="rising from a chair",
        working_diagnosis="left sacroiliac joint pain",
    )
    return replace(one, **changes)


def confirmation(at: datetime = NOW, **changes) -> DayOfConfirmation:
    one = DayOfConfirmation(
        at=at,
        by="nurse",
        fever=NO,
        antibiotics=NO,
        new_medicines=NO,
        antithrombotics_as_planned=YES,
        pregnancy=NO,
        allergies_unchanged=YES,
        blood_pressure_systolic=130,
        blood_pressure_diastolic=80,
        driver_present=YES,
        index_nrs=8,
        rest_nrs=4,
        rescue_analgesic_within_6_h=NO,
    )
    return replace(one, **changes)


def readiness(at: datetime = NOW, **changes) -> SiteReadiness:
    one = SiteReadiness(at, "physician", cards_edition(), YES, YES, date(2027, 12, 31))
    return replace(one, **changes)


def vial(agent: str, **changes) -> Vial:
    one = Vial(agent, "L1", date(2027, 6, 30), VialKind.SINGLE_DOSE, None, YES, NO)
    return replace(one, **changes)


def syringe(use: SyringeUse, lines, at: datetime = NOW, **changes) -> Syringe:
    drawn = tuple(DrawnLine(vial(line.agent), line.volume_ml) for line in lines)
    return replace(Syringe(f"s-{use.name.lower()}", use, drawn, at, "NB", None, YES, YES), **changes)


def syringes_for(one: Order, at: datetime = NOW) -> tuple[Syringe, ...]:
    return tuple(syringe(use, ordered_lines(one.recipe, use), at) for use in SyringeUse)


def consent_for(one: Order, at: datetime, policy=POLICY, **changes) -> Consent:
    risks = consent_risks(policy, bool(steroid_agents(one)))
    given = Consent(at, one.side, one.target, one.kind, steroid_code(one), risks, YES, YES)
    return replace(given, **changes)


def time_out_for(one: Order, at: datetime, **changes) -> TimeOut:
    labels = tuple(dict.fromkeys(line.agent for line in all_lines(one.recipe)))
    return replace(TimeOut(at, "nurse", one.side, one.target, YES, YES, labels), **changes)


def sign_out_for(at: datetime, **changes) -> SignOut:
    """Written by the nurse for the operator, read back and confirmed."""
    one = SignOut(
        at, "nurse", YES, YES, YES, "", "physician", complications_seen=NO, read_back=YES, confirmed_by="physician"
    )
    return replace(one, **changes)


def view(primary: float, *, after_contrast: bool, movement: int = 3, at_s: float = 400.0) -> StoredImage:
    purpose = ViewPurpose.CONTRAST if after_contrast else ViewPurpose.NEEDLE
    name = f"{primary}-{after_contrast}-{movement}-{at_s}"
    return StoredImage(name, at_s, ImageOrigin.SIMULATED, purpose, primary, 0.0, after_contrast, movement)


def given(use: SyringeUse, agent: str, volume: str, at_s: float, movement: int = 3, side=Side.LEFT) -> Administration:
    return Administration(at_s, use, agent, Decimal(volume), side, Target.INTRA_ARTICULAR, movement)


def procedure_before_drug(started: datetime = NOW, pattern=ContrastPattern.IA_TYPE_I, **changes) -> Procedure:
    one = Procedure(
        id="x",
        kind=ProcedureKind.PERFORMED,
        side=Side.LEFT,
        target=Target.INTRA_ARTICULAR,
        operator="physician",
        virtual_operator=False,
        started_at=started,
        movements=3,
        images=(view(180, after_contrast=False), view(180, after_contrast=True), view(90, after_contrast=True)),
        administrations=(
            given(SyringeUse.SKIN, "lidocaine_1_percent", "1.0", 60, movement=0),
            given(SyringeUse.CONTRAST, "iohexol_240", "0.5", 300),
        ),
        judgements=(ContrastJudgement(420.0, pattern, "physician", False, 3),),
    )
    return replace(one, **changes)


def procedure_done(one: Order, started: datetime = NOW, pattern=ContrastPattern.IA_TYPE_I, **changes) -> Procedure:
    before = procedure_before_drug(started, pattern)
    drug = tuple(
        Administration(INJECTED_S, SyringeUse.DRUG, line.agent, line.volume_ml, one.side, one.target, 3)
        for line in one.recipe.drug
    )
    done = replace(
        before,
        side=one.side,
        target=one.target,
        administrations=before.administrations + drug,
        gate_answers=(GateAnswer(INJECTED_S - 1, True, (), 3),),
        ended_at=started + timedelta(seconds=INJECTED_S + 60),
    )
    return replace(done, **changes)


def session(one: Order | None = None, at: datetime = NOW, policy=POLICY, **changes) -> Session:
    one = one or order()
    ready = Session(
        order=one,
        screening=CLEAR,
        recipe_check=CLEAR,
        booking=Booking(at, at - timedelta(days=5), "desk"),
        preparation=PreparationSheet(at - timedelta(days=5), at, ()),
        consent=consent_for(one, at - timedelta(hours=1), policy),
        confirmation=confirmation(at - timedelta(minutes=40)),
        skin_mark=SkinMark(at - timedelta(minutes=30), "physician", one.side, YES),
        sign_in=SignIn(at - timedelta(minutes=20), "nurse", *[YES] * 9),
        time_out=time_out_for(one, at - timedelta(minutes=10)),
        skin_preparation=SkinPreparation(
            "chlorhexidine_2_alcohol_70", at - timedelta(minutes=9), "nurse", at - timedelta(minutes=5), NO
        ),
        readiness=readiness(at - timedelta(minutes=90)),
        syringes=syringes_for(one, at - timedelta(minutes=15)),
        test_conditions=TestConditions(at + timedelta(minutes=40), "nurse", NO, NO, NO),
    )
    return replace(ready, **changes)


def episode(*sessions: Session, state=EpisodeState.IN_PROCEDURE, **changes) -> Episode:
    one = Episode(
        "e",
        "p",
        state,
        1,
        request_(),
        assessment(),
        answers(),
        sessions=sessions or (session(procedure=procedure_before_drug()),),
    )
    return replace(one, **changes)


def recovery(at: datetime, minutes: int, **changes) -> RecoveryCheck:
    one = RecoveryCheck(at, "nurse", minutes, Vitals(at, 125, 75, 70, 98), 2, 1, YES, YES, NO, YES, YES)
    return replace(one, **changes)


def entry(prompt, nrs: int | None, minutes_late: float = 1.0, **changes) -> DiaryEntry:
    at = prompt.due + timedelta(minutes=minutes_late)
    one = DiaryEntry(f"e-{prompt.id}", prompt.id, at, at, at, nrs, 1, NO, NO, NO)
    return replace(one, **changes)


def followed(
    course: dict[str, int | None],
    one: Order | None = None,
    at: datetime = NOW,
    policy=POLICY,
    pattern=ContrastPattern.IA_TYPE_I,
    **changes,
) -> Session:
    """A session that was done and discharged, with the diary answered on time as ``course`` says by label."""
    one = one or order(policy=policy)
    injected = at + timedelta(seconds=INJECTED_S)
    prompts = diary_prompts(one, injected, policy)
    known = {prompt.label: prompt for prompt in prompts}
    return replace(
        session(one, at, policy),
        procedure=procedure_done(one, at, pattern),
        syringe_accounts=tuple(
            SyringeAccount(each.id, injected, "nurse", each.drawn_ml, Decimal(0)) for each in syringes_for(one)
        ),
        sign_out=sign_out_for(injected),
        discharge=Discharge(injected + timedelta(minutes=35), "nurse", YES, YES),
        prompts=prompts,
        entries=tuple(entry(known[label], nrs) for label, nrs in course.items()),
        **changes,
    )


def codes(assessed) -> set[str]:
    findings = assessed.findings if isinstance(assessed, Assessed) else assessed
    return {one.code.partition(":")[0] for one in findings}
