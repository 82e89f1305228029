"""Screening on the patient's own phone: a topic a page, nothing assumed, earlier answers confirmed, nothing else touched."""

import re

import pytest
from patient_course import EPISODE, course_on, ordered

from sijoint.clinic import AnswerScreening
from sijoint.frames import Side
from sijoint.model import Answer, Medicine, Person, ReactionGrade, Role, Sex
from sijoint.pathway.screening_questions import every_topic, topics_for

LIST_FACTS = {"medicines": "medicines_asked", "allergies": "allergies_asked"}


@pytest.fixture
def course(site, clock):
    """Ordered, not screened."""
    course = ordered(course_on(site, clock))
    site.people.add(Person("own", "Virtual Patient", Role.PATIENT, "patient-1"))
    return course


def noes(topic):
    said = {question.fact: "no" for question in topic.questions}
    return {**said, **({LIST_FACTS[topic.key]: "yes"} if topic.key in LIST_FACTS else {})}


def fill(phone, patient, **changed):
    to = ""
    for topic in topics_for(patient):
        sent = phone.post(f"/me/screening/{topic.key}", data={**noes(topic), **changed.get(topic.key, {})})
        assert sent.status_code == 303, sent.text
    to = phone.post("/me/screening/readings", data=changed.get("readings", {}))
    assert to.headers["location"] == "/me/screening/check"
    return phone.post("/me/screening/check")


def answers(site):
    return site.store.episode(EPISODE).screening_answers


def test_from_the_first_page_to_the_record(course, site, browser):
    phone = browser("own")
    assert "Begin" in phone.get("/me/screening").text
    sent = fill(
        phone,
        course.patient(),
        home={"driver_arranged": "yes"},
        illnesses={"thyroid_disease": "unknown"},
        implants={"implant_or_fusion_at_joint": "yes", "metal_side": ["right"]},
        readings={"systolic": "128", "diastolic": "79", "hba1c": "48", "hba1c_unit": "mmol/mol"},
    )
    assert sent.headers["location"] == "/me/screening/sent"
    said = answers(site)
    assert said.driver_arranged.answer is Answer.YES
    assert (said.thyroid_disease.answer, said.thyroid_disease.by) == (Answer.UNKNOWN, "own")
    assert said.hardware_sides == (Side.RIGHT,)
    assert (said.blood_pressure_systolic, said.hba1c_mmol_mol, said.hba1c_percent) == (128, 48, None)
    assert "Your answers have arrived" in phone.get("/me/screening/sent").text
    assert phone.post("/me/screening/check").headers["location"] == "/me/screening/sent", "pressed twice"
    assert len(site.store.episode(EPISODE).screening_history) == 1


def test_a_medicine_is_proposed_for_and_never_silently_taken(course, site, browser):
    phone = browser("own")
    medicines = next(one for one in every_topic() if one.key == "medicines")
    typed = {**noes(medicines), "medicine_0": "Elikuis", "medicine_1": "grandmother's tea"}
    page = phone.post("/me/screening/medicines", data=typed)
    assert page.status_code == 422
    assert "“Elikuis”: say which one you mean." in page.text.replace("&#39;", "'")
    assert 'value="apixaban"' in page.text
    assert "A nurse looks at it" in page.text
    assert not re.search(r'value="apixaban"\s+checked', page.text), "nothing is chosen beforehand"
    fill(phone, course.patient(), medicines={**typed, "medicine_0_is": "apixaban"})
    assert answers(site).medicines == (Medicine("Elikuis", "apixaban"), Medicine("grandmother's tea", ""))
    findings = {one.code for one in site.store.episode(EPISODE).sessions[-1].screening.findings}
    assert "medicine.unmatched:Elikuis" in findings, "what the patient chose waits for a clinician"


def test_what_a_page_does_not_offer_is_not_taken(course, browser):
    phone = browser("own")
    medicines = next(one for one in every_topic() if one.key == "medicines")
    page = phone.post(
        "/me/screening/medicines", data={**noes(medicines), "medicine_0": "Eliquis", "medicine_0_is": "warfarin"}
    )
    assert page.status_code == 422


