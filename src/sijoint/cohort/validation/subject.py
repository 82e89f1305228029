"""One pelvis through every measurement of the plan: geometry, arthrography, a clinical injection, the operator, a dissection."""

from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sijoint.anatomy import Body, Joint, PelvisSample, UnsuitableAnatomy, body_of, draw_pelvis, pelvis_of
from sijoint.cohort.validation.gel import deflection_in_gel_mm
from sijoint.cohort.validation.outcome import Outcome
from sijoint.cohort.validation.plan_file import Population, ValidationPlan
from sijoint.cohort.validation.procedure import StudyOperator
from sijoint.fluoroscopy import AttenuationVolume, volume_from_hu
from sijoint.formulary import agent
from sijoint.formulary import needle as needle_by_code
from sijoint.frames import CArmModel, Side, load_carm_model
from sijoint.guidance import JointThird, NoPlan, Plan, overlap_angle_deg, plan
from sijoint.guidance.arthrogram import INTRA_ARTICULAR
from sijoint.injectate import (
    Compartment,
    Fluid,
    FluidBody,
    JointCauses,
    RefusedInjection,
    arthrogram_grade,
    distance_to_vessel_mm,
    draw_joint_causes,
    is_type_one,
    to_firm_end_point,
)
from sijoint.model import ProcedureKind, Recipe, RecipeLine, Sex, Target
from sijoint.response import PainCause, familiar_pain
from sijoint.room import Session, Setting, SimulationCauses
from sijoint.room.permission import Permission

ROWS = 256  # of the images that the reader sees
NEEDLE = "quincke_22g_90mm"  # of the injections without an operator
CONTRAST = "iohexol_240"
DRUG = "bupivacaine_0.5_percent"
DISSECTION_ML = 2.0  # latex after the contrast, as in the study
GRADED_ML = 1.0
PORTION_ML = 0.05
VASCULAR = (Compartment.VESSEL, Compartment.WASHED_AWAY)
PAIN = PainCause(intra_articular=1.0, ligament=0.0, elsewhere=0.0, index_nrs=7.0, rest_nrs=4.0)


@dataclass(frozen=True, eq=False)
class Subject:
    """A pelvis with what is drawn for it and made once."""

    seed: int
    side: Side
    sample: PelvisSample
    body: Body
    volume: AttenuationVolume
    carm: CArmModel
    causes: JointCauses

    @property
    def joint(self) -> Joint:
        return self.body.joints[self.side]

    def generator(self, purpose: str) -> Generator:
        return np.random.default_rng([self.seed, *purpose.encode()])

    def fluids(self) -> FluidBody:
        """The joint before anything is injected: the same one each time."""
        causes = self.causes
        return FluidBody(
            self.body,
            self.side,
            capacity_ml=causes.capacity_ml,
            vessels=causes.vessels,
            leaks=causes.leaks,
            rng=self.generator("fluids"),
        )


def study_pelvis(seed: int, study: ValidationPlan) -> Outcome:
    """Everything that the plan asks of the pelvis with this seed; what cannot be measured says why."""
    asked, side = _asked(seed, study.population), tuple(Side)[seed % 2]
    found = pelvis_of(asked)
    outcome = Outcome(
        seed,
        side.value,
        asked.sex.value,
        round(asked.age_years, 1),
        round(asked.bmi, 1),
        width_drawn_mm=asked.joint(side).width_mm,
    )
    try:
        body = body_of(found.patient, (side,))
    except UnsuitableAnatomy as reason:
        return replace(outcome, refusals=(f"joint not extracted: {reason}",))
    rng = np.random.default_rng([seed, *b"causes"])
    ct = found.patient.ct
    subject = Subject(
        seed,
        side,
        found.sample,
        body,
        volume_from_hu(ct.grid, ct.hu),
        load_carm_model(),
        draw_joint_causes(rng, body.joints[side], body, side),
    )
    outcome = _geometry(outcome, subject)
    outcome = _arthrography(outcome, subject, study)
    outcome = _deflections(outcome, subject)
    for third in JointThird:
        try:
            way = plan(subject.body, side, Target.INTRA_ARTICULAR, subject.carm, third=third)[0]
        except NoPlan as reason:
            outcome = _refused(outcome, f"no plan for the {third.value} third: {str(reason).split(': ')[-1]}")
            continue
        try:
            outcome = _clinical(outcome, subject, study, way.target_mm, third)
            outcome = _procedure(outcome, subject, study, way, third)
            if third is JointThird.LOWER:
                outcome = _dissection(outcome, subject, study, way)
        except RefusedInjection as reason:
            outcome = _refused(outcome, f"{third.value} third: {reason}")
    return outcome


