"""The course of one virtual episode: every step through a command of the clinic, every outcome taken as it comes."""

from datetime import timedelta

from sijoint.clinic import Outcome
from sijoint.clinic import commands as clinic_commands
from sijoint.cohort import person
from sijoint.cohort.in_room import VirtualRoom
from sijoint.cohort.record import CourseRecord
from sijoint.cohort.scenario import CourseStep, Line
from sijoint.cohort.staff import DESK, NURSE, PATIENT, PHYSICIAN
from sijoint.cohort.under_way import EpisodeUnderWay
from sijoint.cohort.visit import Visit
from sijoint.formulary import agent as agent_by_code
from sijoint.model import Answer, EpisodeState, OrderKind, PrescriberContact, Recipe, RecipeLine, Severity

WEEKS_TO_THERAPY, WEEKS_TO_SECOND_BLOCK = 2, 4
DAYS_A_MONTH = 365.25 / 12


class Course:
    """The steps that the causes name, one after the other, until one of them cannot be taken."""

    def __init__(self, under_way: EpisodeUnderWay, room: VirtualRoom) -> None:
        self.under_way, self.room = under_way, room
        self.tell, self.say, self.clock = under_way.tell, under_way.say, under_way.clock
        self.causes, self.side, self.record = under_way.causes, under_way.side, under_way.record

    def run(self) -> CourseRecord:
        if self._opened():
            for step in self.causes.course:
                if not self._step(step):
                    break
        self.record.ended_at = self.clock()
        return self.record

    def _opened(self) -> bool:
        """Request and assessment; true when the patient is accepted."""
        request = person.request(self.causes, self.side, self.clock())
        self.say(
            f"request: pain at the {request.side or 'unstated'} side, {', '.join(zone.value for zone in request.zones)}"
        )
        self.tell(clinic_commands.RequestAppointment, DESK, patient=self.under_way.patient, request=request)
        self.clock.pass_time(days=3)
        assessment = person.assessment(self.causes, self.side, PHYSICIAN, self.clock())
        outcome = self.tell(clinic_commands.Assess, PHYSICIAN, assessment=assessment)
        on_side = [test for test in assessment.provocations if test.side is self.side]
        positive = sum(test.result.answer is Answer.YES for test in on_side)
        self.say(
            f"assessment: {positive} of {len(on_side)} provocation tests positive on the side, index pain "
            f"{assessment.baseline_nrs}/10; {outcome.episode.state.value if outcome.episode else 'refused'}"
        )
        return outcome.accepted and self.under_way.episode.state is EpisodeState.ACCEPTED

    def _step(self, step: CourseStep) -> bool:
        """One step of the course; false ends it."""
        recipe = self.causes.recipe
        match step:
            case CourseStep.DIAGNOSTIC:
                return self._session(OrderKind.DIAGNOSTIC, recipe.diagnostic)
            case CourseStep.FIRST:
                return self._session(OrderKind.DIAGNOSTIC, recipe.therapeutic)
            case CourseStep.THERAPEUTIC:
                self.clock.pass_time(weeks=WEEKS_TO_THERAPY)
                return self._session(OrderKind.THERAPEUTIC, recipe.therapeutic)
            case CourseStep.SECOND_DIAGNOSTIC:
                self.clock.pass_time(weeks=WEEKS_TO_SECOND_BLOCK)
                self.under_way.answer_diary(self.clock())
                self.record.second_diagnostic = self._ordered(OrderKind.DIAGNOSTIC, recipe.diagnostic)
                return False
            case CourseStep.REPEAT_MONTH_2:
                return self._asked_repeat(2)
            case CourseStep.REPEAT_MONTH_5:
                return self._asked_repeat(5)

    def _session(self, kind: OrderKind, drug: tuple[Line, ...]) -> bool:
        if not self._ordered(kind, drug):
            again = self.causes.recipe.after_refusal
            if not again or not self._ordered(kind, again):
                return False
        if not self._screened():
            return False
        return Visit(self.under_way, self.room).run()

    def _ordered(self, kind: OrderKind, drug: tuple[Line, ...]) -> bool:
        recipe = self.causes.recipe
        mixture = " + ".join(f"{volume} mL {agent_by_code(agent).name}" for agent, volume in drug)
        outcome = self.tell(
            clinic_commands.PlaceOrder,
            PHYSICIAN,
            order_id=f"{self.record.episode_id}-o{len(self.record.procedures) + self.record.refused_orders + 1}",
            kind=kind,
            target=self.causes.target,
            side=self.side,
            recipe=Recipe(
                RecipeLine(*recipe.skin), RecipeLine(*recipe.contrast), tuple(RecipeLine(*line) for line in drug)
            ),
            sedation=self.causes.sedation,
        )
        self.say(f"order, {kind.value}, {self.causes.target}: {mixture}: {'placed' if outcome.accepted else 'refused'}")
        if not outcome.accepted:
            self.record.refused_orders += 1
        return outcome.accepted

    def _screened(self) -> bool:
        """Answers, prescriber contact where one is asked for, and a decision on every review; true when cleared."""
        outcome = self.tell(
            clinic_commands.AnswerScreening, NURSE, answers=person.answers(self.causes, PATIENT, self.clock())
        )
        self.say("screening: " + _spoken(outcome))
        for medicine in (
            self.under_way.episode.screening_answers.medicines if self.under_way.episode.screening_answers else ()
        ):
            contact = PrescriberContact(medicine.agent, "prescriber", self.clock(), "continue", PHYSICIAN)
            outcome = self.tell(clinic_commands.ContactPrescriber, PHYSICIAN, contact=contact)
            self.say(f"prescriber of {medicine.agent} asked: continue")
        self.under_way.decide_reviews(outcome)
        return self.under_way.episode.state is EpisodeState.CLEARED

    def _asked_repeat(self, month: int) -> bool:
        """The question, so many months after the last injection; whatever the answer, the course goes on."""
        given = next(session.procedure for session in reversed(self.under_way.episode.sessions) if session.procedure)
        on = given.started_at + timedelta(days=round(month * DAYS_A_MONTH))
        self.under_way.answer_diary(on)
        self.tell(clinic_commands.AskRepeat, PHYSICIAN, on=on.date(), kind=OrderKind.THERAPEUTIC)
        answer = self.under_way.episode.repeat_answers[-1]
        self.record.repeats.append(answer)
        verdict = "allowed" if answer.eligible else "refused: " + " ".join(gap.text for gap in answer.gaps)
        self.say(f"month {month} after the last injection, may it be repeated? {verdict}")
        return True


def _spoken(outcome: Outcome) -> str:
    serious = [finding for finding in outcome.findings if finding.severity is not Severity.NOTE]
    state = outcome.episode.state.value if outcome.episode else "refused"
    return state + "".join(f"; {finding.severity.value}: {finding.clinician}" for finding in serious)
