"""Forms of the clinic: nothing typed is lost, nothing is done twice, and every one opens wherever it is offered."""

import re
from dataclasses import fields, is_dataclass
from typing import get_args

import pytest
from clinic_forms import ClinicByForms
from patient_course import home_with_a_diary
from sent_forms import FormReader
from starlette.testclient import TestClient

from sijoint.clinic import Command, commands
from sijoint.clinic.command import ClinicCommand
from sijoint.clinic.looking import Seen
from sijoint.clinic.offers import STEPS, offered
from sijoint.model import EpisodeState, Role
from sijoint.web import create_app
from sijoint.web.clinic import acting, field_words
from sijoint.web.clinic.actions import actions
from sijoint.web.clinic.choices import Asked

CARRIED = {one.name for one in fields(ClinicCommand)}
BY_THE_ROOM = {"RecordRoomEvent"}  # what happens in a room is written by the room


@pytest.fixture
def clinic(site, clock, browser):
    return ClinicByForms(site, clock, browser)


def test_every_command_has_a_form_and_every_form_a_place():
    assert {one.__name__ for one in get_args(Command)} - BY_THE_ROOM == set(actions())
    assert {one.command for one in actions().values()} - {commands.RequestAppointment} <= set(STEPS)


@pytest.mark.parametrize("name", sorted(actions()))
def test_a_form_asks_or_fills_in_whatever_its_command_needs(name):
    action = actions()[name]
    told = {one.path.split(".")[0] for one in action.fields} | {path.split(".")[0] for path in action.filled}
    needed = {one.name for one in fields(action.command) if one.name not in CARRIED and is_dataclass(action.command)}
    optional = {"seen_digest", "order_id", "virtual_operator", "generated", "addendum"}
    assert needed - told <= optional


@pytest.mark.parametrize("everywhere", [False, pytest.param(True, marks=pytest.mark.deep)])
def test_every_form_opens_in_every_state_in_which_it_is_offered(everywhere, tmp_path, clock, monkeypatch):
    """In the first state of all, and with ``make deep`` in each."""
    site = home_with_a_diary(tmp_path, clock)
    store, now = site.store, site.clock()
    (header,) = store.headers()
    patient = store.patient(header.patient_id)
    client = TestClient(create_app(site), base_url="http://localhost", follow_redirects=False)
    client.cookies.set("sij", site.people.open_session("physician"))
    seen_states, opened = set(), set()
    for version in range(header.version + 1):
        episode = store.episode(header.id, version)
        if episode.state in seen_states:
            continue
        seen_states.add(episode.state)
        asked = Asked(site, Seen(episode, patient, ()), "physician", now)
        monkeypatch.setattr(acting, "look", lambda site, person, episode_id, asked=asked: asked)
        for command in offered(episode, Role.PHYSICIAN, site.policy, now):
            if command.__name__ in BY_THE_ROOM or (command in opened and not everywhere):
                continue
            page = client.get(f"/episodes/{header.id}/do/{command.__name__}")
            assert page.status_code == 200, f"{command.__name__} while {episode.state}"
            assert 'name="command_id"' in page.text
            assert "<title>" in page.text
            assert patient.family_name not in re.search(r"<title>.*?</title>", page.text, re.DOTALL).group(0)
            opened.add(command)
    assert len(seen_states) > 10
    assert len(opened) > 35


def test_every_row_of_the_words_belongs_to_a_field():
    def paths(field):
        yield field.path
        for inner in (*field.fields, *(one for _, several in field.variants for one in several)):
            yield from paths(inner)

    asked = {path for action in actions().values() for field in action.fields for path in paths(field)}
    ends = {".".join(path.split(".")[n:]) for path in asked for n in range(path.count(".") + 1)} | {
        f"={one}" for one in asked
    }
    told = {key for table in ("label", "help", "measure") for key in field_words.words()[table]}
    assert told - ends == set()