def _asked(seed: int, population: Population) -> PelvisSample:
    rng = np.random.default_rng([seed, *b"population"])
    return draw_pelvis(
        seed,
        sex=Sex.MALE if rng.random() < population.men_share else Sex.FEMALE,
        age_years=float(rng.uniform(*population.age_years)),
        bmi=float(rng.uniform(*population.bmi)),
    )


def _refused(outcome: Outcome, reason: str) -> Outcome:
    return replace(outcome, refusals=(*outcome.refusals, reason))


def _geometry(outcome: Outcome, subject: Subject) -> Outcome:
    joint = subject.joint
    return replace(
        outcome,
        area_cm2=joint.area_cm2,
        width_measured_mm=joint.mean_width_mm if joint.width_measurable else None,
        inferior_angle_deg=joint.axial_angles_deg[0],
        overlap_angle_deg=overlap_angle_deg(joint),
        below_psis_mm=joint.from_psis_mm(joint.inferior_end_mm)[0],
        vessel_near=bool(subject.causes.vessels),
    )


def _contrast() -> Fluid:
    given = agent(CONTRAST)
    return Fluid("contrast", given.viscosity_mpa_s, given.iodine_mg_ml)


def _arthrography(outcome: Outcome, subject: Subject, study: ValidationPlan) -> Outcome:
    joint = subject.joint
    try:
        found = to_firm_end_point(
            subject.fluids(),
            joint.inferior_recess_mm,
            needle_by_code(NEEDLE),
            _contrast(),
            study.hand.arthrography_rate_ml_s,
        )
    except RefusedInjection as reason:
        return _refused(outcome, f"arthrography: {reason}")
    return replace(
        outcome,
        fill_ml=found.in_joint_ml if found.firm else None,
        leak_arthrography_ml=found.outside_ml,
        familiar_on_filling=familiar_pain(
            PAIN, found.most_kpa, Compartment.JOINT, subject.generator("familiar"), joint_ml=found.in_joint_ml
        ),
    )


def _deflections(outcome: Outcome, subject: Subject) -> Outcome:
    rng = subject.generator("gel")
    return replace(
        outcome,
        deflection_quincke_mm=deflection_in_gel_mm("quincke_22g_90mm", rng),
        deflection_short_bevel_mm=deflection_in_gel_mm("short_bevel_22g_90mm", rng),
    )


def _clinical(
    outcome: Outcome, subject: Subject, study: ValidationPlan, tip_mm: NDArray[np.float64], third: JointThird
) -> Outcome:
    """Contrast and drug with the tip on the target; graded after the plan's volume in the lower third."""
    hand, fluids, needle = study.hand, subject.fluids(), needle_by_code(NEEDLE)
    given, after_test = 0.0, 0.0
    seen_from: float | None = None
    graded: tuple[int, bool] | None = None
    while given < hand.contrast_ml + hand.drug_ml - 1e-9:
        fluids.inject(tip_mm, needle, _contrast(), PORTION_ML, hand.contrast_rate_ml_s)
        given += PORTION_ML
        outside = _outside_ml(fluids)
        if given <= hand.contrast_ml + 1e-9:
            after_test = outside
        if seen_from is None and outside >= study.seen.leak_on_fluoroscopy_ml:
            seen_from = round(given, 2)
        if graded is None and given >= GRADED_ML - 1e-9:
            filling = fluids.joint_filling()
            graded = arthrogram_grade(filling), is_type_one(filling)
    if third is JointThird.UPPER:
        return replace(outcome, leak_upper_ml=_outside_ml(fluids), leak_test_upper_ml=after_test)
    grade, type_one = graded or (None, None)
    return replace(
        outcome,
        leak_lower_ml=_outside_ml(fluids),
        leak_test_lower_ml=after_test,
        leak_seen_from_ml=seen_from,
        grade=grade,
        type_one=type_one,
    )


