"""One treatment day of the course: booking to discharge, the diary after it, and the verdict."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sijoint.clinic import commands as clinic_commands
from sijoint.cohort import person
from sijoint.cohort.body_over_time import diary_entry, recovery_check
from sijoint.cohort.in_room import OPERATOR, run_procedure
from sijoint.formulary import IngredientKind
from sijoint.formulary import agent as agent_by_code
from sijoint.model import Answer, Consent, Discharge, EpisodeState, Fact, OrderKind, SignIn, SignOut, SkinMark, TimeOut
from sijoint.pathway import consent_risks
from sijoint.room.truth import write_truth

if TYPE_CHECKING:
    from sijoint.cohort.course import Course

RECOVERY_MINUTES = (15, 30)
LATER_CHECKS_EVERY_MIN = 30
LONGEST_STAY_MIN = 24 * 60
NURSE, PHYSICIAN, DESK = "nurse", "physician", "front desk"


class Visit:
    def __init__(self, course: Course) -> None:
        self.course, self.tell, self.say, self.clock = course, course.tell, course.say, course.clock
        self.causes, self.side = course.causes, course.side

    def run(self) -> bool:
        """The whole day; true when it went on to discharge and a diary."""
        return self._prepared() and self._admitted() and self._injected() and self._recovered() and self._followed()

    @property
    def session(self):  # type: ignore[no-untyped-def]
        return self.course.episode.sessions[-1]

    def _prepared(self) -> bool:
        appointment = (self.clock() + timedelta(days=7)).replace(hour=10, minute=0, second=0, microsecond=0)
        if not self.tell(clinic_commands.Book, DESK, at=appointment).accepted:
            return False
        self.say(f"booked for {appointment:%Y-%m-%d %H:%M} UTC")
        if not self.tell(clinic_commands.Prepare, NURSE).accepted:
            return False
        sheet = self.session.preparation
        self.say(
            "preparation sheet made from the answers: "
            + ", ".join(dict.fromkeys(item.topic.value for item in sheet.items))
        )
        self.clock.until(appointment)
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
        yes = Fact(Answer.YES, "patient", now)
        consent = Consent(
            at=now,
            side=person.side_on(self.causes.sides.consent, self.side),
            target=order.target,
            kind=order.kind,
            steroid=steroid,
            risks_explained=consent_risks(self.course.policy, bool(steroid)),
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
        state = self.course.body.at(now)
        confirmation = person.confirmation(self.causes, NURSE, state.index_nrs, state.rest_nrs, now)
        outcome = self.tell(clinic_commands.ConfirmToday, NURSE, confirmation=confirmation)
        if not outcome.accepted:
            return False
        self.course.decide_reviews(outcome)
        self.say(f"confirmed today: index pain {state.index_nrs}/10, at rest {state.rest_nrs}/10")
        now = self.clock.pass_time(minutes=5)
        yes = Fact(Answer.YES, NURSE, now)
        mark = SkinMark(now, PHYSICIAN, person.side_on(self.causes.sides.skin_mark, self.side), yes)
        if not self.tell(clinic_commands.MarkSkin, PHYSICIAN, skin_mark=mark).accepted:
            return False
        now = self.clock.pass_time(minutes=10)
        yes = Fact(Answer.YES, NURSE, now)
        if not self.tell(clinic_commands.SignInPatient, NURSE, sign_in=SignIn(now, NURSE, *[yes] * 7)).accepted:
            return False
        now = self.clock.pass_time(minutes=10)
        time_out = TimeOut(
            now, NURSE, person.side_on(self.causes.sides.time_out, self.side), self.session.order.target, yes, yes
        )
        outcome = self.tell(clinic_commands.CallTimeOut, NURSE, time_out=time_out)
        if outcome.accepted:
            self.say(f"sign-in and time-out: {time_out.side}, {time_out.target.value}, labels read aloud")
        return outcome.accepted

    def _injected(self) -> bool:
        course, order = self.course, self.session.order
        procedure_id = f"{course.record.episode_id}-p{len(course.record.procedures) + 1}"
        begun = self.tell(
            clinic_commands.BeginProcedure,
            PHYSICIAN,
            procedure_id=procedure_id,
            operator=OPERATOR,
            virtual_operator=True,
        )
        if not begun.accepted:
            return False
        run = run_procedure(
            course.case,
            course.causes,
            order,
            episode_id=course.record.episode_id,
            procedure_id=procedure_id,
            store=course.store,
            policy=course.policy,
            clock=self.clock,
            seed=course.seed + len(course.record.procedures),
            rows=course.rows,
            made_from={**course.made_from, "order": str(len(course.record.procedures))},
            say=self.say,
        )
        course.record.procedures.append(run)
        write_truth(course.truth_folder, run.truth)
        course.note_state()
        now = self.clock.pass_time(minutes=2)
        yes = Fact(Answer.YES, NURSE, now)
        self.tell(
            clinic_commands.SignOutPatient, NURSE, sign_out=SignOut(now, NURSE, yes, yes, yes, "none seen", PHYSICIAN)
        )
        if not run.performance.drug_given:
            self.say(f"no drug was given: {run.performance.gave_up}")
            return False
        drug = "; ".join(
            f"{given.volume_ml} mL {given.agent}"
            for given in self.session.procedure.administrations
            if given.use.value == "drug"
        )
        self.say(f"drug given: {drug}; needle out")
        course.body.receive(run.truth, order.recipe, now)
        return True

    def _recovered(self) -> bool:
        """Half an hour is the plan, not an exit: a weak leg stays until it is strong."""
        course, began = self.course, self.clock()
        minutes = 0
        while minutes < LONGEST_STAY_MIN:
            minutes = next((due for due in RECOVERY_MINUTES if due > minutes), minutes + LATER_CHECKS_EVERY_MIN)
            now = self.clock.until(began + timedelta(minutes=minutes))
            check = recovery_check(course.body, minutes, NURSE, now)
            self.tell(clinic_commands.RecordRecovery, NURSE, check=check)
            self._staff_entries(now)
            if minutes < max(RECOVERY_MINUTES):
                continue
            yes = Fact(Answer.YES, NURSE, now)
            outcome = self.tell(
                clinic_commands.DischargePatient,
                NURSE,
                discharge=Discharge(now, NURSE, escort_seen=yes, sheet_given=yes),
            )
            if course.record.discharged_at_30_min is None:
                course.record.discharged_at_30_min = outcome.accepted
                if not outcome.accepted:
                    self.say(f"no discharge at {minutes} minutes: {outcome.findings[0].clinician}")
            if outcome.accepted:
                self.say(f"discharged after {minutes} minutes, index pain {check.index_nrs}/10")
                return True
        self.say("still not fit to leave after a day: admitted")
        return False

    def _staff_entries(self, now) -> None:  # type: ignore[no-untyped-def]
        """The first prompts of the diary are asked by the nurse."""
        session, course = self.session, self.course
        for prompt in session.prompts:
            if prompt.due <= now and prompt.id not in {entry.prompt_id for entry in session.entries}:
                baseline = session.confirmation.index_nrs or 0
                entry = diary_entry(course.body, prompt, f"{prompt.id}-e", baseline, by_staff=True)
                self.tell(clinic_commands.AnswerDiary, NURSE, entry=entry)

    def _followed(self) -> bool:
        """The diary over the test window, then the verdict on a diagnostic block."""
        course = self.course
        given = self.session.procedure.started_at
        if self.session.order.kind is OrderKind.DIAGNOSTIC:
            course.answer_diary(given + timedelta(days=1, hours=12))
            outcome = self.tell(clinic_commands.JudgeBlock, PHYSICIAN)
            verdict = self.session.verdict
            if outcome.accepted and verdict:
                self.say(
                    f"verdict: block {verdict.verdict.value} for this target. {verdict.card[0] if verdict.card else ''}"
                )
            course.answer_diary(given + timedelta(days=14))
        return course.episode.state in (EpisodeState.JUDGED, EpisodeState.DISCHARGED)
