"""The planner: one computation a pelvis, side and target; a map that says in words what it shows; views and cuts as files."""

import gzip
import json
import re
import struct
from concurrent.futures import Future

import pytest

from sijoint.cohort import Case
from sijoint.fluoroscopy import volume_from_hu
from sijoint.frames import load_carm_model
from sijoint.guidance import NoPlan
from sijoint.model import Role
from sijoint.web.room.look_ahead import Waiting, asked_for, desk_of

AT = "/planner/bundled/left/intra-articular"


@pytest.fixture(scope="session")
def planned_case(pelvis, body):
    return Case(pelvis, body, volume_from_hu(pelvis.ct.grid, pelvis.ct.hu), load_carm_model())


@pytest.fixture(scope="session")
def looks():
    """What was planned once stays planned for the tests after it."""
    return {}


@pytest.fixture
def planned(site, planned_case, looks):
    """The site with the bundled pelvis ready and its left joint planned."""
    desk = desk_of(site)
    desk._cases["bundled"] = planned_case
    asked = asked_for("bundled", "left", "intra-articular")
    if not looks:
        looks[asked] = desk.ready(asked)
    done = Future()
    done.set_result(looks[asked])
    desk._waiting[asked] = Waiting(done)
    return looks[asked]


@pytest.fixture
def trainee(browser, planned):
    return browser(Role.TRAINEE)


def test_a_choice_leads_to_its_page(browser):
    client = browser(Role.TRAINEE)
    assert "Into the joint" in client.get("/planner").text
    asked = {"pelvis": "library", "seed": "17", "side": "right", "target": "ligament"}
    assert client.get("/planner", params=asked).headers["location"] == "/planner/library-17/right/ligament"
    assert client.get("/planner", params=asked | {"room": "abc"}).headers["location"].endswith("?room=abc")


def test_a_number_that_no_library_has_is_refused_in_a_sentence(browser):
    answer = browser(Role.TRAINEE).get("/planner", params={"pelvis": "library", "seed": "-3"})
    assert answer.status_code == 422
    assert "number of a library pelvis" in answer.text


@pytest.mark.parametrize(
    "path", ["/planner/other/left/ligament", "/planner/bundled/up/ligament", "/planner/bundled/left/knee"]
)
def test_what_there_is_not_is_not_here(browser, path):
    assert browser(Role.TRAINEE).get(path).status_code == 404


def test_the_page_tells_plans_with_reasons_and_margins(trainee, planned):
    text = trainee.get(AT).text
    assert len(re.findall(r"<strong>Plan \d</strong>", text)) == len(planned.plans)
    first = planned.plans[0]
    for reason in first.reasons:
        assert reason[1:].replace("'", "&#39;") in text
    assert text.count("its own label") + text.count("bony landmarks") == len(first.margins_mm)


def test_another_plan_has_its_own_margins(trainee, planned):
    assert f"Why plan {len(planned.plans)}" in trainee.get(f"{AT}?plan={len(planned.plans)}").text
    assert trainee.get(f"{AT}?plan={len(planned.plans) + 1}").status_code == 404
    assert trainee.get(f"{AT}?plan=0").status_code == 404


def test_the_map_is_a_grid_that_keys_can_walk(trainee):
    text = trainee.get(AT).text
    cells = re.findall(r'<td role="gridcell" tabindex="(-?\d)"[^>]*aria-label="(receptor [^"]+)"', text)
    assert len(cells) == 19 * 19
    assert [tabindex for tabindex, _ in cells].count("0") == 1
    assert len({words for _, words in cells}) == len(cells)


def test_the_page_allows_what_its_library_needs_and_no_more(trainee):
    policy = trainee.get(AT).headers["content-security-policy"]
    assert "worker-src 'self' blob:" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


def test_nothing_on_it_is_styled_or_run_inline(trainee):
    text = trainee.get(AT).text
    assert " style=" not in text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\son\w+=", text)


def test_the_facts_are_those_of_the_plans(trainee, planned):
    told = trainee.get(f"{AT}/plan.json").json()
    assert [one["depth_mm"] for one in told["plans"]] == [round(one.depth_mm, 2) for one in planned.plans]
    assert len(told["map"]["open_share"]) == len(planned.views(1).measures)
    assert "NaN" not in json.dumps(told)


def test_the_volume_is_the_ct(trainee, pelvis):
    answer = trainee.get(f"{AT}/ct.nii")
    assert struct.unpack_from("<3h", answer.content, 42) == pelvis.ct.grid.shape
    assert len(answer.content) == 352 + 2 * pelvis.ct.hu.size


def test_the_scene_holds_the_bones_of_the_side_as_glass(trainee, planned):
    content = trainee.get(f"{AT}/scene.bin").content
    assert content == gzip.decompress(planned.scene_gz)
    (length,) = struct.unpack_from("<I", content, 4)
    roles = {one["name"]: one["role"] for one in json.loads(content[8 : 8 + length])}
    assert (roles["hip_left"], roles["hip_right"], roles["cleft"]) == ("glass", "bone", "cleft")


def test_a_view_is_an_image_and_the_same_each_time(trainee):
    asked = {"left_deg": 10.2, "cephalad_deg": -5}
    first = trainee.get(f"{AT}/view.png", params=asked)
    assert first.content[:4] == b"\x89PNG"
    assert trainee.get(f"{AT}/view.png", params=asked | {"left_deg": 10.1}).content == first.content


@pytest.mark.parametrize("left", ["nan", "inf", "500", "north"])
def test_a_direction_that_is_none_is_refused(trainee, left):
    assert trainee.get(f"{AT}/view.png", params={"left_deg": left, "cephalad_deg": 0}).status_code == 422


def test_while_it_is_computed_the_page_says_what_is_done(browser, site):
    asked = asked_for("bundled", "right", "ligament")
    desk_of(site)._waiting[asked] = Waiting(Future(), "searching the needle's ways")
    client = browser(Role.TRAINEE)
    page = client.get("/planner/bundled/right/ligament")
    assert "Searching the needle&#39;s ways" in page.text
    progress = client.get("/planner/bundled/right/ligament/progress")
    assert "hx-refresh" not in progress.headers


def test_when_it_is_done_the_page_is_told_to_load_again(trainee):
    assert trainee.get(f"{AT}/progress").headers["hx-refresh"] == "true"


def test_no_plan_is_said_with_its_reason(browser, site):
    asked = asked_for("bundled", "right", "intra-articular")
    refused = Future()
    refused.set_exception(NoPlan("no plan for the right side: the joint is fused"))
    desk_of(site)._waiting[asked] = Waiting(refused)
    client = browser(Role.TRAINEE)
    assert "No plan for the right side: the joint is fused" in client.get("/planner/bundled/right/intra-articular").text
    assert client.get("/planner/bundled/right/intra-articular/plan.json").status_code == 404


def test_a_patient_does_not_plan(browser):
    assert browser(Role.PATIENT).get("/planner").status_code == 403