def test_an_allergy_keeps_how_bad_it_was_and_the_words(course, site, browser):
    told = {
        "allergy_0": "peniciline",
        "allergy_0_is": "penicillin",
        "allergy_0_grade": "anaphylaxis",
        "allergy_3": "xqzw",
    }
    fill(browser("own"), course.patient(), allergies=told)
    first, second = answers(site).allergies
    assert (first.agent, first.matched, first.grade, first.typed) == (
        "penicillin",
        True,
        ReactionGrade.ANAPHYLAXIS,
        "peniciline",
    )
    assert (second.agent, second.matched, second.grade) == ("xqzw", False, ReactionGrade.UNKNOWN)


def test_earlier_answers_reappear_and_a_clinicians_word_stays(course, site, browser):
    accepted = Medicine("Eliquis", "apixaban", accepted_by="nurse")
    course.accepted(AnswerScreening, answers=course.answers(medicines=(accepted,)))
    phone = browser("own")
    page = phone.get("/me/screening/medicines").text
    assert "This is what you told us before" in page
    assert 'value="Eliquis"' in page
    assert re.search(r'value="kept"\s+checked', page)
    fill(phone, course.patient(), medicines={"medicine_0": "Eliquis", "medicine_0_is": "kept"})
    assert answers(site).medicines == (accepted,)
    assert answers(site).fever.by == "own", "confirmed by the patient now"


def test_a_change_by_the_clinic_meanwhile_is_told_and_nothing_overwritten(course, site, browser):
    phone = browser("own")
    for topic in topics_for(course.patient()):
        phone.post(f"/me/screening/{topic.key}", data=noes(topic))
    phone.post("/me/screening/readings")
    course.accepted(AnswerScreening, answers=course.answers())
    told = phone.post("/me/screening/check")
    assert told.status_code == 422
    assert "changed by somebody else meanwhile" in told.text
    assert len(site.store.episode(EPISODE).screening_history) == 1
    assert phone.post("/me/screening/check").status_code == 303, "looked at again, it is sent"


def test_an_answer_left_out_is_told_and_back_loses_nothing(course, browser):
    phone = browser("own")
    page = phone.post("/me/screening/today", data={"fever": "yes"})
    assert page.status_code == 422
    assert 'href="#infection"' in page.text
    assert phone.post("/me/screening/blood", data={"antithrombotics": "yes", "go": "back"}).status_code == 303
    assert re.search(r'name="antithrombotics" value="yes"\s+checked', phone.get("/me/screening/blood").text)
    assert phone.get("/me/screening/check").headers["location"] == "/me/screening/today"
    assert "still to come" in phone.post("/me/screening/readings", data={"inr_on": "2099-01-01"}).text


def test_numbers_are_told_back_before_they_are_sent(course, browser):
    phone = browser("own")
    for topic in topics_for(course.patient()):
        phone.post(f"/me/screening/{topic.key}", data=noes(topic))
    phone.post("/me/screening/readings", data={"systolic": "131", "inr": "2,4", "inr_on": "2026-02-27"})
    page = phone.get("/me/screening/check").text
    assert "131/? mmHg" in page
    assert "2,4, 2026-02-27" in page


def test_a_man_is_not_asked_about_pregnancy(course, browser):
    assert course.patient().sex is Sex.MALE
    assert browser("own").get("/me/screening/pregnancy").status_code == 404


def test_before_an_order_there_is_nothing_to_answer(site, clock, browser):
    course_on(site, clock).requested()
    site.people.add(Person("own", "Virtual Patient", Role.PATIENT, "patient-1"))
    assert "nothing to answer now" in browser("own").get("/me/screening").text
    assert browser("own").get("/me/screening/today").status_code == 404


def test_screening_is_the_patients_own(course, browser):
    assert browser(Role.NURSE).get("/me/screening").status_code == 403
    assert browser().get("/me/screening").headers["location"].startswith("/sign-in")
