"""What a patient is asked before an injection: everything that the rules read, once, in words that anybody reads."""

import sys
from dataclasses import replace
from pathlib import Path

from well_patient import FACT_NAMES, patient

from sijoint.model import Sex
from sijoint.pathway.request_signs import request_signs, with_signs
from sijoint.pathway.screening_questions import LISTS, every_topic, topics_for

sys.path.insert(0, str(Path(__file__).parent.parent / "report"))

from readable import english_grade
from well_patient import POLICY, request_


def test_every_fact_of_screening_is_asked_exactly_once():
    asked = [question.fact for topic in every_topic() for question in topic.questions]
    assert sorted([*asked, *LISTS.values()]) == sorted(FACT_NAMES)


def test_a_man_is_not_asked_whether_he_is_pregnant():
    assert "pregnancy" not in [one.key for one in topics_for(patient(sex=Sex.MALE))]
    for sex in (Sex.FEMALE, Sex.OTHER):
        assert "pregnancy" in [one.key for one in topics_for(patient(sex=sex))]


def test_the_questions_are_easy_to_read():
    for topic in every_topic():
        text = " ".join(question.words for question in topic.questions)
        assert english_grade(text) <= 8, (topic.key, english_grade(text))
    assert english_grade(" ".join(f"{one.words}." for one in request_signs(POLICY))) <= 6


def test_signs_told_with_a_request_stand_where_the_clinic_reads_first():
    told = with_signs(request_(), ["saddle", "fever"])
    assert told.areas[0].region == "saddle"
    assert told.reason.startswith("Answered yes: you cannot hold")
    assert told.reason.endswith(request_().reason)
    assert with_signs(told, ["saddle"]).areas == told.areas, "a place that is marked is marked once"
    assert with_signs(request_(), []) == request_()


def test_the_worst_sign_comes_first_with_the_sites_numbers():
    ours = request_signs(replace(POLICY, emergency_phone="000", clinic_phone="555"))
    assert [one.severity.rank for one in ours] == sorted((one.severity.rank for one in ours), reverse=True)
    assert "000" in ours[0].patient
    assert all("{" not in one.patient for one in ours)
