"""Looking back at a rehearsal, the instructor's window, and the learning curve: who may see the truth, and when."""

import re
from concurrent.futures import Future
from types import SimpleNamespace

import pytest
import rehearsed

import made_up_episode as made_up
import room_told
from sijoint.guidance import NoPlan
from sijoint.model import Role, StoreKind
from sijoint.room.truth import write_truth
from sijoint.web.clinic.visitor import require_view
from sijoint.web.room import looked_back
from sijoint.web.room.look_ahead import Waiting, asked_for, desk_of

ROOM = "room1"
AT = f"/rooms/{ROOM}/debrief"
WINDOW = f"/rooms/{ROOM}/instructor"


@pytest.fixture(autouse=True)
def unplanned(site):
    """A pelvis that cannot be planned any more: the debrief does without its bones and its plan, and at once."""
    refused = Future()
    refused.set_exception(NoPlan("no plan for the left side: the CT does not show that joint"))
    desk_of(site)._waiting[asked_for("bundled", "left", "intra-articular")] = Waiting(refused)


@pytest.fixture
def ended(site):
    return rehearsed.rehearse(site, ROOM)


@pytest.fixture
def running(site):
    return rehearsed.rehearse(site, ROOM, ended=False)


def test_whoever_rehearsed_looks_back_at_all_of_it(browser, ended):
    text = browser(Role.TRAINEE).get(AT).text
    assert "Tip in the joint" in text
    assert "3.0 mm" in text
    assert "0.9 mL joint (90 %), 0.1 mL muscle (10 %)" in text
    assert "Nacey, AJR 2016" in text
    assert "judged as it was" in text
    assert len(re.findall(r"data-moment=", text)) == len(room_told.events())


@pytest.mark.parametrize(
    "path",
    [
        AT,
        f"{AT}.json",
        f"{AT}.pdf",
        f"{AT}/course.json",
        WINDOW,
        f"{WINDOW}/now.json",
        f"{WINDOW}/still.json",
        f"{WINDOW}/scene.bin",
    ],
)
def test_a_trainee_finds_no_truth_before_the_end(browser, running, path):
    answer = browser(Role.TRAINEE).get(path)
    assert answer.status_code == 404
    assert "cleft" not in answer.text


@pytest.mark.parametrize("path", [WINDOW, f"{WINDOW}/now.json", f"{WINDOW}/still.json", f"{WINDOW}/scene.bin"])
@pytest.mark.parametrize("role", [Role.TRAINEE, Role.NURSE, Role.RADIOGRAPHER, Role.RESEARCHER])
def test_the_window_is_not_there_for_who_is_no_instructor(browser, ended, role, path):
    assert browser(role).get(path).status_code == 404


def test_the_list_of_rooms_leads_a_trainee_to_no_truth(browser, running):
    client = browser(Role.TRAINEE)
    for path in ("/rooms", "/rooms/learning"):
        assert "instructor" not in client.get(path).text.lower()


def test_the_debrief_tells_what_the_case_held(browser, ended):
    assert "What the case held:</strong> the joint takes about" in browser(Role.TRAINEE).get(AT).text


def test_somebody_elses_rehearsal_is_not_here(browser, ended):
    assert browser(Role.NURSE).get(AT).status_code == 404
    assert browser(Role.PHYSICIAN).get(AT).status_code == 200


def test_a_room_that_never_was_is_not_here(browser, site):
    for room in ("nothing", "..", "a%2f..%2fb"):
        assert browser(Role.PHYSICIAN).get(f"/rooms/{room}/debrief").status_code == 404


def test_the_instructor_sees_the_truth_while_it_runs(browser, running):
    client = browser(Role.PHYSICIAN)
    assert "the joint takes about" in client.get(WINDOW).text
    now = client.get(f"{WINDOW}/now.json").json()
    assert now["truth"]["tip_in_cleft"] is True
    assert now["truth"]["volumes_ml"] == {"joint": 0.5}
    assert not now["ended"]
    later = client.get(f"{WINDOW}/now.json", params={"after": now["count"]}).json()
    assert later["moments"] == []
    assert "does not show" in client.get(f"{WINDOW}/still.json").json()["never"]


def test_who_opens_their_own_room_is_told_what_the_window_costs(browser, site):
    rehearsed.rehearse(site, ROOM, by="physician", ended=False)
    assert "You opened this room yourself" in browser(Role.PHYSICIAN).get(WINDOW).text


def test_the_course_holds_every_moment_and_the_truth_beside_it(browser, ended):
    told = browser(Role.TRAINEE).get(f"{AT}/course.json").json()
    assert [one["at_s"] for one in told["moments"]] == sorted(one["at_s"] for one in told["moments"])
    assert [one["command_id"] for one in told["track"]] == ["c4", "c7"]
    assert told["plan"] is None
    assert told["target_mm"] == list(room_told.TARGET)