def test_what_was_typed_stays_when_something_is_missing(clinic):
    clinic.accepted()
    answer = clinic.send(
        Role.PHYSICIAN,
        "PlaceOrder",
        target="ligament",
        recipe__drug__0__agent="bupivacaine_0.5_percent",
        recipe__drug__0__volume_ml="eine",
    )
    assert answer.status_code == 422
    assert 'href="#side"' in answer.text
    assert "Side: choose one." in answer.text
    assert "is not a number: write it as in 12.5." in answer.text
    again = FormReader(answer.text)
    assert again.sent["recipe.drug.0.volume_ml"] == ["eine"]
    assert again.sent["recipe.drug.0.agent"] == ["bupivacaine_0.5_percent"]
    assert again.sent["target"] == ["ligament"]
    assert clinic.episode.sessions == ()


def test_a_refusal_of_the_rules_is_told_with_what_clears_it_and_keeps_the_form(clinic):
    clinic.accepted()
    answer = clinic.send(
        Role.PHYSICIAN,
        "PlaceOrder",
        kind="diagnostic",
        target="intra-articular",
        side="left",
        recipe__drug__0__agent="bupivacaine_0.5_percent",
        recipe__drug__0__volume_ml="9",
        recipe__skin__agent="lidocaine_1_percent",
        recipe__skin__volume_ml="2",
        recipe__contrast__agent="iohexol_240",
        recipe__contrast__volume_ml="0.5",
    )
    assert answer.status_code == 422
    assert "Not recorded" in answer.text
    assert "Clears it" in answer.text
    assert FormReader(answer.text).sent["recipe.drug.0.volume_ml"] == ["9"]


def test_the_sums_of_an_order_stand_beside_it_before_it_is_placed(clinic):
    clinic.accepted()
    form = clinic.form(Role.PHYSICIAN, "PlaceOrder")
    address = f"/episodes/{clinic.at}/recipe"
    typed = form.sent | {
        "target": "intra-articular",
        "recipe.drug.0.agent": "bupivacaine_0.5_percent",
        "recipe.drug.0.volume_ml": "1.5",
        "recipe.skin.agent": "lidocaine_1_percent",
        "recipe.skin.volume_ml": "2",
        "recipe.contrast.agent": "iohexol_240",
        "recipe.contrast.volume_ml": "0.5",
    }
    page = clinic.by(Role.PHYSICIAN).post(address, data=typed)
    assert "1.5 mL = 7.5 mg" in page.text
    assert "of the maximum (toxicity adds up)" in page.text
    assert "as soon as" in clinic.by(Role.PHYSICIAN).post(address, data=typed | {"recipe.skin.agent": ""}).text
    assert clinic.by(Role.NURSE).post(address, data=typed).status_code == 403
    assert clinic.episode.sessions == ()


def test_another_line_keeps_what_stands_in_the_others(clinic):
    clinic.accepted()
    form = clinic.form(Role.PHYSICIAN, "PlaceOrder")
    sent = form.sent | {"recipe.drug.0.volume_ml": "1.5", "more": "recipe.drug"}
    again = FormReader(clinic.post(Role.PHYSICIAN, "PlaceOrder", sent).text)
    assert again.sent["recipe.drug.count"] == ["2"]
    assert again.sent["recipe.drug.0.volume_ml"] == ["1.5"]
    assert "recipe.drug.1.volume_ml" in again.names


def test_a_form_sent_twice_is_done_once(clinic):
    clinic.requested()
    form = clinic.form(Role.FRONT_DESK, "LogConservativeCare")
    sent = form.sent | {"care.kind": "ice", "care.began": clinic.day(days=-30), "care.helped": "no"}
    first = clinic.post(Role.FRONT_DESK, "LogConservativeCare", sent)
    clinic.clock.now = clinic.clock.now.replace(minute=clinic.clock.now.minute + 1)
    second = clinic.post(Role.FRONT_DESK, "LogConservativeCare", sent)
    assert (first.status_code, second.status_code) == (303, 303)
    assert len(clinic.episode.care_log) == 1


