"""One invented patient's course as commands, in the order in which a clinic gives them; each test changes what it is about."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from acted_room import EPISODE, ActedRoom
from clinic_facts import START, FakeClock, MadeUpFacts

from sijoint.clinic import (
    AnswerScreening,
    Assess,
    BeginProcedure,
    Book,
    CallTimeOut,
    ClinicCommand,
    ConfirmToday,
    DischargePatient,
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
    permit_for,
    recorder_for,
)
from sijoint.frames import Side
from sijoint.model import (
    Discharge,
    SkinMark,
    StoreKind,
    TestConditions,
)
from sijoint.pathway import SitePolicies, shipped
from sijoint.records import Store, open_store

__all__ = ["EPISODE", "START", "Course", "FakeClock", "course_in"]


@dataclass
class Course(MadeUpFacts, ActedRoom):
    """A clinic with one store; ``give`` sends a command under an id of its own."""

    store: Store
    clock: FakeClock = field(default_factory=FakeClock)
    policies: SitePolicies = field(default_factory=shipped)
    given: int = 0
    drawn: int = 0

    def send(self, command: ClinicCommand) -> Outcome:
        return handle(command, self.store, self.policies, self.clock)

    def give(self, command: type[ClinicCommand], /, **facts: object) -> Outcome:
        self.given += 1
        return self.send(command(id=f"c{self.given}", by="dr-a", episode_id=EPISODE, **facts))

    def accepted(self, command: type[ClinicCommand], /, **facts: object) -> Outcome:
        outcome = self.give(command, **facts)
        assert outcome.accepted, outcome.refusal
        return outcome

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
