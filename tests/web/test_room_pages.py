"""The room's pages: who may open which, what a bad form says, and an image that never leaves without SIMULATED."""

from decimal import Decimal
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from sijoint.cohort.rehearsal import RehearsalChoice
from sijoint.fluoroscopy import encode, take_image, volume_from_hu
from sijoint.frames import CArmPose, Detector, Grid, ReceptorTilt, Side, load_carm_model
from sijoint.model import Role, Target
from sijoint.room.commands import EndProcedure
from sijoint.web.room.live_room import LiveRoom
from sijoint.web.room.registry import live_rooms

FILLED = {"pelvis": "bundled", "side": "left", "target": "intra-articular", "case": "ordinary"}
CHOICE = RehearsalChoice(Side.LEFT, Target.INTRA_ARTICULAR, seed=5)


@pytest.fixture(autouse=True)
def _no_process(monkeypatch):
    """Pages alone: what a room's process does is tested with the process."""
    monkeypatch.setattr(LiveRoom, "start", lambda self: None)


@pytest.fixture
def opened(site):
    """A room that the trainee has opened."""
    return live_rooms(site).open_rehearsal(site.people.person("trainee"), CHOICE)


@pytest.fixture(scope="module")
def frame():
    grid = Grid.from_spacing((24, 24, 24), (8, 8, 8), (-92, -92, -92))
    hu = np.full(grid.shape, -1000, np.int16)
    hu[2:-2, 2:-2] = 30
    body = volume_from_hu(grid, hu)
    carm = load_carm_model()
    direction = ReceptorTilt(0.0, 0.0).direction
    pose = CArmPose.towards(direction, grid.centre_mm, carm.source_detector_mm, carm.source_isocentre_mm)
    return take_image(body, pose, carm, Detector(96, 96, 3.1), rng=np.random.default_rng(1))


def test_a_trainee_opens_a_rehearsal_and_comes_to_its_page(browser, site):
    answer = browser(Role.TRAINEE).post("/rooms", data=FILLED)
    assert answer.status_code == 303
    page = browser(Role.TRAINEE).get(answer.headers["location"])
    assert page.status_code == 200
    assert "SIMULATED" in page.text
    assert f'data-live="{answer.headers["location"]}/live"' in page.text
    assert page.headers["cache-control"] == "no-store"


def test_a_half_filled_form_says_what_is_missing_and_keeps_what_was_typed(browser, site):
    answer = browser(Role.TRAINEE).post("/rooms", data={**FILLED, "pelvis": "library", "number": "", "bmi": "31"})
    assert answer.status_code == 422
    assert "The number of the pelvis is missing" in answer.text
    assert 'value="31"' in answer.text
    assert live_rooms(site).list(site.people.person("trainee")) == ()


@pytest.mark.parametrize("role", [Role.PATIENT, Role.FRONT_DESK, Role.BILLER, Role.AUDITOR])
def test_the_room_is_for_those_who_rehearse(browser, opened, role):
    for path in ("/rooms", f"/rooms/{opened}"):
        assert browser(role).get(path).status_code == 403
    assert browser(role).post("/rooms", data=FILLED).status_code == 403


def test_another_trainee_may_not_know_of_it_and_an_instructor_may_look(browser, opened):
    assert browser(Role.RESEARCHER).get(f"/rooms/{opened}").status_code == 404
    assert browser(Role.PHYSICIAN).get(f"/rooms/{opened}").status_code == 200
    assert browser().get(f"/rooms/{opened}").status_code == 303


@pytest.mark.parametrize("name", ["nothing", "..about", "%2e%2e%2fclinic.db", "a" * 300])
def test_a_room_that_there_is_not(browser, name):
    assert browser(Role.PHYSICIAN).get(f"/rooms/{name}").status_code == 404


def test_own_rooms_are_found_again_until_they_ended_and_then_the_debrief(browser, site, opened):
    page = browser(Role.TRAINEE).get("/rooms").text
    assert f'href="/rooms/{opened}"' in page
    live_rooms(site).room(opened).folder.done(EndProcedure(id="e", at_s=1.0))
    page = browser(Role.TRAINEE).get("/rooms").text
    assert f'href="/rooms/{opened}"' not in page
    assert f'href="/rooms/{opened}/debrief"' in page


def test_the_list_holds_nobody_elses_rooms(browser, opened):
    assert opened not in browser(Role.PHYSICIAN).get("/rooms").text


def test_the_page_does_not_tell_what_a_surprise_hides(browser, site):
    choice = RehearsalChoice(Side.LEFT, Target.INTRA_ARTICULAR, seed=5, causes="vascular")
    room = live_rooms(site).open_rehearsal(site.people.person("trainee"), choice)
    page = browser(Role.TRAINEE).get(f"/rooms/{room}").text
    told = page.replace('value="vascular" required> vascular', "").replace(
        "vascular part", ""
    )  # the judgement's choices
    assert "vascular" not in told


def test_a_kept_image_is_a_file_with_its_strips(browser, site, opened, frame):
    sha256 = live_rooms(site).room(opened).folder.keep_image(*encode(frame))
    answer = browser(Role.TRAINEE).get(f"/rooms/{opened}/images/{sha256}.png?save=1")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"] == f'attachment; filename="simulated-{sha256[:12]}.png"'
    picture = Image.open(BytesIO(answer.content))
    assert picture.width == 96
    assert picture.height > 96
    assert np.asarray(picture)[:15].max() > 100  # SIMULATED and the sides stand above the field


@pytest.mark.parametrize("sha256", ["0" * 64, "..%2fabout", "x"])
def test_an_image_that_there_is_not(browser, opened, sha256):
    assert browser(Role.TRAINEE).get(f"/rooms/{opened}/images/{sha256}.png").status_code == 404


def test_an_image_of_anothers_room_is_not_there(browser, site, opened, frame):
    sha256 = live_rooms(site).room(opened).folder.keep_image(*encode(frame))
    assert browser(Role.RESEARCHER).get(f"/rooms/{opened}/images/{sha256}.png").status_code == 404


def test_the_page_offers_the_needles_and_the_eleven_patterns(browser, opened):
    page = browser(Role.TRAINEE).get(f"/rooms/{opened}").text
    assert page.count('name="pattern"') == 11
    assert "22 G, 90 mm" in page


def test_the_collimator_reaches_as_far_as_the_detector_sees(browser, opened):
    carm = load_carm_model()
    whole = carm.detector.columns * carm.detector.pixel_mm * carm.source_isocentre_mm / carm.source_detector_mm
    page = browser(Role.TRAINEE).get(f"/rooms/{opened}").text
    assert str(Decimal(whole / 2).quantize(Decimal("0.01"))) in page


def test_no_procedure_can_be_performed_in_an_episode_that_is_not_there(browser):
    assert browser(Role.PHYSICIAN).post("/episodes/nothing/room").status_code == 404
