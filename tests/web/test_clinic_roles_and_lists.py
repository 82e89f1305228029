"""Who sees what in the clinic, what looking leaves on the record, and the lists of the day."""

import pytest
from clinic_forms import ClinicByForms
from patient_course import EPISODE, another_patient, course_on, home_with_a_diary, ordered
from starlette.testclient import TestClient

from sijoint.clinic.offers import offered
from sijoint.clinic.views import view_of
from sijoint.model import Role
from sijoint.pathway import named_commands, roles_for
from sijoint.records import Purpose
from sijoint.web import create_app

NAME = "Virtual"  # the family name of the course's patient


@pytest.fixture
def home(tmp_path, clock):
    """A site whose one patient has gone home with a diary."""
    return home_with_a_diary(tmp_path, clock)


@pytest.fixture
def sees(home):
    """The episode's page as a role sees it."""

    def seen(role, path=f"/episodes/{EPISODE}"):
        client = TestClient(create_app(home), base_url="http://localhost", follow_redirects=False)
        client.cookies.set("sij", home.people.open_session(role.value.replace(" ", "-")))
        return client.get(path)

    return seen


def test_everybody_sees_the_parts_of_their_work_and_no_other(sees):
    desk, nurse = sees(Role.FRONT_DESK).text, sees(Role.NURSE).text
    assert 'id="screening"' in nurse
    assert 'id="screening"' not in desk
    assert 'id="procedure"' not in desk
    assert 'id="booking"' in desk
    biller = sees(Role.BILLER).text
    assert 'id="payer"' in biller
    assert 'id="screening"' not in biller
    assert f"/episodes/{EPISODE}/do/RecordAuthorisation" in biller
    auditor = sees(Role.AUDITOR).text
    assert 'id="screening"' in auditor
    assert "/do/" not in auditor


def test_who_studies_an_episode_reads_a_number_and_a_year(sees):
    page = sees(Role.RESEARCHER)
    assert page.status_code == 200
    assert NAME not in page.text
    assert "born 1962" in page.text
    assert "14 May 1962" not in page.text
    assert NAME not in sees(Role.RESEARCHER, "/today?when=all").text


def test_patients_and_referrers_find_nothing_here(sees):
    for role in (Role.REFERRER,):
        assert sees(role).status_code in (403, 404)


@pytest.mark.parametrize("kind", ["note", "verdict", "packet", "discharge", "preparation", "emergency"])
def test_a_paper_opens_for_whoever_may_read_it(sees, kind):
    for role in (Role.PHYSICIAN, Role.NURSE, Role.FRONT_DESK, Role.BILLER, Role.RESEARCHER):
        status = sees(role, f"/episodes/{EPISODE}/papers/1/{kind}").status_code
        if kind not in view_of(role).papers:
            assert status == 404, role
        else:
            assert status in (200, 404)
    if kind == "discharge":
        pdf = sees(Role.NURSE, f"/episodes/{EPISODE}/papers/1/{kind}.pdf")
        assert pdf.content.startswith(b"%PDF")
        assert NAME not in pdf.headers["content-disposition"]


def test_what_is_offered_is_what_the_role_may_give(home):
    episode = home.store.episode(EPISODE)
    for role in Role:
        for command in offered(episode, role, home.policy, home.clock()):
            assert role in roles_for(command.__name__)
    assert offered(episode, Role.AUDITOR, home.policy, home.clock()) == ()
    assert set(named_commands()) >= {
        one.__name__ for one in offered(episode, Role.PHYSICIAN, home.policy, home.clock())
    }


def test_a_look_is_on_the_record_with_its_purpose(home, sees):
    before = len(home.store.accesses(EPISODE))
    sees(Role.NURSE)
    sees(Role.AUDITOR)
    looks = home.store.accesses(EPISODE)[before:]
    assert [(one.by, one.purpose) for one in looks] == [("nurse", Purpose.CARE), ("auditor", Purpose.AUDIT)]


def test_a_list_that_renews_itself_is_one_look_a_day(home):
    client = TestClient(create_app(home), base_url="http://localhost", follow_redirects=False)
    client.cookies.set("sij", home.people.open_session("nurse"))
    before = len(home.store.accesses(EPISODE))
    for _ in range(3):
        rows = client.get("/today?when=all", headers={"hx-request": "true"})
        assert NAME in rows.text
        assert "<html" not in rows.text
    assert len(home.store.accesses(EPISODE)) == before + 1


