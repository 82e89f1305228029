"""Learn: open to anybody, easy to read, with the site's own numbers, and every number of trainees with its source."""

import re
import sys
from pathlib import Path

import pytest

from sijoint.formulary import agents
from sijoint.model import Role
from sijoint.pathway import load_policy
from sijoint.web.learn.lessons import counted_risks, lessons, numbing_clocks, steroid_clocks

sys.path.insert(0, str(Path(__file__).parent.parent / "report"))

from readable import english_grade

POLICY = load_policy("clinic")
KEYS = [one.key for one in lessons(POLICY)]
GRADE_AT_MOST = 6.5  # as the patients' sheets: the sixth year of school


@pytest.mark.parametrize("key", KEYS)
def test_a_lesson_is_open_to_anybody_with_pictures_that_are_there(browser, key):
    page = browser().get(f"/learn/{key}")
    assert page.status_code == 200
    for source in re.findall(r'<img src="([^"]+)"', page.text):
        picture = browser().get(source)
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/webp")
    assert all(alt.strip() for alt in re.findall(r'alt="([^"]*)"', page.text))


def test_the_first_page_leads_to_every_lesson_and_to_the_request(browser):
    page = browser().get("/learn").text
    assert re.findall(r'href="/learn/(\w+)"', page) == KEYS
    assert 'href="/request"' in page
    assert browser().get("/learn/nothing").status_code == 404


def test_what_patients_read_is_easy():
    for lesson in lessons(POLICY):
        for part in lesson.parts:
            assert english_grade(" ".join(part.text)) <= GRADE_AT_MOST, (lesson.key, part.heading)


def test_what_patients_read_holds_no_number_but_the_sites(browser):
    text = " ".join(words for lesson in lessons(POLICY) for part in lesson.parts for words in part.text)
    ours = {str(POLICY.recovery_minutes), str(POLICY.soreness_days_from), str(POLICY.soreness_days_to)}
    assert set(re.findall(r"\d+(?:\.\d+)?", text)) <= ours | {"38.0", "112", "911"}
    assert f"about {POLICY.recovery_minutes} minutes" in browser().get("/learn/day").text


def test_windows_come_from_the_formulary_with_their_source(browser):
    page = browser().get("/learn/relief").text
    for clock in (*numbing_clocks(), *steroid_clocks()):
        assert clock.source
        assert clock.lasts in page
    lidocaine = next(one for one in agents() if one.code == "lidocaine_1_percent").anaesthetic.window
    assert f"within {lidocaine.latest_onset_min} minutes" in page
    assert "trials it lasted weeks to months" in page


def test_every_number_for_trainees_has_a_source_and_a_grade():
    for told in (*(one for lesson in lessons(POLICY) for one in lesson.facts), *counted_risks()):
        assert told.source
        assert told.grade in ("A", "B", "C", "GK", "D")


def test_simulated_and_modelled_are_named(browser):
    assert "Simulated pictures of a virtual injection" in browser().get("/learn/day").text
    assert "The border between joint and ligaments is a model" in browser().get("/learn/joint").text


def test_trainees_find_their_layer_open(browser):
    assert '<details class="more trainees" open>' in browser(Role.TRAINEE).get("/learn/joint").text
    assert '<details class="more trainees">' in browser().get("/learn/joint").text
