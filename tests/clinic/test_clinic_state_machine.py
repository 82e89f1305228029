"""Any commands in any order: whatever people try, the invariants of safety and of the record hold after every step."""

import shutil
import tempfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from clinic_course import EPISODE, Course, course_in
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sijoint.clinic import (
    AnswerScreening,
    AskRepeat,
    Assess,
    BeginProcedure,
    Book,
    CallTimeOut,
    CancelBooking,
    CloseEpisode,
    ConfirmToday,
    DischargePatient,
    GiveConsent,
    JudgeBlock,
    MarkSkin,
    OverrideFinding,
    PlaceOrder,
    Prepare,
    PrepareSkin,
    RecordNoShow,
    RecordRecovery,
    RecordRoomEvent,
    RequestAppointment,
    SignInPatient,
    SignOutPatient,
    WithdrawConsent,
    permit_for,
)
from sijoint.frames import Side
from sijoint.model import (
    BookingEvent,
    ContrastPattern,
    Decision,
    Discharge,
    EpisodeState,
    OrderKind,
    SkinMark,
    SyringeUse,
    Target,
)
from sijoint.pathway import TRANSITIONS
from sijoint.records import Tag, verify
from sijoint.room import Action, PermissionRequest
from sijoint.room.events import Ended

SIDES = st.sampled_from([Side.LEFT, Side.LEFT, Side.LEFT, Side.RIGHT, None])
STARTS = ["in_procedure", "in_procedure", "confirmed", "cleared", "consented", "timed_out", "recovering", "requested"]
LEGAL = {(before, after) for (before, _), to in TRANSITIONS.items() for after in to}


class Watched(RuleBasedStateMachine):
    """A clinic, what its room does, and what must hold after every step."""

    course: Course

    def open_the_clinic(self, until: str) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.course = course_in(self.folder)
        getattr(self.course, until)()
        self.permit = permit_for(EPISODE, self.course.store, self.course.policy, self.course.clock)
        self.procedures = 1
        self.room_seconds = 100

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def episode(self):
        return self.course.store.episode(EPISODE)

    @property
    def session(self):
        return self.episode.sessions[-1]

    def give(self, command: type, **facts: object) -> None:
        """Every command: one line; accepted: one version more and a legal step; refused: nothing but the line."""
        before, lines = self.episode, len(self.course.store.ledger())
        outcome = self.course.give(command, **facts)
        after = self.episode
        assert len(self.course.store.ledger()) == lines + 1
        assert outcome.episode == after
        if outcome.accepted:
            assert after.version == before.version + 1
            assert (before.state, after.state) in LEGAL
        else:
            assert after == before
            assert outcome.refusal
            assert self.course.store.ledger()[-1].tag == Tag.COMMAND_REFUSED

    # the room, which does what it is permitted and reports what it did

    def ask(self, action: Action) -> bool:
        procedure = self.session.procedure if self.episode.sessions else None
        identity = procedure.id if procedure else "none"
        return self.permit(PermissionRequest(action, identity, float(self.room_seconds))).allowed

    def report(self, event) -> None:
        self.give(RecordRoomEvent, event=event)

    def seconds(self) -> int:
        self.room_seconds += 10
        return self.room_seconds

    @precondition(lambda self: self.episode.state is EpisodeState.IN_PROCEDURE)
    @rule(primary=st.sampled_from([180.0, 90.0]))
    def expose(self, primary):
        if self.ask(Action.EXPOSURE):
            after = any(given.use is SyringeUse.CONTRAST for given in self.session.procedure.administrations)
            event = self.course.exposed(self.seconds(), primary, after_contrast=after)
            self.report(event)

    @precondition(lambda self: self.episode.state is EpisodeState.IN_PROCEDURE)
    @rule()
    def move(self):
        self.report(self.course.moved(self.seconds(), self.session.procedure.movements + 1))

    @precondition(lambda self: self.episode.state is EpisodeState.IN_PROCEDURE)
    @rule(pattern=st.sampled_from([ContrastPattern.IA_TYPE_I, ContrastPattern.IA_TYPE_I, ContrastPattern.VASCULAR]))
    def contrast(self, pattern):
        if self.ask(Action.CONTRAST):
            movement = self.session.procedure.movements
            self.report(self.course.injected(self.seconds(), movement, SyringeUse.CONTRAST, "iohexol_240", "0.5"))
            self.expose(180.0)
            self.report(self.course.judged(self.seconds(), movement, pattern))

    @precondition(lambda self: self.episode.state is EpisodeState.IN_PROCEDURE)
    @rule()
    def drug(self):
        self.report(self.course.gate(self.seconds(), self.session.procedure.movements, allowed=True))
        if self.ask(Action.DRUG):
            self.report(self.course.drug(self.seconds(), self.session.procedure.movements))

    @precondition(lambda self: self.episode.state is EpisodeState.IN_PROCEDURE)
    @rule()
    def injected_all_the_way(self):
        self.move()
        self.expose(90.0)
        self.contrast(ContrastPattern.IA_TYPE_I)
        self.drug()

    # what must hold, always

    @invariant()
    def no_x_ray_and_no_injection_outside_a_running_procedure(self):
        if self.episode.state is not EpisodeState.IN_PROCEDURE:
            assert not any(self.ask(action) for action in Action)

    @invariant()
    def a_procedure_runs_only_on_what_was_cleared_confirmed_consented_and_timed_out(self):
        if self.episode.state is not EpisodeState.IN_PROCEDURE:
            return
        session = self.session
        assert session.screening.decision is Decision.CLEAR
        assert session.recipe_check.decision is Decision.CLEAR
        assert session.confirmation is not None
        assert session.consent.side == session.skin_mark.side == session.time_out.side == session.order.side
        assert session.consent.target == session.time_out.target == session.procedure.target == session.order.target

    @invariant()
    def nothing_of_an_earlier_appointment_stays(self):
        for session in self.episode.sessions:
            booking, sheet = session.booking, session.preparation
            assert sheet is None or sheet.for_booking_at == booking.at
            assert session.sign_in is None or session.confirmation is not None
            assert session.time_out is None or session.sign_in is not None
            last = session.booking_changes[-1:]
            made = [one.appointment for one in last if one.event in (BookingEvent.MADE, BookingEvent.MOVED)]
            assert ([booking.at] if booking else []) == made

    @invariant()
    def no_drug_was_given_without_an_open_gate(self):
        for session in self.episode.sessions:
            procedure = session.procedure
            for given in procedure.administrations if procedure else ():
                if given.use is not SyringeUse.DRUG:
                    continue
                answers = [
                    one
                    for one in procedure.gate_answers
                    if one.at_s <= given.at_s and one.after_movement == given.after_movement
                ]
                assert answers
                assert answers[-1].allowed
                judged = [one for one in procedure.judgements if one.after_movement == given.after_movement]
                assert judged
                assert all(one.pattern is ContrastPattern.IA_TYPE_I for one in judged)

    @invariant()
    def every_line_verifies(self):
        report = verify(self.course.store.path)
        assert report.intact, report.sentences


