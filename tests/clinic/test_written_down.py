"""What was done is recorded: from a form, from a file, afterwards, and whatever step was left out before it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from clinic_course import EPISODE, course_in

from sijoint.clinic import (
    Assess,
    BeginProcedure,
    JudgeBlock,
    PlaceOrder,
    RecordGiven,
    RecordProcedure,
    RecordTestConditions,
    RequestAppointment,
)
from sijoint.clinic.carry_out import carry_out
from sijoint.clinic.situation import CommandRefused, Situation
from sijoint.frames import PatientPosition, Side
from sijoint.model import (
    Administration,
    AgentLine,
    ContrastPattern,
    EpisodeState,
    ImageOrigin,
    JudgementLine,
    NeedleLine,
    Procedure,
    ProcedureForm,
    ProcedureKind,
    ProcedureWriter,
    StatedAmount,
    StoreKind,
    SyringeUse,
    Target,
    ViewLine,
    ViewPurpose,
)
from sijoint.records import Tag


@pytest.fixture
def course(tmp_path):
    return course_in(tmp_path)


def codes(findings):
    return {one.code.partition(":")[0] for one in findings}


def session_of(course):
    return course.store.episode(EPISODE).sessions[-1]


def form(course, **changes) -> ProcedureForm:
    """Written down half an hour after it began, with two pictures that were kept before."""
    began = course.clock()
    kept = [course.picture(name.encode(), ImageOrigin.RECEIVED) for name in ("one", "two")]
    course.clock.forward(minutes=30)

    def at(minutes):
        return began + timedelta(minutes=minutes)

    def view(minutes, left, sha256):
        return ViewLine(
            at=at(minutes),
            purpose=ViewPurpose.CONTRAST,
            after_contrast=True,
            left_deg=Decimal(left),
            cephalad_deg=Decimal(0),
            sha256=sha256,
        )

    lines = (
        NeedleLine(at=at(2)),
        AgentLine(at=at(3), use=SyringeUse.CONTRAST, agent="iohexol_240", volume_ml=Decimal("0.5")),
        view(3, 0, kept[0]),
        view(4, 90, kept[1]),
        JudgementLine(at=at(5), pattern=ContrastPattern.IA_TYPE_I, by="dr-a"),
        AgentLine(at=at(6), use=SyringeUse.DRUG, agent="bupivacaine_0.5_percent", volume_ml=Decimal("1.0")),
    )
    one = ProcedureForm(
        procedure_id="procedure-1",
        side=Side.LEFT,
        target=Target.INTRA_ARTICULAR,
        operator="dr-a",
        started_at=began,
        ended_at=at(8),
        lines=lines,
        needle="quincke_22g_90mm",
        passes=1,
        position=PatientPosition.HFP,
        dose_area=StatedAmount(Decimal("1.3"), "Gy·cm²"),
    )
    return replace(one, **changes)


def test_a_form_after_the_time_out_is_the_record_with_an_open_gate(course):
    course.timed_out()
    told = course.accepted(RecordProcedure, form=form(course))
    assert codes(told.findings) == {"deviation.written-afterwards"}
    session = session_of(course)
    assert course.store.episode(EPISODE).state is EpisodeState.PROCEDURE_ENDED
    assert [one.allowed for one in session.procedure.gate_answers] == [True]
    assert session.procedure.dose.dose_area_product_mgy_cm2 == 1300
    assert session.prompts
    assert course.store.ledger()[-1].tag == Tag.PROCEDURE_RECORDED


def test_an_import_is_the_same_record_under_another_name(course):
    course.timed_out()
    course.accepted(RecordProcedure, form=form(course, writer=ProcedureWriter.IMPORT, source="console of room 2"))
    procedure = session_of(course).procedure
    assert (procedure.writer, procedure.source) == (ProcedureWriter.IMPORT, "console of room 2")


@pytest.mark.parametrize("until", ["cleared", "booked", "consented", "confirmed"])
def test_what_was_given_is_recorded_whatever_was_left_out_before(course, until):
    getattr(course, until)()
    told = course.accepted(RecordProcedure, form=form(course))
    assert {"deviation.gate-not-open", "deviation.left-out", "deviation.no-syringe"} <= codes(told.findings)
    assert session_of(course).procedure.administrations[-1].use is SyringeUse.DRUG


def test_a_procedure_that_was_begun_and_left_empty_is_written_down_under_its_own_id(course):
    course.timed_out()
    course.accepted(BeginProcedure, procedure_id="procedure-1", operator="dr-a")
    wrong = form(course, procedure_id="procedure-2")
    assert "procedure-1 has begun" in course.give(RecordProcedure, form=wrong).refusal
    course.accepted(RecordProcedure, form=replace(wrong, procedure_id="procedure-1"))


def test_a_form_is_not_laid_over_what_the_room_recorded(course):
    course.in_procedure()
    course.record(course.moved(10, 1))
    assert "line by line" in course.give(RecordProcedure, form=form(course)).refusal


def test_images_are_those_kept_for_this_episode(course):
    course.timed_out()
    one = form(course)
    lines = tuple(replace(line, sha256="0" * 64) if isinstance(line, ViewLine) else line for line in one.lines)
    assert "is not kept for this episode" in course.give(RecordProcedure, form=replace(one, lines=lines)).refusal
    lines = tuple(
        replace(line, origin=ImageOrigin.SIMULATED) if isinstance(line, ViewLine) else line for line in one.lines
    )
    assert "correct the form" in course.give(RecordProcedure, form=replace(one, lines=lines)).refusal


def test_a_care_store_refuses_simulated_images_on_a_form_too(tmp_path):
    course = course_in(tmp_path, StoreKind.CARE)
    course.timed_out()
    one = form(course)
    lines = tuple(
        replace(line, origin=ImageOrigin.SIMULATED) if isinstance(line, ViewLine) else line for line in one.lines
    )
    assert "care store refuses" in course.give(RecordProcedure, form=replace(one, lines=lines)).refusal


def test_a_form_that_cannot_be_is_refused_and_nothing_changes(course):
    course.timed_out()
    before = course.store.episode(EPISODE)
    assert "absent is not agreement" in course.give(RecordProcedure, form=form(course, side=None)).refusal
    assert course.store.episode(EPISODE) == before


# What is added later


def later(course, **changes) -> AgentLine:
    procedure = session_of(course).procedure
    one = AgentLine(
        at=procedure.started_at + timedelta(seconds=85),
        use=SyringeUse.DRUG,
        agent="triamcinolone_40",
        volume_ml=Decimal("0.5"),
    )
    return replace(one, **changes)


def test_a_drug_remembered_later_is_added_where_it_belongs_with_both_times(course):
    course.recovering()
    course.clock.forward(minutes=20)
    told = course.accepted(RecordGiven, given=later(course))
    assert {"deviation.not-ordered", "deviation.added-later"} <= codes(told.findings)
    procedure = session_of(course).procedure
    added = procedure.administrations[-1]
    assert (added.agent, added.at_s, added.after_movement) == ("triamcinolone_40", 85, 1)
    assert (added.entered_at, added.entered_by) == (course.clock(), "dr-a")
    assert course.store.episode(EPISODE).state is EpisodeState.RECOVERING


def test_it_is_put_before_what_was_given_after_it(course):
    course.recovering()
    early = later(course, at=session_of(course).procedure.started_at + timedelta(seconds=55))
    course.accepted(RecordGiven, given=early)
    assert [one.at_s for one in session_of(course).procedure.administrations] == [50, 55, 80]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"volume_ml": Decimal("-1")}, "above zero"),
        ({"agent": ""}, "name the agent"),
        ({"minutes": -1}, "after the procedure began"),
        ({"minutes": 9999}, "before now"),
    ],
)
def test_what_nobody_can_have_given_is_refused(course, changes, says):
    course.recovering()
    minutes = changes.pop("minutes", None)
    one = later(course, **changes)
    if minutes is not None:
        one = replace(one, at=course.clock() + timedelta(minutes=minutes) - timedelta(minutes=10))
    assert says in course.give(RecordGiven, given=one).refusal


def test_without_a_procedure_there_is_nothing_to_add_to(course):
    course.timed_out()
    one = AgentLine(at=course.clock(), use=SyringeUse.DRUG, agent="lidocaine_2_percent", volume_ml=Decimal(1))
    assert not course.give(RecordGiven, given=one).accepted


def test_a_verdict_on_less_than_was_given_is_none_any_more(course):
    course.discharged()
    course.clock.forward(days=2)
    if hasattr(course, "conditions"):
        course.accepted(RecordTestConditions, conditions=course.conditions())
    course.accepted(JudgeBlock)
    assert session_of(course).verdict is not None
    course.accepted(RecordGiven, given=later(course))
    assert session_of(course).verdict is None
    assert course.store.episode(EPISODE).state is EpisodeState.DISCHARGED
    course.accepted(JudgeBlock)


# The same patient elsewhere


def test_an_anaesthetic_given_in_another_episode_counts_in_this_one(course):
    course.recovering()

    def give(command, **facts):
        course.given += 1
        sent = course.send(command(id=f"other-{course.given}", by="dr-a", episode_id="another", **facts))
        assert sent.accepted, sent.refusal
        return sent

    give(RequestAppointment, patient=course.patient(), request=course.request())
    give(Assess, assessment=course.assessment())
    told = give(PlaceOrder, **course.order(2))
    dose = next(one for one in told.findings if one.code == "order.anaesthetic")
    assert "bupivacaine 0.5 %, plain 5 mg given before" in dose.clinician


def test_what_was_given_elsewhere_since_the_order_stops_the_beginning(course):
    course.timed_out()
    heavy = replace(course.policy, anaesthetic_hours=24)
    elsewhere = replace(
        course.store.episode(EPISODE),
        sessions=(replace(session_of(course), procedure=poisoned(course)),),
    )
    now = Situation(
        episode=course.store.episode(EPISODE),
        patient=course.patient(),
        policy=heavy,
        now=course.clock(),
        store_kind=StoreKind.VIRTUAL,
        origin_of_image=lambda _: None,
        others_of_patient=lambda: (elsewhere,),
    )
    begin = BeginProcedure(id="b", by="dr-a", episode_id=EPISODE, procedure_id="p", operator="dr-a")
    with pytest.raises(CommandRefused, match="no longer stands"):
        carry_out(begin, now)
    carry_out(begin, replace(now, others_of_patient=tuple))


def poisoned(course):
    """A whole bottle of bupivacaine an hour ago."""
    given = Administration(
        0.0, SyringeUse.DRUG, "bupivacaine_0.5_percent", Decimal(40), Side.RIGHT, Target.INTRA_ARTICULAR, 0
    )
    began = course.clock() - timedelta(hours=1)
    return Procedure(
        "elsewhere", ProcedureKind.PERFORMED, Side.RIGHT, Target.INTRA_ARTICULAR, "dr-b", False, began,
        administrations=(given,),
    )  # fmt: skip