def test_search_finds_by_the_beginning_of_a_name_and_leaves_no_trace_in_an_address(home):
    client = TestClient(
        create_app(home),
        base_url="http://localhost",
        follow_redirects=False,
        headers={"sec-fetch-site": "same-origin", "origin": "http://localhost"},
    )
    client.cookies.set("sij", home.people.open_session("front-desk"))
    form = client.get("/search")
    assert 'method="post" action="/search"' in form.text
    found = client.post("/search", data={"name": "virt pat", "born": "", "number": ""})
    assert f"/episodes/{EPISODE}" in found.text
    assert "Nobody here fits" in client.post("/search", data={"name": "virt", "born": "1999-01-01"}).text
    empty = client.post("/search", data={"name": " "})
    assert empty.status_code == 422
    assert "write a name, a birth date or a number" in empty.text
    assert client.post("/search", data={"born": "31.3.99"}).status_code == 422


def test_the_inbox_shows_what_a_request_leaves_open_and_possible_duplicates(site, clock, browser):
    course = course_on(site, clock)
    course.requested()
    other = another_patient(course)
    page = browser(Role.FRONT_DESK).get("/inbox").text
    assert f"/episodes/{EPISODE}" in page
    assert f"/episodes/{other}" in page
    assert "/do/Assess" not in page
    assert "/do/Assess" in browser(Role.PHYSICIAN).get("/inbox").text


def test_two_requests_of_one_person_are_joined_and_one_is_closed(site, clock, browser):
    clinic = ClinicByForms(site, clock, browser)
    first = clinic.requested().at
    second = clinic.requested().at
    assert first != second
    inbox = clinic.by(Role.FRONT_DESK).get("/inbox").text
    assert inbox.count("Possibly the same as") == 2
    clinic.at = first
    clinic.does(Role.FRONT_DESK, "JoinRequest", other_episode_id=second, reason="asked twice")
    clinic.at = second
    clinic.does(Role.FRONT_DESK, "CloseAsDuplicate", joined_into=first)
    assert clinic.episode.joined_into == first
    assert "Possibly the same as" not in clinic.by(Role.FRONT_DESK).get("/inbox").text


def test_today_says_the_one_worst_reason_and_who_leads_on(site, clock, browser):
    ordered(course_on(site, clock))
    nurse = browser(Role.NURSE).get("/today?when=waiting").text
    assert "the safety questions are not answered yet" in nurse
    assert f"/episodes/{EPISODE}/do/AnswerScreening" in nurse
    desk = browser(Role.FRONT_DESK).get("/today?when=waiting").text
    assert "/do/AnswerScreening" not in desk
    assert "Answer the safety questions" in desk
    mine = browser(Role.FRONT_DESK).get("/today?when=waiting&mine=true").text
    assert EPISODE not in mine
    assert EPISODE in browser(Role.NURSE).get("/today?when=waiting&side=left").text
    assert EPISODE not in browser(Role.NURSE).get("/today?when=waiting&side=right").text


def test_a_list_tells_the_desk_that_somebody_is_held_and_never_by_what(site, clock, browser):
    clinic = ClinicByForms(site, clock, browser)
    clinic.cleared(answers__pregnancy="yes")
    assert "Pregnancy is confirmed" in browser(Role.NURSE).get("/today?when=all").text
    for role in (Role.FRONT_DESK, Role.BILLER):
        page = browser(role).get("/today?when=all").text
        assert "a clinician has to look at it" in page
        assert "regnan" not in page
    refused = clinic.by(Role.FRONT_DESK).get(f"/episodes/{clinic.at}/do/LogConservativeCare").text
    assert "regnan" not in refused


def test_calls_say_by_when_and_why(home, clock, sees):
    clock.now = clock.now.replace(hour=10) + (home.store.episode(EPISODE).sessions[-1].prompts[-1].due - clock.now)
    page = sees(Role.NURSE, "/calls").text
    assert "overdue" in page
    assert f"/episodes/{EPISODE}/do/" in page


def test_the_policy_page_shows_values_with_source_and_grade_by_date(sees):
    page = sees(Role.PHYSICIAN, "/site/policy").text
    assert "relief_percent" in page
    assert "clinic.toml" in page or "patient leaflet" in page
    assert sees(Role.PHYSICIAN, "/site/policy?on=2019-01-01").status_code == 422
    assert sees(Role.BILLER, "/site/policy").status_code == 403


def test_the_payer_list_names_what_the_record_does_not_show(sees):
    page = sees(Role.BILLER, "/payers")
    assert page.status_code == 200
    assert "gap" in page.text or "complete" in page.text
    assert sees(Role.NURSE, "/payers").status_code == 403


def test_what_somebody_types_is_shown_as_text(site, clock, browser):
    clinic = ClinicByForms(site, clock, browser)
    clinic.requested(**{"request.reason": "<script>alert(1)</script> & pain"})
    page = clinic.by(Role.NURSE).get(f"/episodes/{clinic.at}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
