"""One treatment day of the course: booking to discharge, the diary after it, and the verdict."""

from dataclasses import replace
from datetime import datetime, timedelta

from sijoint.clinic import commands as clinic_commands
from sijoint.cohort import person, tray
from sijoint.cohort.body_over_time import recovery_check
from sijoint.cohort.in_room import VirtualRoom, run_procedure
from sijoint.cohort.staff import DESK, NURSE, OPERATOR, PATIENT, PHYSICIAN
from sijoint.cohort.under_way import EpisodeUnderWay
from sijoint.formulary import IngredientKind
from sijoint.formulary import agent as agent_by_code
from sijoint.model import (
    NOT_ASKED,
    Answer,
    CallMade,
    CallOutcome,
    Consent,
    Discharge,
    EpisodeState,
    Fact,
    OrderKind,
    Sedation,
    Session,
    SignIn,
    SignOut,
    SkinMark,
    SkinPreparation,
    SyringeUse,
    TestConditions,
    TimeOut,
)
from sijoint.pathway import calls_due, consent_risks, injected_at

RECOVERY_MINUTES = (15, 30)
LATER_CHECKS_EVERY_MIN = 30
LONGEST_STAY_MIN = 24 * 60


class Visit:
    def __init__(self, under_way: EpisodeUnderWay, room: VirtualRoom) -> None:
        self.under_way, self.room = under_way, room
        self.tell, self.say, self.clock = under_way.tell, under_way.say, under_way.clock
        self.causes, self.side, self.record = under_way.causes, under_way.side, under_way.record

    def run(self) -> bool:
        """The whole day; true when it went on to discharge and a diary."""
        return self._prepared() and self._admitted() and self._injected() and self._recovered() and self._followed()

    @property
    def session(self) -> Session:
        return self.under_way.session

    def _prepared(self) -> bool:
        appointment = (self.clock() + timedelta(days=7)).replace(hour=10, minute=0, second=0, microsecond=0)
        if not self.tell(clinic_commands.Book, DESK, at=appointment).accepted:
            return False
        self.say(f"booked for {appointment:%Y-%m-%d %H:%M} UTC")
        if not self.tell(clinic_commands.Prepare, NURSE).accepted:
            return False
        sheet = self.session.preparation
        topics = dict.fromkeys(item.topic.value for item in sheet.items) if sheet else ()
        self.say("preparation sheet made from the answers: " + ", ".join(topics))
        self.under_way.answer_diary(appointment)  # of the session before, which goes on
        return self._consented()

    def _consented(self) -> bool:
        order, now = self.session.order, self.clock()
        steroid = next(
            (
                line.agent
                for line in order.recipe.drug
                if agent_by_code(line.agent).ingredient.kind is IngredientKind.STEROID
            ),
            "",
        )
        yes = Fact(Answer.YES, PATIENT, now)
        consent = Consent(
            at=now,
            side=person.side_on(self.causes.sides.consent, self.side),
            target=order.target,
            kind=order.kind,
            steroid=steroid,
            risks_explained=consent_risks(self.under_way.policy, bool(steroid)),
            given=yes,
            before_sedation=yes,
        )
        accepted = self.tell(clinic_commands.GiveConsent, PHYSICIAN, consent=consent).accepted
        if accepted:
            self.say(f"consent given: {consent.side}, {order.target.value}, {order.kind.value}")
        return accepted

    def _admitted(self) -> bool:
        """Confirmation of the day, skin mark, sign-in and time-out: until then no X-ray command is accepted."""
        now = self.clock.pass_time(minutes=20)
        state = self.under_way.body.at(now)
        confirmation = person.confirmation(self.causes, NURSE, state.index_nrs, state.rest_nrs, now)
        outcome = self.tell(clinic_commands.ConfirmToday, NURSE, confirmation=confirmation)
        if not outcome.accepted:
            return False
        self.under_way.decide_reviews(outcome)
        self.say(f"confirmed today: index pain {state.index_nrs}/10, at rest {state.rest_nrs}/10")
        now = self.clock.pass_time(minutes=5)
        yes = Fact(Answer.YES, NURSE, now)
        mark = SkinMark(now, OPERATOR, person.side_on(self.causes.sides.skin_mark, self.side), yes)
        if not self.tell(clinic_commands.MarkSkin, PHYSICIAN, skin_mark=mark).accepted:
            return False
        now = self.clock.pass_time(minutes=10)
        yes = Fact(Answer.YES, NURSE, now)
        if not self.tell(
            clinic_commands.SignInPatient,
            NURSE,
            sign_in=SignIn(now, NURSE, yes, yes, yes, yes, yes, yes, yes, yes, yes),
        ).accepted:
            return False
        self._skin_cleaned(self.clock())
        now = self.clock.pass_time(minutes=10)
        self._tray_made_ready(now)
        recipe, target = self.session.order.recipe, self.session.order.target
        labels = tuple(dict.fromkeys(line.agent for line in (recipe.skin, recipe.contrast, *recipe.drug)))
        time_out = TimeOut(now, NURSE, person.side_on(self.causes.sides.time_out, self.side), target, yes, yes, labels)
        outcome = self.tell(clinic_commands.CallTimeOut, NURSE, time_out=time_out)
        if outcome.accepted:
            self.say(f"sign-in and time-out: {time_out.side}, {time_out.target.value}, labels read aloud")
        return outcome.accepted

    def _skin_cleaned(self, now: datetime) -> None:
        """Chlorhexidine in alcohol on hairless skin, seen dry after five minutes."""
        no = Fact(Answer.NO, NURSE, now)
        wet = SkinPreparation("chlorhexidine_2_alcohol_70", now, NURSE, None, no)
        self.tell(clinic_commands.PrepareSkin, NURSE, skin_preparation=wet)
        dry = replace(wet, seen_dry_at=self.clock.pass_time(minutes=5))
        self.tell(clinic_commands.PrepareSkin, NURSE, skin_preparation=dry)

    def _tray_made_ready(self, now: datetime) -> None:
        self.tell(clinic_commands.ConfirmSite, PHYSICIAN, readiness=tray.readiness(now))
        for syringe in tray.syringes(self.session, self.under_way.policy, now):
            self.tell(clinic_commands.DrawUp, NURSE, syringe=syringe)

    def _injected(self) -> bool:
        procedure_id = f"{self.record.episode_id}-p{len(self.record.procedures) + 1}"
        begun = self.tell(
            clinic_commands.BeginProcedure,
            PHYSICIAN,
            procedure_id=procedure_id,
            operator=OPERATOR,
            virtual_operator=True,
        )
        if not begun.accepted:
            return False
        run = run_procedure(self.under_way, self.room, procedure_id)
        self.record.procedures.append(run)
        self.under_way.note_state(self.under_way.episode)
        now = self.clock.pass_time(minutes=2)
        yes, no = Fact(Answer.YES, NURSE, now), Fact(Answer.NO, NURSE, now)
        sign_out = SignOut(
            now, NURSE, yes, yes, yes, "", OPERATOR, complications_seen=no, read_back=yes, confirmed_by=OPERATOR
        )
        self.tell(clinic_commands.SignOutPatient, NURSE, sign_out=sign_out)
        for account in tray.accounts(self.session, now):
            self.tell(clinic_commands.AccountForSyringe, NURSE, account=account)
        if not run.performance.drug_given:
            self.say(f"no drug was given: {run.performance.gave_up}")
            return False
        session = self.session
        given = session.procedure.administrations if session.procedure else ()
        drug = "; ".join(
            f"{one.volume_ml.normalize():f} mL {agent_by_code(one.agent).name}"
            for one in given
            if one.use is SyringeUse.DRUG
        )
        self.say(f"drug given: {drug}; needle out")
        self.under_way.body.receive(run.truth, session.order.recipe, self._drug_at())
        return True

    def _drug_at(self) -> datetime:
        """When the drug went in, as recorded: recovery and diary count from there."""
        procedure = self.session.procedure
        given = injected_at(procedure) if procedure else None
        return given or self.clock()

    def _recovered(self) -> bool:
        """Half an hour is the plan, not an exit: a weak leg stays until it is strong."""
        began = self._drug_at()
        minutes = 0
        while minutes < LONGEST_STAY_MIN:
            minutes = next((due for due in RECOVERY_MINUTES if due > minutes), minutes + LATER_CHECKS_EVERY_MIN)
            now = self.clock.until(began + timedelta(minutes=minutes))
            check = recovery_check(self.under_way.body, minutes, NURSE, now)
            self.tell(clinic_commands.RecordRecovery, NURSE, check=check)
            self.under_way.ask_diary()
            if minutes < max(RECOVERY_MINUTES):
                continue
            yes = Fact(Answer.YES, NURSE, now)
            saw = (
                Fact(Answer.YES, PHYSICIAN, now) if minutes > self.under_way.policy.recovery_call_minutes else NOT_ASKED
            )
            outcome = self.tell(
                clinic_commands.DischargePatient,
                NURSE,
                discharge=Discharge(now, NURSE, escort_seen=yes, sheet_given=yes, physician_saw=saw),
            )
            if self.record.discharged_at_30_min is None:
                self.record.discharged_at_30_min = outcome.accepted
                if not outcome.accepted:
                    self.say(f"no discharge at {minutes} minutes: {outcome.findings[0].clinician}")
            if outcome.accepted:
                self.say(f"discharged after {minutes} minutes, index pain {check.index_nrs}/10")
                return True
        self.say("still not fit to leave after a day: admitted")
        return False

    def _followed(self) -> bool:
        """The diary over the test window and the verdict, where there is a test; then whatever comes next may come."""
        session = self.session
        if session.procedure and session.order.kind is OrderKind.DIAGNOSTIC:
            self._judged(session.procedure.started_at)
        else:
            self._called()
        return self.under_way.episode.state in (EpisodeState.JUDGED, EpisodeState.DISCHARGED)

    def _called(self) -> None:
        """The nurse works through the list of calls once the one of the next day has come; the diary is answered until then."""
        left = self.session.discharge
        if left is None:
            return
        self.under_way.answer_diary(left.at + timedelta(hours=self.under_way.policy.home_call_from_hours + 1))
        now, order_id = self.clock(), self.session.order.id
        due = calls_due(self.under_way.episode, self.under_way.policy, now)
        for reason in dict.fromkeys(one.reason for one in due if one.order_id == order_id and not one.entry_id):
            call = CallMade(now, NURSE, reason, CallOutcome.REACHED, "well, leg strong, no fever")
            if self.tell(clinic_commands.RecordCall, NURSE, call=call).accepted:
                self.say(f"the nurse calls, {reason}: well, leg strong, no fever")

    def _told_what_came_with_it(self) -> None:
        """What would spoil the block beside what the record shows: this clinic gives no more than was ordered."""
        now = self.clock()
        no = Fact(Answer.NO, NURSE, now)
        sedated = Fact(Answer.YES, NURSE, now) if self.session.order.sedation is not Sedation.NONE else no
        told = TestConditions(now, NURSE, sedated, steroid_premedication=no, other_injection_same_day=no)
        self.tell(clinic_commands.RecordTestConditions, NURSE, conditions=told)

    def _judged(self, given: datetime) -> None:
        self._called()
        self.under_way.answer_diary(given + timedelta(days=1, hours=12))
        self._told_what_came_with_it()
        outcome = self.tell(clinic_commands.JudgeBlock, PHYSICIAN)
        verdict = self.session.verdict
        if outcome.accepted and verdict:
            self.say("verdict: " + (verdict.card[0] if verdict.card else verdict.verdict.value))
        self.under_way.answer_diary(given + timedelta(days=14))
