"""A whole episode by forms alone, from the request to the question whether it may be repeated."""

from datetime import timedelta

import pytest
from clinic_forms import ClinicByForms

from sijoint.model import Role, VerdictValue


@pytest.fixture
def clinic(site, clock, browser):
    return ClinicByForms(site, clock, browser)


def test_an_episode_goes_from_request_to_repeat_by_forms_alone(clinic):
    clinic.judged()
    session = clinic.session
    procedure = session.procedure
    assert session.verdict.verdict is VerdictValue.POSITIVE, session.verdict.reasons
    assert (procedure.recorded_for, session.sign_out.by, session.sign_out.confirmed_by) == (
        "physician",
        "nurse",
        "physician",
    )
    assert (procedure.administrations[-1].agent, procedure.administrations[-1].at_s) == (
        "bupivacaine_0.5_percent",
        7 * 60,
    )
    assert procedure.gate_answers[-1].allowed, procedure.gate_answers[-1].findings
    assert procedure.dose.dose_area_product_mgy_cm2 == 1100
    assert [image.pose_known for image in procedure.images] == [True, True, True]

    clinic.does(Role.NURSE, "WriteNote")
    assert clinic.session.note.versions[-1].generated
    clinic.does(Role.PHYSICIAN, "SignNote")
    assert clinic.session.note.signed_by == "physician"
    clinic.does(Role.NURSE, "AddToNote", text="The patient called: no trouble.")
    clinic.does(Role.NURSE, "MarkNoteInError", place="addendum 0", reason="another patient")
    assert clinic.session.note.addenda[0].entered_in_error.reason == "another patient"

    clinic.does(
        Role.NURSE,
        "RecordComplication",
        complication__kind="sore site",
        complication__grade="mild",
        complication__outcome="ongoing",
        complication__action="ice",
    )
    known = clinic.session.complications[0].id
    clinic.does(
        Role.NURSE, "FollowComplication", complication_id=known, follow_up__outcome="resolved", follow_up__action="none"
    )
    assert clinic.session.complications[0].follow_ups[0].outcome == "resolved"

    clinic.does(Role.FRONT_DESK, "AskRepeat", kind="therapeutic")
    assert clinic.episode.repeat_answers[-1].asked_on == clinic.site.policy.day(clinic.clock.now)
    page = clinic.by(Role.PHYSICIAN).get(f"/episodes/{clinic.at}").text
    assert "Block positive for this target" in page
    assert "The arithmetic" in page
    assert f"/episodes/{clinic.at}/papers/1/verdict.pdf" in page

    a_red_flag_stands_on_top_until_a_clinician_answers_it(clinic)


def a_red_flag_stands_on_top_until_a_clinician_answers_it(clinic):
    """The end of the same episode: a later answer of the diary tells a warning sign."""
    asked = next(one for one in clinic.session.prompts if one.due > clinic.clock.now)
    clinic.clock.now = asked.due
    clinic.tells_pain(asked, 7, site_red_swollen_or_leaking="yes", paper="yes")
    today = clinic.by(Role.NURSE).get("/today").text
    assert "Red flags that nobody has answered" in today
    assert f"/episodes/{clinic.at}/do/AnswerRedFlag" in today
    assert "came back" not in today
    clinic.clock.now += timedelta(hours=3)
    assert "came back" in clinic.by(Role.PHYSICIAN).get("/today").text
    entry = clinic.session.entries[-1].id
    clinic.does(Role.PHYSICIAN, "AnswerRedFlag", answer__entry_id=entry, answer__outcome="seen by a clinician")
    assert "Red flags that nobody has answered" not in clinic.by(Role.NURSE).get("/today").text


def test_a_hold_reaches_the_patient_only_when_a_physician_signed_it(clinic):
    clinic.cleared(
        answers__antithrombotics="yes",
        answers__medicines__0__typed="apixaban",
        answers__medicines__0__agent="apixaban",
    )
    taken = clinic.episode.screening_answers.medicines[0]
    assert (taken.agent, taken.accepted_by) == ("apixaban", "nurse")
    clinic.does(
        Role.NURSE,
        "ContactPrescriber",
        contact__agent="apixaban",
        contact__prescriber="Dr Heart",
        contact__answer="hold",
    )
    assert clinic.episode.prescriber_contacts[-1].signed_by == ""
    assert "keep taking" in clinic.by(Role.PHYSICIAN).get(f"/episodes/{clinic.at}").text
