"""The timeline keeps the order of the clock and leaves nothing out."""

from dataclasses import replace

import made_up_episode as made_up
from sijoint.report import timeline


def test_steps_stand_in_the_order_of_the_clock():
    moments = [step.at for step in timeline(made_up.episode())]
    assert moments == sorted(moments)
    assert len(moments) > 40


def test_every_step_of_a_session_is_told_once():
    steps = [step.step for step in timeline(made_up.episode()) if step.session == 1]
    for name in (
        "Order",
        "Booking",
        "Preparation sheet",
        "Consent",
        "Skin mark",
        "Time-out",
        "Drug",
        "Discharge",
        "Verdict",
    ):
        assert steps.count(name) == 1
    assert steps.count("Gate") == 2
    assert steps.count("Recovery") == 3


def test_the_gate_holds_back_before_it_allows():
    words = [step.words for step in timeline(made_up.episode()) if step.step == "Gate" and step.session == 1]
    assert words == [
        "contrast judged peri-articular: drug held back",
        "contrast judged intra-articular, cephalad spread: drug allowed",
    ]


def test_a_day_without_an_hour_says_so():
    asked = [step for step in timeline(made_up.episode()) if step.step == "Repeat asked"]
    assert [step.words for step in asked] == ["not yet", "may be repeated"]
    assert all(step.whole_day for step in asked)


def test_a_stopped_episode_has_no_procedure_in_it():
    steps = {step.step for step in timeline(made_up.stopped())}
    assert steps == {"Request", "Assessment", "Screening", "Order"}


def test_a_missing_side_is_named_as_missing():
    whole = made_up.episode()
    no_side = replace(whole, request=replace(whole.request, side=None), sessions=())
    assert timeline(no_side)[0].words == "by patient, side not stated"
