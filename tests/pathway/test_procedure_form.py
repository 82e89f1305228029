"""A procedure written down by hand or told by a file becomes the same record as one from the room, under the same gate."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given as given_
from hypothesis import strategies as st
from well_patient import NOW, POLICY, YES, codes, episode, order, patient, session

from sijoint.frames import PatientPosition, Side
from sijoint.model import (
    AgentLine,
    ContrastPattern,
    EpisodeState,
    JudgementLine,
    NeedleLine,
    ProcedureForm,
    ProcedureWriter,
    Sedation,
    SedativeGiven,
    SedativeRoute,
    StatedAmount,
    SyringeUse,
    Target,
    ViewLine,
    ViewPurpose,
)
from sijoint.model.wire import from_wire, to_wire
from sijoint.pathway import UnusableForm, authorise_drug, procedure_findings, procedure_from_form

ENDED = NOW + timedelta(minutes=12)
WRITTEN = NOW + timedelta(minutes=40)
P = ContrastPattern


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def view(minutes, left, up=0, *, contrast=True, **changes) -> ViewLine:
    one = ViewLine(
        at=at(minutes),
        purpose=ViewPurpose.CONTRAST if contrast else ViewPurpose.NEEDLE,
        after_contrast=contrast,
        left_deg=Decimal(left),
        cephalad_deg=Decimal(up),
        kept_as="film 12",
    )
    return replace(one, **changes)


def drug(minutes=8, agent="lidocaine_2_percent", volume="1.0", **changes) -> AgentLine:
    one = AgentLine(at=at(minutes), use=SyringeUse.DRUG, agent=agent, volume_ml=Decimal(volume))
    return replace(one, **changes)


GOOD = (
    AgentLine(at=at(1), use=SyringeUse.SKIN, agent="lidocaine_1_percent", volume_ml=Decimal("1.0")),
    NeedleLine(at=at(3)),
    view(4, 0, contrast=False),
    AgentLine(at=at(5), use=SyringeUse.CONTRAST, agent="iohexol_240", volume_ml=Decimal("0.5")),
    view(5, 0),
    view(6, 90),
    JudgementLine(at=at(7), pattern=P.IA_TYPE_I, by="physician"),
    drug(),
)


def form(*lines, **changes) -> ProcedureForm:
    one = ProcedureForm(
        procedure_id="x",
        side=Side.LEFT,
        target=Target.INTRA_ARTICULAR,
        operator="physician",
        started_at=NOW,
        ended_at=ENDED,
        lines=lines or GOOD,
        needle="quincke_22g_90mm",
        passes=1,
        position=PatientPosition.HFP,
        familiar_pain_on_filling=YES,
        dose_area=StatedAmount(Decimal("121"), "cGy·cm²"),
        fluoroscopy=StatedAmount(Decimal("0.7"), "min"),
        recorded_for="physician",
        read_back=YES,
    )
    return replace(one, **changes)


def gate_of(the_session):
    def gate(so_far, moment):
        return authorise_drug(episode(replace(the_session, procedure=so_far)), POLICY, moment)

    return gate


def written(one=None, the_session=None):
    return procedure_from_form(one or form(), "nurse", WRITTEN, gate_of(the_session or session()))


def findings(one=None, the_session=None, who=None):
    here = the_session or session()
    return procedure_findings(replace(here, procedure=written(one, here)), who or patient(), POLICY)


def lines_without(kind):
    return tuple(line for line in GOOD if not isinstance(line, kind))


def test_a_form_becomes_the_record_that_the_room_would_have_written():
    one = written()
    assert (one.writer, one.entered_by, one.entered_at) == (ProcedureWriter.FORM, "nurse", WRITTEN)
    assert (one.movements, one.needle.gauge, one.familiar_pain_on_filling) == (1, 22, True)
    assert [image.after_movement for image in one.images] == [1, 1, 1]
    assert [(image.primary_deg, image.secondary_deg) for image in one.images] == [(180, 0), (180, 0), (90, 0)]
    assert [given.at_s for given in one.administrations] == [60, 300, 480]
    assert one.dose.dose_area_product_mgy_cm2 == 1210
    assert one.dose.seconds == 42
    assert one.dose.as_stated == ("dose-area product 121 cGy·cm²", "fluoroscopy 0.7 min")
    assert one.ended_at == ENDED


def test_the_gate_is_asked_afterwards_of_what_was_known_before_the_drug():
    (answer,) = written().gate_answers
    assert (answer.allowed, answer.afterwards, answer.at_s) == (True, True, 480)
    assert codes(findings()) == {"deviation.written-afterwards"}
    after = (*GOOD[:6], drug(7), JudgementLine(at=at(8), pattern=P.IA_TYPE_I, by="physician"))
    (answer,) = written(form(*after)).gate_answers
    assert not answer.allowed
    assert "gate.no-judgement" in codes(answer.findings)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (lines_without(JudgementLine), "has not been judged"),
        (lines_without(ViewLine), "no stored image"),
        ((*GOOD[:5], GOOD[6], GOOD[7]), "differ by"),
        ((*GOOD[:7], NeedleLine(at=at(7.5)), drug()), "No contrast run since the last needle movement"),
        ((*GOOD[:6], JudgementLine(at=at(7), pattern=P.VASCULAR, by="physician"), drug()), "refused for any target"),
        (tuple(replace(line, kept_as="") if isinstance(line, ViewLine) else line for line in GOOD), "no stored image"),
    ],
)
def test_a_drug_that_the_gate_would_have_refused_is_recorded_with_the_reason(lines, reason):
    told = findings(form(*lines))
    one = next(each for each in told if each.code == "deviation.gate-not-open")
    assert reason in one.clinician
    assert written(form(*lines)).administrations[-1].use is SyringeUse.DRUG


def test_particles_in_a_vessel_stand_in_the_deviation():
    steroid = session(order(("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0")))
    lines = (*GOOD[:6], JudgementLine(at=at(7), pattern=P.VASCULAR, by="physician"))
    told = findings(form(*lines, drug(volume="0.5"), drug(agent="triamcinolone_40")), steroid)
    assert "particulate steroid: never" in next(one for one in told if "gate" in one.code).clinician


def test_the_agents_of_one_syringe_are_one_question_to_the_gate():
    steroid = session(order(("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0")))
    one = written(form(*GOOD[:7], drug(volume="0.5"), drug(agent="triamcinolone_40")), steroid)
    assert [answer.allowed for answer in one.gate_answers] == [True]


def test_without_a_confirmed_position_a_view_has_no_pose():
    one = written(form(position=None))
    assert [image.pose_known for image in one.images] == [False] * 3
    assert not one.gate_answers[0].allowed
    angles = [
        replace(line, left_deg=None, cephalad_deg=None, primary_deg=Decimal(-170), secondary_deg=Decimal(10))
        if isinstance(line, ViewLine)
        else line
        for line in GOOD
    ]
    told = written(form(*angles, writer=ProcedureWriter.IMPORT, source="console"))
    assert {(image.primary_deg, image.secondary_deg, image.pose_known) for image in told.images} == {(-170, 10, True)}


def test_a_supine_patient_has_the_receptor_in_front():
    one = written(form(position=PatientPosition.HFS))
    assert one.images[0].primary_deg == 0


UNUSABLE = {
    "no side": ({"side": None}, "absent is not agreement"),
    "no target": ({"target": None}, "absent is not agreement"),
    "no operator": ({"operator": " "}, "operator"),
    "the room's own word": ({"writer": ProcedureWriter.ROOM}, "the room records"),
    "unknown needle": ({"needle": "harpoon"}, "no needle 'harpoon'"),
    "passes": ({"passes": -1}, "zero or more"),
    "ends before it began": ({"ended_at": NOW - timedelta(minutes=1)}, "ends after it began"),
    "ends tomorrow": ({"ended_at": NOW + timedelta(days=1)}, "before it is written down"),
    "no time zone": ({"started_at": NOW.replace(tzinfo=None)}, "no time zone"),
    "dose unit": ({"dose_area": StatedAmount(Decimal(1), "rad")}, "not in the picker"),
    "negative dose": ({"kerma": StatedAmount(Decimal(-1), "mGy")}, "zero or more"),
    "negative volume": ({"lines": (drug(volume="-1"),)}, "line 1 gives -1 mL"),
    "no volume": ({"lines": (drug(volume="NaN"),)}, "above zero"),
    "nameless agent": ({"lines": (drug(agent=" "),)}, "name the agent"),
    "nobody judged": ({"lines": (JudgementLine(at=at(1), pattern=P.MUSCLE, by=""),)}, "name the physician"),
    "out of order": ({"lines": (drug(8), drug(7))}, "line 2 is out of order"),
    "after the end": ({"lines": (drug(13),)}, "out of order"),
    "contrast never given": ({"lines": (view(5, 0),)}, "no line before it gives contrast"),
    "half a pose": ({"lines": (view(5, 0, contrast=False, cephalad_deg=None),)}, "one angle of two"),
    "two poses": (
        {"lines": (view(5, 0, contrast=False, primary_deg=Decimal(1), secondary_deg=Decimal(1)),)},
        "not both",
    ),
    "impossible angle": (
        {"lines": (view(5, 0, contrast=False, left_deg=None, cephalad_deg=None, primary_deg=Decimal(181), secondary_deg=Decimal(0)),)},
        "outside -180..180",
    ),
    "impossible words": ({"lines": (view(5, 0, 91, contrast=False),)}, "at most 180"),
    "no number": ({"lines": (view(5, "NaN", contrast=False),)}, "a number of degrees"),
    "no hash": ({"lines": (view(5, 0, contrast=False, sha256="my-picture.png"),)}, "64 hexadecimal"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "says"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_a_form_that_says_too_little_or_what_cannot_be_is_refused_with_its_line(changes, says):
    with pytest.raises(UnusableForm, match=says):
        written(form(**changes))


# What the record is to be read with


def test_steps_left_out_are_told():
    left = replace(session(), sign_in=None, time_out=None)
    told = next(one for one in findings(the_session=left) if one.code == "deviation.left-out")
    assert "sign-in, time-out" in told.clinician
    nothing_done = replace(left, procedure=written(form(GOOD[2])))
    assert "deviation.left-out" not in codes(procedure_findings(nothing_done, patient(), POLICY))


def test_a_drug_from_no_syringe_or_a_spoilt_one_is_told():
    assert "deviation.no-syringe" in codes(findings(the_session=replace(session(), syringes=())))
    here = session()
    spoilt = tuple(replace(one, drawn_by="") if one.use is SyringeUse.DRUG else one for one in here.syringes)
    told = [
        one for one in findings(the_session=replace(here, syringes=spoilt)) if one.code.startswith("deviation.syringe")
    ]
    assert len(told) == 1
    assert "without initials" in told[0].clinician


def test_too_much_anaesthetic_given_is_told_whoever_ordered_it():
    lines = (
        *GOOD[:7],
        drug(agent="bupivacaine_0.5_percent", volume="20"),
        drug(agent="lidocaine_2_percent", volume="5"),
    )
    light = patient(weight_kg=Decimal(45))
    told = next(one for one in findings(form(*lines), who=light) if one.code == "deviation.anaesthetic-too-much")
    assert "bupivacaine 0.5 %, plain 100 mg" in told.clinician
    assert "deviation.dose-not-known" in codes(findings(who=patient(weight_kg=None)))
    assert "deviation.dose-not-known" in codes(findings(form(*GOOD[:7], drug(agent="moonshine"))))


def test_a_sedative_that_was_not_ordered_is_told():
    given = SedativeGiven(at(0), "nurse", "midazolam", "2 mg", SedativeRoute.INTRAVENOUS)
    assert "deviation.sedative" in codes(findings(the_session=replace(session(), sedatives=(given,))))
    ordered = replace(session(order(sedation=Sedation.MINIMAL)), sedatives=(given,))
    assert "deviation.sedative" not in codes(findings(the_session=ordered))


def test_a_scribe_reads_back():
    assert "deviation.not-read-back" in codes(findings(form(read_back=replace(YES, answer="unknown"))))


def test_other_agents_and_more_than_ordered_are_told_for_every_syringe():
    skin = replace(GOOD[0], agent="bupivacaine_0.5_percent")
    assert "deviation.not-ordered" in codes(findings(form(skin, *GOOD[1:])))
    assert "deviation.volume" in codes(findings(form(replace(GOOD[0], volume_ml=Decimal("1.5")), *GOOD[1:])))
    much = replace(GOOD[3], volume_ml=Decimal("3.1"))
    assert "deviation.contrast-volume" in codes(findings(form(*GOOD[:3], much, *GOOD[4:])))


def test_a_form_goes_over_the_wire_and_back():
    assert from_wire(ProcedureForm, to_wire(form())) == form()


kinds = st.sampled_from([*GOOD, NeedleLine(at=at(3)), view(6, 90, contrast=False), drug(agent="triamcinolone_40")])
patterns = st.sampled_from(P)
states = st.sampled_from([EpisodeState.IN_PROCEDURE, EpisodeState.CONFIRMED, EpisodeState.CANCELLED])


@given_(st.lists(kinds, max_size=8), patterns, states, st.booleans())
def test_whatever_was_given_is_on_the_record_and_no_drug_without_its_gate_goes_untold(lines, pattern, state, spoil):
    ordered = sorted(lines, key=lambda line: line.at)
    ordered = [replace(line, pattern=pattern) if isinstance(line, JudgementLine) else line for line in ordered]
    here = replace(session(), syringes=()) if spoil else session()

    def gate(so_far, moment):
        return authorise_drug(episode(replace(here, procedure=so_far), state=state), POLICY, moment)

    try:
        one = procedure_from_form(form(NeedleLine(at=at(0)), *ordered), "nurse", WRITTEN, gate)
    except UnusableForm:
        assert any(isinstance(line, ViewLine) and line.after_contrast for line in ordered)
        return
    asked = [line for line in ordered if isinstance(line, AgentLine)]
    assert [(given.agent, given.volume_ml) for given in one.administrations] == [
        (line.agent, line.volume_ml) for line in asked
    ]
    drugs = {given.at_s for given in one.administrations if given.use is SyringeUse.DRUG}
    answers = {answer.at_s: answer.allowed for answer in one.gate_answers}
    told = procedure_findings(replace(here, procedure=one), patient(), POLICY)
    assert set(answers) == drugs
    assert ("deviation.gate-not-open" in codes(told)) == (not all(answers.values()))
    if state is not EpisodeState.IN_PROCEDURE or spoil:
        assert not any(answers.values())