def test_two_people_at_once_one_is_shown_what_the_other_did_and_loses_nothing(clinic):
    clinic.cleared()
    mine = clinic.filled(
        clinic.form(Role.FRONT_DESK, "Book"), {"at": clinic.local(days=7), "reason": "after the holidays"}
    )
    clinic.does(Role.NURSE, "Book", at=clinic.local(days=9))
    answer = clinic.post(Role.FRONT_DESK, "Book", mine)
    assert answer.status_code == 409
    assert "Somebody changed this episode" in answer.text
    assert "Appointment, by nurse" in answer.text
    again = FormReader(answer.text)
    assert again.sent["reason"] == ["after the holidays"]
    assert clinic.session.booking.made_by == "nurse"
    assert clinic.post(Role.FRONT_DESK, "Book", again.sent).status_code == 303
    assert clinic.session.booking.made_by == "front-desk"


def test_what_is_not_offered_is_told_and_changes_nothing(clinic):
    clinic.requested()
    answer = clinic.by(Role.PHYSICIAN).get(f"/episodes/{clinic.at}/do/JudgeBlock")
    assert answer.status_code == 303
    assert "is not possible for you now" in clinic.by(Role.PHYSICIAN).get(f"/episodes/{clinic.at}").text
    assert clinic.post(Role.NURSE, "Assess", {"command_id": "web-forged-one"}).status_code == 303
    assert clinic.episode.assessment is None


def test_a_medicine_is_matched_by_a_person_or_said_to_stay_open(clinic):
    clinic.ordered()
    told = clinic.answers(answers__antithrombotics="yes", answers__medicines__0__typed="apixabn")
    answer = clinic.send(Role.NURSE, "AnswerScreening", **told)
    assert answer.status_code == 422
    assert "choose what it is (near: apixaban" in answer.text
    sent = FormReader(answer.text).sent | {"answers.medicines.0.agent": "left open"}
    assert clinic.post(Role.NURSE, "AnswerScreening", sent).status_code == 303
    assert clinic.episode.screening_answers.medicines[0].agent == ""
    assert clinic.episode.state is EpisodeState.STOPPED


def test_answers_that_have_not_changed_keep_who_gave_them(clinic):
    clinic.cleared()
    before = clinic.episode.screening_answers
    clinic.clock.now = clinic.clock.now.replace(hour=13)
    clinic.does(Role.PHYSICIAN, "AnswerScreening", answers__vasovagal_history="yes")
    after = clinic.episode.screening_answers
    assert after.fever == before.fever
    assert (after.vasovagal_history.by, after.fever.by) == ("physician", "nurse")


def test_what_is_written_down_later_keeps_when_it_was_done(clinic):
    clinic.confirmed()
    before = clinic.local(minutes=-20)
    future = clinic.send(
        Role.PHYSICIAN,
        "MarkSkin",
        skin_mark__side="left",
        skin_mark__patient_awake="yes",
        skin_mark__at=clinic.local(hours=1),
    )
    assert "lies in the future" in future.text
    clinic.does(
        Role.PHYSICIAN, "MarkSkin", skin_mark__side="left", skin_mark__patient_awake="yes", skin_mark__at=before
    )
    mark = clinic.session.skin_mark
    assert mark.at.astimezone(clinic.site.policy.zone).strftime("%Y-%m-%dT%H:%M") == before
    clinic.does(Role.NURSE, "ConfirmToday", **clinic.today())
    assert clinic.session.confirmation.at == clinic.clock.now


def test_a_stop_is_overridden_with_the_password_of_a_second_clinician(clinic):
    clinic.site.people.add(
        type(clinic.site.people.person("nurse"))("n-two", "Second nurse", Role.NURSE), "seven wet herons"
    )
    clinic.cleared(answers__infection="yes")
    assert clinic.episode.state is EpisodeState.STOPPED
    told = {"code": "infection.present", "reason_code": "benefit-outweighs", "reason": "seen with the patient"}
    assert "a stop needs another clinician" in clinic.send(Role.PHYSICIAN, "OverrideFinding", **told).text
    wrong = clinic.send(Role.PHYSICIAN, "OverrideFinding", **told, second="n-two", second_password="guessed")
    assert wrong.status_code == 422
    assert "password does not fit" in wrong.text
    assert "guessed" not in wrong.text
    clinic.does(Role.PHYSICIAN, "OverrideFinding", **told, second="n-two", second_password="seven wet herons")
    assert clinic.session.overrides[0].second == "n-two"
    assert "herons" not in "".join(one.body for one in clinic.site.store.commands(clinic.at))
