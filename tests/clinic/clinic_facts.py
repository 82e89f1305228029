"""Facts of an invented patient for whom everything is in order, as a clinic writes them down at the moment of its clock."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sijoint.clinic import (
    ClinicCommand,
    ConfirmSite,
    DrawUp,
)
from sijoint.frames import Side
from sijoint.model import (
    Answer,
    AppointmentRequest,
    Assessment,
    Consent,
    ConservativeCare,
    ConservativeKind,
    DayOfConfirmation,
    DrawnLine,
    Fact,
    ImagingKind,
    ImagingReviewed,
    OrderKind,
    Patient,
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
    SkinPreparation,
    StoreKind,
    Syringe,
    SyringeUse,
    Target,
    TimeOut,
    Vial,
    VialKind,
    Vitals,
)
from sijoint.pathway import Policy, SitePolicies, cards_edition, consent_risks, ordered_lines
from sijoint.records import Store

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class FakeClock:
    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        self.now += timedelta(**amount)


class MadeUpFacts:
    """What is asked and found; each test changes what it is about."""

    store: Store
    clock: FakeClock
    policies: SitePolicies
    drawn: int

    @property
    def policy(self) -> Policy:
        return self.policies.at(self.clock())

    def yes(self) -> Fact:
        return Fact(Answer.YES, "nurse", self.clock())

    def no(self) -> Fact:
        return Fact(Answer.NO, "nurse", self.clock())

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

    def check(self, minutes: int, index_nrs: int, **changes: object) -> RecoveryCheck:
        yes, no, now = self.yes(), self.no(), self.clock()
        vitals = Vitals(now, 128, 78, 70, 98)
        return replace(RecoveryCheck(now, "nurse", minutes, vitals, index_nrs, 1, yes, yes, no, yes, yes), **changes)