def test_the_measures_are_there_for_a_program(browser, ended):
    told = browser(Role.TRAINEE).get(f"{AT}.json").json()
    values = {one["code"]: one["value"] for one in told["measures"]}
    assert values["fluoroscopy_seconds"] == 14
    assert told["published"]["fluoroscopy_seconds"][0]["grade"] == "A"


def test_it_is_printed(browser, ended):
    answer = browser(Role.TRAINEE).get(f"{AT}.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_an_image_of_it_is_shown(browser, ended):
    name = rehearsed.keep_noise(ended)
    answer = browser(Role.TRAINEE).get(f"/rooms/{ROOM}/images/{name}.png")
    assert answer.content[:4] == b"\x89PNG"


def test_looking_back_leaves_the_folder_as_it_was(browser, ended):
    before = {path.name: path.read_bytes() for path in ended.path.iterdir() if path.is_file()}
    for path in (AT, f"{AT}/course.json", f"{AT}.pdf", "/rooms/learning"):
        assert browser(Role.TRAINEE).get(path).status_code == 200
    assert {path.name: path.read_bytes() for path in ended.path.iterdir() if path.is_file()} == before


def test_the_curve_is_ones_own_and_an_instructors_everybodys(browser, site):
    rehearsed.rehearse(site, "one")
    rehearsed.rehearse(site, "two", by="nurse")
    rehearsed.rehearse(site, "three", ended=False)
    own = browser(Role.TRAINEE).get("/rooms/learning").text
    assert "/rooms/one/debrief" in own
    assert "/rooms/two/debrief" not in own
    assert "/rooms/three/debrief" not in own
    every = browser(Role.PHYSICIAN).get("/rooms/learning").text
    assert "/rooms/one/debrief" in every
    assert "/rooms/two/debrief" in every
    assert "Nurse of tests" in every


def test_a_trainee_cannot_ask_for_anothers_curve(browser, site):
    rehearsed.rehearse(site, "one")
    rehearsed.rehearse(site, "two", by="nurse")
    text = browser(Role.TRAINEE).get("/rooms/learning", params={"of": "Nurse of tests"}).text
    assert "/rooms/two/debrief" not in text
    assert "Nurse of tests" not in text


def test_a_curve_of_nothing_says_so(browser):
    assert "No rehearsal has ended yet" in browser(Role.TRAINEE).get("/rooms/learning").text


@pytest.mark.parametrize("path", [AT, "/rooms/learning"])
def test_nothing_is_styled_or_run_inline(browser, ended, path):
    text = browser(Role.TRAINEE).get(path).text
    assert " style=" not in text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)


@pytest.fixture
def performed(site, monkeypatch):
    """A virtual patient's two injections, and what the simulator knew of the first. Who may look is asked as ever."""
    episode = made_up.episode()

    def look(site, person, episode_id):
        require_view(person)
        return SimpleNamespace(seen=SimpleNamespace(episode=episode))

    monkeypatch.setattr(looked_back, "look", look)
    write_truth(site.data / "truth", room_told.truth(episode.sessions[0].procedure.id))
    return f"/episodes/{episode.id}/debrief"


def test_a_virtual_patients_procedure_is_looked_back_at(browser, performed):
    client = browser(Role.PHYSICIAN)
    text = client.get(f"{performed}/1").text
    assert "virtual patient, left side" in text.lower()
    assert "0.9 mL joint (90 %), 0.1 mL muscle (10 %)" in text
    told = client.get(f"{performed}/1/course.json").json()
    assert told["track"] == []
    assert told["last_path_mm"] == [list(point) for point in room_told.truth().needle_path_mm]
    assert client.get(f"{performed}/1.pdf").content.startswith(b"%PDF")


def test_without_a_truth_there_is_nothing_to_look_back_at(browser, performed):
    assert [browser(Role.PHYSICIAN).get(f"{performed}/{number}").status_code for number in (0, 2, 9)] == [404] * 3


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.PATIENT, Role.FRONT_DESK, Role.AUDITOR])
def test_a_patients_procedure_is_not_for_everybody(browser, performed, role):
    assert browser(role).get(f"{performed}/1").status_code == 403


def test_a_care_store_knows_no_truth(browser, site, performed, monkeypatch):
    monkeypatch.setattr(type(site), "kind", StoreKind.CARE)
    assert browser(Role.PHYSICIAN).get(f"{performed}/1").status_code == 404


def test_an_instructor_finds_the_rooms_that_have_not_ended(browser, running, site):
    rehearsed.rehearse(site, "over")
    text = browser(Role.PHYSICIAN).get("/rooms/running").text
    assert f"/rooms/{ROOM}/instructor" in text
    assert "/rooms/over/instructor" not in text
    assert browser(Role.TRAINEE).get("/rooms/running").status_code == 404
