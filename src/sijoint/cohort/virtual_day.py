"""A treatment day in the virtual clinic: arrival to discharge, each step at its minute after the appointment."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from sijoint.clinic import commands as clinic_commands
from sijoint.cohort import person, tray
from sijoint.cohort.body_over_time import diary_entry, recovery_check
from sijoint.cohort.virtual_chart import Chart, minutes
from sijoint.cohort.virtual_images import ImagedRun, played_again
from sijoint.cohort.virtual_roster import Ending, Until, VisitPlan
from sijoint.formulary import IngredientKind
from sijoint.formulary import agent as agent_by_code
from sijoint.frames import PatientPosition
from sijoint.model import (
    NOT_ASKED,
    Answer,
    Consent,
    ContrastPattern,
    Discharge,
    FormLine,
    JudgementLine,
    LeftEarly,
    NeedleLine,
    ProcedureForm,
    SignIn,
    SignOut,
    SkinMark,
    SkinPreparation,
    StatedAmount,
    SyringeUse,
    TestConditions,
    TimeOut,
    ViewLine,
    ViewPurpose,
)
from sijoint.model.procedure_form import AgentLine
from sijoint.pathway import consent_risks, injected_at

CONSENT, CONFIRMED, MARKED, SIGNED_IN, CLEANED, DRY, DRAWN, TIME_OUT, BEGUN = -10, 5, 10, 20, 25, 31, 36, 40, 44
WRITTEN_DOWN, SIGNED_OUT = 60, 62  # all minutes after the appointment, invented and unremarkable
CHECKS, LATER_CHECKS_EVERY = (15, 30), 30
ARCHIVE = "image archive of the clinic (invented)"


def day(chart: Chart, plan: VisitPlan, at: datetime, imaged: ImagedRun) -> Iterator[datetime]:
    """The whole day, as far as the roster lets it go."""
    if not chart.treated.consent_days_before:
        if chart.treated.ends is Ending.NO_SHOW:
            yield at + minutes(45)
            chart.tell(clinic_commands.RecordNoShow, chart.desk)
            return
        yield at + minutes(CONSENT)
    _consent(chart)
    yield from _admitted(chart, at)
    if chart.treated.until is Until.TIMED_OUT:
        return
    yield at + minutes(BEGUN)
    if plan.images:
        yield from played_again(chart, imaged, at + minutes(BEGUN))
        if chart.treated.until is Until.IN_THE_ROOM:
            return
    else:
        yield at + minutes(WRITTEN_DOWN)
        chart.tell(clinic_commands.RecordProcedure, chart.radiographer, form=_form(chart, at + minutes(BEGUN)))
    yield max(chart.now, at + minutes(SIGNED_OUT))
    _sign_out(chart)
    yield from _recovery(chart, plan)


def _consent(chart: Chart) -> None:
    order = chart.session.order
    steroids = (
        line.agent for line in order.recipe.drug if agent_by_code(line.agent).ingredient.kind is IngredientKind.STEROID
    )
    steroid = next(steroids, "")
    given = Consent(
        at=chart.now,
        side=order.side,
        target=order.target,
        kind=order.kind,
        steroid=steroid,
        risks_explained=consent_risks(chart.policy, bool(steroid)),
        given=chart.yes(chart.patient.id),
        before_sedation=chart.yes(chart.physician),
        taken_by=chart.physician,
    )
    chart.tell(clinic_commands.GiveConsent, chart.physician, consent=given)


def _admitted(chart: Chart, at: datetime) -> Iterator[datetime]:
    """Confirmation of the day to time-out."""
    yield at + minutes(CONFIRMED)
    state = chart.body.at(chart.now)
    told = person.confirmation(chart.causes, chart.nurse, state.index_nrs, state.rest_nrs, chart.now)
    chart.tell(clinic_commands.ConfirmToday, chart.nurse, confirmation=told)
    yield at + minutes(MARKED)
    mark = SkinMark(chart.now, chart.physician, chart.side, chart.yes(chart.nurse))
    chart.tell(clinic_commands.MarkSkin, chart.physician, skin_mark=mark)
    yield at + minutes(SIGNED_IN)
    yes = chart.yes(chart.nurse)
    read = SignIn(chart.now, chart.nurse, yes, yes, yes, yes, yes, yes, yes, yes, yes)
    chart.tell(clinic_commands.SignInPatient, chart.nurse, sign_in=read)
    yield at + minutes(CLEANED)
    wet = SkinPreparation("chlorhexidine_2_alcohol_70", chart.now, chart.nurse, None, chart.no(chart.nurse))
    chart.tell(clinic_commands.PrepareSkin, chart.nurse, skin_preparation=wet)
    yield at + minutes(DRY)
    chart.tell(clinic_commands.PrepareSkin, chart.nurse, skin_preparation=replace(wet, seen_dry_at=chart.now))
    chart.tell(clinic_commands.ConfirmSite, chart.physician, readiness=tray.readiness(chart.now, chart.physician))
    yield at + minutes(DRAWN)
    for syringe in tray.syringes(chart.session, chart.policy, chart.now, chart.nurse):
        chart.tell(clinic_commands.DrawUp, chart.nurse, syringe=syringe)
    yield at + minutes(TIME_OUT)
    recipe, target, yes = chart.session.order.recipe, chart.session.order.target, chart.yes(chart.nurse)
    labels = tuple(dict.fromkeys(line.agent for line in (recipe.skin, recipe.contrast, *recipe.drug)))
    called = TimeOut(chart.now, chart.nurse, chart.side, target, yes, yes, labels)
    chart.tell(clinic_commands.CallTimeOut, chart.nurse, time_out=called)


def _form(chart: Chart, began: datetime) -> ProcedureForm:
    """The procedure as the radiographer writes it down for the physician, with where the images lie."""
    order = chart.session.order

    def view(minute: int, left: int, purpose: ViewPurpose, after: bool) -> ViewLine:
        return ViewLine(
            at=began + minutes(minute),
            purpose=purpose,
            after_contrast=after,
            left_deg=Decimal(left),
            cephalad_deg=Decimal(10 if left < 45 else 0),
            kept_as=ARCHIVE,
        )

    def given(minute: int, use: SyringeUse, agent: str, volume_ml: Decimal) -> AgentLine:
        return AgentLine(at=began + minutes(minute), use=use, agent=agent, volume_ml=volume_ml)

    lines: tuple[FormLine, ...] = (
        view(1, 0, ViewPurpose.SCOUT, False),
        given(2, SyringeUse.SKIN, order.recipe.skin.agent, order.recipe.skin.volume_ml),
        NeedleLine(at=began + minutes(4)),
        view(6, 90, ViewPurpose.LATERAL, False),
        given(7, SyringeUse.CONTRAST, order.recipe.contrast.agent, order.recipe.contrast.volume_ml),
        view(7, 0, ViewPurpose.CONTRAST, True),
        view(8, 90, ViewPurpose.AFTER_CONTRAST, True),
        JudgementLine(at=began + minutes(9), pattern=ContrastPattern.IA_TYPE_I, by=chart.physician),
        *(given(10, SyringeUse.DRUG, line.agent, line.volume_ml) for line in order.recipe.drug),
    )
    return ProcedureForm(
        procedure_id=f"{order.id}-p",
        side=order.side,
        target=order.target,
        operator=chart.physician,
        started_at=began,
        ended_at=began + minutes(12),
        lines=lines,
        needle="quincke_22g_90mm",
        passes=1,
        position=PatientPosition.HFP,
        familiar_pain_on_filling=chart.yes(chart.patient.id),
        dose_area=StatedAmount(Decimal("1.1"), "Gy·cm²"),
        fluoroscopy=StatedAmount(Decimal(24), "s"),
        recorded_for=chart.physician,
        read_back=chart.yes(chart.physician),
    )


def _sign_out(chart: Chart) -> None:
    yes, no = chart.yes(chart.nurse), chart.no(chart.nurse)
    counted = SignOut(
        chart.now,
        chart.nurse,
        yes,
        yes,
        yes,
        "",
        chart.physician,
        complications_seen=no,
        read_back=yes,
        confirmed_by=chart.physician,
    )
    chart.tell(clinic_commands.SignOutPatient, chart.nurse, sign_out=counted)
    for account in tray.accounts(chart.session, chart.now, chart.nurse):
        chart.tell(clinic_commands.AccountForSyringe, chart.nurse, account=account)


def _recovery(chart: Chart, plan: VisitPlan) -> Iterator[datetime]:
    """Watched until fit to leave; a weak leg stays until it is strong."""
    procedure = chart.session.procedure
    given = injected_at(procedure) if procedure else None
    assert given is not None
    chart.body.receive_where_meant(chart.session.order.recipe, plan.drug_reaches, given)
    minute = 0
    while True:
        minute = next((due for due in CHECKS if due > minute), minute + LATER_CHECKS_EVERY)
        yield given + minutes(minute)
        check = recovery_check(chart.body, minute, chart.nurse, chart.now)
        chart.tell(clinic_commands.RecordRecovery, chart.nurse, check=check)
        _asked_in_recovery(chart)
        if chart.treated.ends is Ending.LEFT_EARLY:
            yield given + minutes(minute + 6)
            _left_early(chart)
            return
        if minute >= max(CHECKS) and check.leg_power_at_baseline.answer is Answer.YES:
            break
    yield chart.now + minutes(2)
    yes, no = chart.yes(chart.nurse), chart.no(chart.nurse)
    conditions = TestConditions(chart.now, chart.nurse, no, no, yes if plan.other_injection else no)
    chart.tell(clinic_commands.RecordTestConditions, chart.nurse, conditions=conditions)
    saw = chart.yes(chart.physician) if minute > chart.policy.recovery_call_minutes else NOT_ASKED
    leaving = Discharge(chart.now, chart.nurse, escort_seen=yes, sheet_given=yes, physician_saw=saw)
    chart.tell(clinic_commands.DischargePatient, chart.nurse, discharge=leaving)


def _left_early(chart: Chart) -> None:
    yes, no = chart.yes(chart.nurse), chart.no(chart.nurse)
    leaving = LeftEarly(
        chart.now,
        chart.nurse,
        "my lift is waiting and I feel well",
        told_the_risks=yes,
        signed_against_advice=no,
        physician_told=yes,
        escort_seen=yes,
        sheet_given=yes,
    )
    chart.tell(clinic_commands.RecordLeftEarly, chart.nurse, leaving=leaving)


def _asked_in_recovery(chart: Chart) -> None:
    """The nurse asks what has come due."""
    session = chart.session
    answered = {entry.prompt_id for entry in session.entries}
    for prompt in session.prompts:
        if prompt.due <= chart.now and prompt.id not in answered and prompt.due > chart.now - timedelta(minutes=15):
            entry = diary_entry(chart.body, prompt, baseline(chart), by_staff=True)
            chart.tell(clinic_commands.AnswerDiary, chart.nurse, entry=entry)


def baseline(chart: Chart) -> int:
    confirmation = chart.session.confirmation
    return (confirmation.index_nrs if confirmation else None) or 0