def _outside_ml(fluids: FluidBody) -> float:
    """Beyond the capsule and in no vessel."""
    return sum(ml for where, ml in fluids.volumes_ml().items() if where not in (Compartment.JOINT, *VASCULAR))


def _procedure(outcome: Outcome, subject: Subject, study: ValidationPlan, way: Plan, third: JointThird) -> Outcome:
    """The operator with redirections: what the images said last, and where the contrast of that attempt truly is."""
    hand, session = study.hand, _session(subject, way, study)
    operator = StudyOperator(session, way, subject.body, hand, subject.generator(f"hand {third.value}"))
    read = inside = uptake = False
    vessel_gap: float | None = None
    attempts = 0
    while attempts <= hand.redirections and not read:
        operator.place(hand.error_kept**attempts)
        before = session.fluids.volumes_ml("contrast")
        reading = operator.contrast()
        now = session.fluids.volumes_ml("contrast")
        given = {where: now[where] - before[where] for where in now}
        total = sum(given.values())
        inside = total > 0 and given[Compartment.JOINT] > 0.5 * total
        if attempts == 0:
            vessel_gap = _vessel_gap_mm(subject, session.held_needle.tip_mm)
            uptake = sum(now[where] for where in VASCULAR) > 0
        read = reading.pattern in INTRA_ARTICULAR
        attempts += 1
    if third is JointThird.UPPER:
        return replace(
            outcome, read_inside_upper=read, truly_inside_upper=inside, attempts_upper=attempts, uptake_upper=uptake
        )
    return replace(
        outcome,
        read_inside_lower=read,
        truly_inside_lower=inside,
        attempts_lower=attempts,
        uptake_lower=uptake,
        vessel_gap_mm=vessel_gap,
    )


def _vessel_gap_mm(subject: Subject, tip_mm: NDArray[np.float64]) -> float | None:
    """From the tip to the wall of the nearest vessel, 0 in it; None where the joint has none."""
    gaps = [distance_to_vessel_mm(vessel, tip_mm) - vessel.radius_mm for vessel in subject.causes.vessels]
    return max(round(min(gaps), 2), 0.0) if gaps else None


def _dissection(outcome: Outcome, subject: Subject, study: ValidationPlan, way: Plan) -> Outcome:
    """One placement, contrast and latex, and where most of it truly went."""
    session = _session(subject, way, study)
    operator = StudyOperator(session, way, subject.body, study.hand, subject.generator("hand of the dissection"))
    placed = operator.place()
    operator.contrast()
    operator.drug(DISSECTION_ML)
    volumes = session.fluids.volumes_ml()
    total = sum(volumes.values())
    return replace(
        outcome,
        dissection_felt=placed.gave,
        dissection_ml=round(volumes[Compartment.JOINT], 3),
        dissection_inside=total > 0 and volumes[Compartment.JOINT] > 0.5 * total,
    )


def _session(subject: Subject, way: Plan, study: ValidationPlan) -> Session:
    """A room in which everything is permitted: this is a rehearsal on a synthetic pelvis."""
    causes = subject.causes
    x, y, z = (float(value) for value in way.target_mm)
    setting = Setting(
        procedure_id="study",
        procedure_kind=ProcedureKind.REHEARSAL,
        side=subject.side,
        target=Target.INTRA_ARTICULAR,
        operator="study",
        virtual_operator=True,
        body=subject.body,
        volume=subject.volume,
        carm=subject.carm,
        detector=subject.carm.detector.binned_to(ROWS),
        recipe=Recipe(
            RecipeLine("lidocaine_1_percent", Decimal("2")),
            RecipeLine(CONTRAST, Decimal(str(study.hand.contrast_ml))),
            (RecipeLine(DRUG, Decimal(str(max(DISSECTION_ML, study.hand.drug_ml)))),),
        ),
        causes=SimulationCauses(causes.capacity_ml, PAIN, None, causes.vessels, causes.leaks),
        target_mm=(x, y, z),
        threads=1,
    )
    session = Session(
        setting,
        seed=subject.seed,
        permit=lambda request: Permission(True),
        keep_image=lambda frame: sha256(frame.pixels.tobytes()).hexdigest(),
    )
    session.start()
    return session