class RunningProcedure(Watched):
    """Only the room, so that needle, contrast, gate and drug meet in every order."""

    @initialize()
    def begin(self) -> None:
        self.open_the_clinic("in_procedure")


class Clinic(Watched):
    """Everybody, from wherever the day has come to."""

    @initialize(until=st.sampled_from(STARTS))
    def begin_the_day(self, until: str) -> None:
        self.open_the_clinic(until)

    # people, some of them mistaken

    @rule(side=SIDES)
    def assess(self, side):
        self.give(Assess, assessment=self.course.assessment(side or Side.LEFT))

    @rule(side=st.sampled_from(Side), at=st.sampled_from([Target.INTRA_ARTICULAR, Target.LIGAMENT]))
    def order(self, side, at):
        self.give(PlaceOrder, **self.course.order(self.course.given, side=side, target=at))

    @rule(fact=st.sampled_from(["", "", "", "pregnancy", "fever", "immunosuppression"]))
    def screen(self, fact):
        changed = {fact: self.course.yes()} if fact else {}
        self.give(AnswerScreening, answers=self.course.answers(**changed))

    @rule(
        code=st.sampled_from(["fever.present", "immunosuppression.present", "today.glucose-high"]), second=st.booleans()
    )
    def override(self, code, second):
        self.give(OverrideFinding, code=code, reason_code="benefit", reason="r", second="dr-b" if second else "")

    @rule()
    def request_again(self):
        lines = len(self.course.store.ledger())
        outcome = self.course.give(RequestAppointment, patient=self.course.patient(), request=self.course.request())
        assert not outcome.accepted
        assert len(self.course.store.ledger()) == lines + 1

    @rule(days=st.integers(0, 3))
    def book(self, days):
        self.give(Book, at=self.course.clock() + timedelta(days=days))

    @rule(command=st.sampled_from([Prepare, RecordNoShow, JudgeBlock]))
    def simple(self, command):
        self.give(command)

    @rule()
    def cancel(self):
        self.give(CancelBooking, reason="ill")

    @precondition(lambda self: self.episode.state in (EpisodeState.JUDGED, EpisodeState.STOPPED))
    @rule()
    def close(self):
        self.give(CloseEpisode, reason="done")

    @rule(side=SIDES, at=st.sampled_from(Target))
    def consent(self, side, at):
        self.give(GiveConsent, consent=self.course.consent(side, target=at))

    @rule(fever=st.sampled_from([False, False, False, True]), glucose=st.sampled_from([None, Decimal(260)]))
    def confirm(self, fever, glucose):
        changed = {"fever": self.course.yes()} if fever else {}
        self.give(ConfirmToday, confirmation=self.course.confirmation(glucose_mg_dl=glucose, **changed))

    @rule(dry=st.booleans())
    def clean_the_skin(self, dry):
        changed = {} if dry else {"seen_dry_at": None}
        self.give(PrepareSkin, skin_preparation=self.course.skin_preparation(**changed))

    @rule()
    def say_no(self):
        self.give(WithdrawConsent, reason="afraid")

    @rule(side=SIDES)
    def mark(self, side):
        self.give(MarkSkin, skin_mark=SkinMark(self.course.clock(), "dr-a", side, self.course.yes()))

    @rule(complete=st.booleans())
    def sign_in(self, complete):
        yes = self.course.yes()
        last = yes if complete else self.course.no()
        self.give(SignInPatient, sign_in=self.course.sign_in(lipid_present=last))

    @rule(side=SIDES, at=st.sampled_from(Target))
    def time_out(self, side, at):
        self.give(CallTimeOut, time_out=self.course.time_out(side, at))

    @rule()
    def begin(self):
        self.procedures += 1
        self.give(BeginProcedure, procedure_id=f"procedure-{self.procedures}", operator="dr-a")

    @rule(hours=st.sampled_from([1, 30]))
    def time_passes(self, hours):
        self.course.clock.forward(hours=hours)

    # the straight way, so that the room is reached often

    @precondition(lambda self: self.episode.state in (EpisodeState.REQUESTED, EpisodeState.CLEARED))
    @rule()
    def all_goes_well(self):
        course = self.course
        yes, now = course.yes(), course.clock()
        self.give(Assess, assessment=course.assessment())
        self.give(PlaceOrder, **course.order(course.given))
        self.give(AnswerScreening, answers=course.answers())
        self.give(Book, at=now)
        self.give(Prepare)
        self.give(GiveConsent, consent=course.consent())
        self.give(ConfirmToday, confirmation=course.confirmation())
        self.give(MarkSkin, skin_mark=SkinMark(now, "dr-a", Side.LEFT, yes))
        self.give(SignInPatient, sign_in=course.sign_in())
        self.give(PrepareSkin, skin_preparation=course.skin_preparation())
        for command, fields in course.room_made_ready():
            self.give(command, **fields)
        self.give(CallTimeOut, time_out=course.time_out())
        self.begin()

    @precondition(lambda self: self.episode.state is EpisodeState.IN_PROCEDURE)
    @rule()
    def end(self):
        self.report(Ended(at_s=self.seconds()))

    @rule()
    def afterwards(self):
        yes = self.course.yes()
        self.give(SignOutPatient, sign_out=self.course.sign_out())
        self.give(RecordRecovery, check=self.course.check(15, 1))
        self.course.clock.forward(minutes=40)
        self.give(RecordRecovery, check=self.course.check(30, 1))
        self.give(DischargePatient, discharge=Discharge(self.course.clock(), "nurse", yes, yes))
        self.give(AskRepeat, on=self.course.clock().date(), kind=OrderKind.DIAGNOSTIC)


def tried(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )


def test_whatever_people_try_the_invariants_hold():
    run_state_machine_as_test(Clinic, settings=tried(10, 8))


def test_whatever_order_the_room_works_in_no_drug_passes_a_shut_gate():
    run_state_machine_as_test(RunningProcedure, settings=tried(10, 10))


@pytest.mark.deep
def test_whatever_people_try_for_long_the_invariants_hold():
    run_state_machine_as_test(Clinic, settings=tried(40, 40))
    run_state_machine_as_test(RunningProcedure, settings=tried(15, 40))
