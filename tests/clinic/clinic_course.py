"""One invented patient's course as commands, in the order in which a clinic gives them; each test changes what it is about."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sijoint.clinic import (
    AnswerScreening,
    Assess,
    BeginProcedure,
    Book,
    CallTimeOut,
    ClinicCommand,
    ConfirmSite,
    ConfirmToday,
    DischargePatient,
    DrawUp,
    GiveConsent,
    MarkSkin,
    Outcome,
    PlaceOrder,
    Prepare,
    PrepareSkin,
    RecordRecovery,
    RecordTestConditions,
    RequestAppointment,
    SignInPatient,
    SignOutPatient,
    handle,
    image_keeper_for,
    permit_for,
    recorder_for,
)
from sijoint.frames import Side
from sijoint.model import (
    Answer,
    AppointmentRequest,
    Assessment,
    Consent,
    ConservativeCare,
    ConservativeKind,
    ContrastPattern,
    DayOfConfirmation,
    Discharge,
    DrawnLine,
    Fact,
    ImageOrigin,
    ImagingKind,
    ImagingReviewed,
    OrderKind,
    Patient,
    ProcedureKind,
    Provocation,
    ProvocationTest,
    Recipe,
    RecipeLine,
    RecoveryCheck,
    RequestedBy,
    ScreeningAnswers,
    Sex,
    SignIn,
    SignOut,
    SiteReadiness,
    SkinMark,
    SkinPreparation,
    StoredImage,
    StoreKind,
    Syringe,
    SyringeUse,
    Target,
    TestConditions,
    TimeOut,
    Vial,
    VialKind,
    ViewPurpose,
    Vitals,
)
from sijoint.pathway import Policy, SitePolicies, cards_edition, consent_risks, ordered_lines, shipped
from sijoint.records import Store, open_store
from sijoint.room import Action, PermissionRequest
from sijoint.room.events import (
    Ended,
    Event,
    Exposed,
    GateAnswered,
    Injected,
    Judged,
    NeedleChosen,
    NeedleMoved,
    Started,
)

EPISODE = "episode-1"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class FakeClock:
    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@dataclass
class Course:
    """A clinic with one store; ``give`` sends a command under an id of its own."""

    store: Store
    clock: FakeClock = field(default_factory=FakeClock)
    policies: SitePolicies = field(default_factory=shipped)
    given: int = 0
    drawn: int = 0

    @property
    def policy(self) -> Policy:
        return self.policies.at(self.clock())

    def send(self, command: ClinicCommand) -> Outcome:
        return handle(command, self.store, self.policies, self.clock)

    def give(self, command: type[ClinicCommand], /, **facts: object) -> Outcome:
        self.given += 1
        return self.send(command(id=f"c{self.given}", by="dr-a", episode_id=EPISODE, **facts))

    def accepted(self, command: type[ClinicCommand], /, **facts: object) -> Outcome:
        outcome = self.give(command, **facts)
        assert outcome.accepted, outcome.refusal
        return outcome

    def yes(self) -> Fact:
        return Fact(Answer.YES, "nurse", self.clock())

    def no(self) -> Fact:
        return Fact(Answer.NO, "nurse", self.clock())

    # the facts of an unremarkable patient

    def patient(self) -> Patient:
        return Patient(
            "patient-1",
            "Virtual",
            "Patient",
            date(1962, 5, 14),
            Sex.MALE,
            "none",
            Decimal(78),
            Decimal(176),
            virtual=self.store.kind is StoreKind.VIRTUAL,
        )

    def request(self, side: Side | None = Side.LEFT) -> AppointmentRequest:
        now = self.clock()
        since = (now - timedelta(days=210)).date()
        return AppointmentRequest(RequestedBy.PATIENT, now, side, "buttock pain", pain_since=since)

    def assessment(self, side: Side = Side.LEFT) -> Assessment:
        yes, no, now = self.yes(), self.no(), self.clock()
        tests = tuple(Provocation(test, one, yes if one is side else no) for one in Side for test in ProvocationTest)
        began = (now - timedelta(days=120)).date()
        return Assessment(
            at=now,
            by="dr-a",
            side=side,
            provocations=tests,
            conservative_care=(ConservativeCare(ConservativeKind.PHYSIOTHERAPY, began, None, helped=False),),
            power_normal=yes,
            reflexes_normal=yes,
            sensation_normal=yes,
            straight_leg_raise_positive=no,
            imaging_reviewed=yes,
            spondyloarthritis_suspected=no,
            sacral_insufficiency_fracture_suspected=no,
            radicular_pain=no,
            pain_above_l5=no,
            red_flag=no,
            cauda_equina_suspected=no,
            cancer_suspected=no,
            infection_suspected=no,
            hip_source_suspected=no,
            lumbar_source_suspected=no,
            gout_suspected=no,
            widespread_pain=no,
            lumbar_fusion_before=no,
            history="pain of the buttock for months",
            imaging=(ImagingReviewed(ImagingKind.MRI, began, "no other cause"),),
            order_kind=OrderKind.DIAGNOSTIC,
            order_target=Target.INTRA_ARTICULAR,
            baseline_nrs=8,
            baseline_peg=Decimal("6.3"),
            index_movement="standing up",
            working_diagnosis="sacroiliac joint pain",
        )

    def recipe(self) -> Recipe:
        return Recipe(
            RecipeLine("lidocaine_1_percent", Decimal("2.0")),
            RecipeLine("iohexol_240", Decimal("0.5")),
            (RecipeLine("bupivacaine_0.5_percent", Decimal("1.0")),),
        )

    def order(self, number: int = 1, **changes: object) -> dict[str, object]:
        facts: dict[str, object] = {
            "order_id": f"order-{number}",
            "kind": OrderKind.DIAGNOSTIC,
            "target": Target.INTRA_ARTICULAR,
            "side": Side.LEFT,
            "recipe": self.recipe(),
        }
        return facts | changes

    def answers(self, **changes: object) -> ScreeningAnswers:
        no = self.no()
        facts = {name for name, one in ScreeningAnswers.__dataclass_fields__.items() if one.type is Fact}
        told = ScreeningAnswers(**dict.fromkeys(facts, no))
        yes = self.yes()
        told = replace(told, allergies_asked=yes, medicines_asked=yes, driver_arranged=yes)
        return replace(told, blood_pressure_systolic=128, blood_pressure_diastolic=78, **changes)

    def consent(self, side: Side | None = Side.LEFT, **changes: object) -> Consent:
        yes = self.yes()
        risks = consent_risks(self.policy, False)
        facts = Consent(self.clock(), side, Target.INTRA_ARTICULAR, OrderKind.DIAGNOSTIC, "", risks, yes, yes)
        return replace(facts, **changes)

    def confirmation(self, **changes: object) -> DayOfConfirmation:
        yes, no = self.yes(), self.no()
        facts = DayOfConfirmation(
            at=self.clock(),
            by="nurse",
            fever=no,
            antibiotics=no,
            new_medicines=no,
            antithrombotics_as_planned=yes,
            pregnancy=no,
            allergies_unchanged=yes,
            blood_pressure_systolic=131,
            blood_pressure_diastolic=80,
            driver_present=yes,
            index_nrs=8,
            rest_nrs=4,
            rescue_analgesic_within_6_h=no,
        )
        return replace(facts, **changes)

    def readiness(self, **changes: object) -> SiteReadiness:
        yes = self.yes()
        one = SiteReadiness(self.clock(), "dr-a", cards_edition(), yes, yes, date(2030, 1, 1))
        return replace(one, **changes)

    def syringe(self, use: SyringeUse, **changes: object) -> Syringe:
        """As ordered, from a vial of this patient alone, labelled and looked at."""
        yes, no = self.yes(), self.no()
        lines = tuple(
            DrawnLine(Vial(line.agent, "lot 7", date(2030, 1, 1), VialKind.SINGLE_DOSE, None, yes, no), line.volume_ml)
            for line in ordered_lines(self.recipe(), use)
        )
        self.drawn += 1
        one = Syringe(f"syringe-{self.drawn}", use, lines, self.clock(), "NB", None, yes, yes)
        return replace(one, **changes)

    def room_made_ready(self) -> list[tuple[type[ClinicCommand], dict[str, object]]]:
        """The site's word on its emergency cards, and three syringes drawn up."""
        drawn = [(DrawUp, {"syringe": self.syringe(use)}) for use in SyringeUse]
        return [(ConfirmSite, {"readiness": self.readiness()}), *drawn]

    def sign_in(self, **changes: object) -> SignIn:
        return replace(SignIn(self.clock(), "nurse", *[self.yes()] * 9), **changes)

    def time_out(self, side: Side | None = Side.LEFT, target: Target = Target.INTRA_ARTICULAR) -> TimeOut:
        recipe, yes = self.recipe(), self.yes()
        labels = tuple(line.agent for line in (recipe.skin, recipe.contrast, *recipe.drug))
        return TimeOut(self.clock(), "dr-a", side, target, yes, yes, labels)

    def skin_preparation(self, **changes: object) -> SkinPreparation:
        """Cleaned five minutes ago, and seen dry a minute ago."""
        now = self.clock()
        applied, dry = now - timedelta(minutes=5), now - timedelta(minutes=1)
        return replace(SkinPreparation("chlorhexidine_2_alcohol_70", applied, "nurse", dry, self.no()), **changes)

    def sign_out(self, **changes: object) -> SignOut:
        """Written by the nurse for the operator, read back and confirmed."""
        yes, no = self.yes(), self.no()
        one = SignOut(
            self.clock(), "nurse", yes, yes, yes, "", "dr-a", complications_seen=no, read_back=yes, confirmed_by="dr-a"
        )
        return replace(one, **changes)

    # the course, up to a point

    def requested(self) -> "Course":
        self.accepted(RequestAppointment, patient=self.patient(), request=self.request())
        return self

    def cleared(self) -> "Course":
        self.requested()
        self.accepted(Assess, assessment=self.assessment())
        self.accepted(PlaceOrder, **self.order())
        self.accepted(AnswerScreening, answers=self.answers())
        return self

    def booked(self) -> "Course":
        self.cleared()
        self.accepted(Book, at=self.clock() + timedelta(days=7))
        return self

    def consented(self) -> "Course":
        self.booked()
        self.accepted(Prepare)
        self.accepted(GiveConsent, consent=self.consent())
        return self

    def confirmed(self) -> "Course":
        self.consented()
        self.clock.forward(days=7)
        self.accepted(ConfirmToday, confirmation=self.confirmation())
        return self

    def timed_out(self) -> "Course":
        self.confirmed()
        yes, now = self.yes(), self.clock()
        self.accepted(MarkSkin, skin_mark=SkinMark(now, "dr-a", Side.LEFT, yes))
        self.accepted(SignInPatient, sign_in=self.sign_in())
        for command, fields in self.room_made_ready():
            self.accepted(command, **fields)
        self.accepted(PrepareSkin, skin_preparation=self.skin_preparation())
        time_out = self.time_out()
        self.accepted(CallTimeOut, time_out=time_out)
        return self

    def in_procedure(self) -> "Course":
        self.timed_out()
        self.accepted(BeginProcedure, procedure_id="procedure-1", operator="dr-a")
        self.record = recorder_for(EPISODE, self.store, self.policies, self.clock)
        self.permit = permit_for(EPISODE, self.store, self.policies, self.clock)
        self.record(self.started())
        return self

    # the room, acted out

    def started(self, **changes: object) -> Started:
        event = Started(
            at_s=0.0,
            procedure_id="procedure-1",
            procedure_kind=ProcedureKind.PERFORMED,
            side=Side.LEFT,
            target=Target.INTRA_ARTICULAR,
            operator="dr-a",
            virtual_operator=False,
        )
        return replace(event, **changes)

    def may(self, action: Action) -> bool:
        return self.permit(PermissionRequest(action, "procedure-1", 0.0)).allowed

    def picture(self, content: bytes, origin: ImageOrigin = ImageOrigin.SIMULATED) -> str:
        return image_keeper_for(EPISODE, self.store, self.clock)(content, {"origin": str(origin)})

    def exposed(self, at_s: float, primary_deg: float, *, after_contrast: bool = False, **changes: object) -> Exposed:
        origin = changes.pop("origin", ImageOrigin.SIMULATED)
        sha256 = self.picture(f"{at_s} {primary_deg}".encode(), origin)
        image = StoredImage(sha256, at_s, origin, ViewPurpose.NEEDLE, primary_deg, 0.0, after_contrast)
        event = Exposed(
            at_s=at_s,
            pulses=4,
            seconds=0.5,
            primary_deg=primary_deg,
            secondary_deg=0.0,
            kvp=75.0,
            ma=3.0,
            kerma_reference_mgy=0.1,
            dose_area_product_mgy_cm2=20.0,
            images=(image,),
        )
        return replace(event, **changes)

    def moved(self, at_s: float, movement: int) -> NeedleMoved:
        return NeedleMoved(
            at_s=at_s, movement=movement, how="advance", depth_mm=60.0, passes=1, redirections=0, bone_contacts=0
        )

    def injected(self, at_s: float, movement: int, use: SyringeUse, agent: str, volume: str) -> Injected:
        return Injected(
            at_s=at_s, movement=movement, use=use, agent=agent, volume_ml=Decimal(volume), peak_pressure_kpa=20.0
        )

    def judged(self, at_s: float, movement: int, pattern: ContrastPattern = ContrastPattern.IA_TYPE_I) -> Judged:
        return Judged(at_s=at_s, movement=movement, pattern=pattern, by="dr-a", virtual_operator=False, image_sha256=())

    def gate(self, at_s: float, movement: int, *, allowed: bool) -> GateAnswered:
        return GateAnswered(at_s=at_s, movement=movement, allowed=allowed, findings=())

    def drug(self, at_s: float, movement: int) -> Injected:
        return self.injected(at_s, movement, SyringeUse.DRUG, "bupivacaine_0.5_percent", "1.0")

    def events_to_the_drug(self) -> list[Event]:
        """Needle in, two views, contrast, judgement, gate, drug, end."""
        return [
            self.exposed(10, 180.0),
            NeedleChosen(at_s=20, code="quincke-22", gauge=22, length_mm=90.0, tip="Quincke"),
            self.moved(30, 1),
            self.exposed(40, 90.0),
            self.injected(50, 1, SyringeUse.CONTRAST, "iohexol_240", "0.5"),
            self.exposed(60, 180.0, after_contrast=True),
            self.judged(70, 1),
            self.gate(70, 1, allowed=True),
            self.drug(80, 1),
            Ended(at_s=90),
        ]

    def procedure_ended(self) -> "Course":
        self.in_procedure()
        for event in self.events_to_the_drug():
            self.record(event)
        return self

    def recovering(self) -> "Course":
        self.procedure_ended()
        self.clock.forward(minutes=2)
        self.accepted(SignOutPatient, sign_out=self.sign_out())
        return self

    def check(self, minutes: int, index_nrs: int, **changes: object) -> RecoveryCheck:
        yes, no, now = self.yes(), self.no(), self.clock()
        vitals = Vitals(now, 128, 78, 70, 98)
        return replace(RecoveryCheck(now, "nurse", minutes, vitals, index_nrs, 1, yes, yes, no, yes, yes), **changes)

    def discharged(self) -> "Course":
        self.recovering()
        for minutes in (15, 30):
            self.clock.forward(minutes=15)
            self.accepted(RecordRecovery, check=self.check(minutes, 1))
        self.clock.forward(minutes=5)
        yes, no = self.yes(), self.no()
        self.accepted(RecordTestConditions, conditions=TestConditions(self.clock(), "nurse", no, no, no))
        self.accepted(DischargePatient, discharge=Discharge(self.clock(), "nurse", yes, yes))
        return self


def course_in(folder: Path, kind: StoreKind = StoreKind.VIRTUAL) -> Course:
    return Course(open_store(folder / "clinic.db", kind, create=True, at=START))
