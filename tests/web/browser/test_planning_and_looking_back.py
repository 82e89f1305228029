"""Planner, debrief, instructor's window and learning curve in a real browser: by keyboard, and nothing serious for axe."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import rehearsed
from on_pages import PHONE, serious

pytestmark = pytest.mark.deep  # a pelvis is planned in the server: some ten seconds
PLANNER = "/planner/bundled/left/intra-articular"
LONG_MS = 120_000


@pytest.fixture(scope="module")
def rehearsal(server):
    """A trainee's rehearsal that ended, in the folder of the site."""
    site = SimpleNamespace(data=server.store.parent, clock=lambda: datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    folder = rehearsed.rehearse(site, "seen-in-browser", by="t-reyes")
    rehearsed.keep_noise(folder)
    return "/rooms/seen-in-browser"


@pytest.fixture
def planner(page_of):
    """The planner's page, computed and drawn."""
    page = page_of("t-reyes")
    page.goto(PLANNER)
    page.wait_for_selector("#planner[data-ready]", timeout=LONG_MS)
    return page


def test_the_map_is_walked_and_chosen_from_by_keys(planner, axe, shot):
    planner.focus("#map td[tabindex='0']")
    planner.keyboard.press("ArrowLeft")
    planner.keyboard.press("ArrowUp")
    assert planner.inner_text("#cell-words").startswith("receptor 5° to the patient's left, 5° cephalad")
    with planner.expect_response(lambda answer: "view.png?left_deg=5&cephalad_deg=5" in answer.url, timeout=LONG_MS):
        planner.keyboard.press("Enter")
    assert planner.input_value("#go-left") == "5"
    assert planner.get_attribute("#map td.chosen", "aria-selected") == "true"
    assert serious(planner, axe) == []
    shot(planner, "planner")


def test_cuts_are_moved_by_keys_and_say_where_they_are(planner):
    slider = planner.locator("[data-cut='axial'] input")
    slider.focus()
    for _ in range(6):
        slider.press("ArrowRight")
    told = planner.locator("[data-cut='axial'] output")
    assert told.inner_text().startswith("3.0 mm cephalad of the target.")
    assert slider.get_attribute("aria-valuetext") == told.inner_text()


def test_an_open_room_is_told_where_to_drive(planner):
    room = planner.context.new_page()
    room.goto("/planner")
    room.evaluate(
        """() => { const line = new BroadcastChannel("sij-room-open1");
            line.onmessage = ({data}) => { window.told = data; line.postMessage({driven: true}); }; }"""
    )
    planner.goto(f"{PLANNER}?room=open1")
    planner.wait_for_selector("#planner[data-ready]", timeout=LONG_MS)
    planner.click(".go-to >> nth=1")
    planner.get_by_text("The room's C-arm goes there.").wait_for()
    told = room.evaluate("window.told")
    assert (told["left_deg"], told["cephalad_deg"]) == (0, 0)
    assert len(told["isocentre_mm"]) == 3


def test_a_room_that_is_not_open_is_said(planner):
    planner.goto(f"{PLANNER}?room=nowhere")
    planner.wait_for_selector("#planner[data-ready]", timeout=LONG_MS)
    planner.click("#go button")
    planner.get_by_text("The room's page does not answer").wait_for()


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desk", "phone"])
def test_the_debrief_is_played_by_keys(page_of, rehearsal, viewport, axe, shot):
    page = page_of("t-reyes", viewport) if viewport else page_of("t-reyes")
    page.goto(f"{rehearsal}/debrief")
    page.wait_for_selector("#debrief[data-ready]", timeout=LONG_MS)
    page.focus("#scrub")
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    assert page.inner_text("#clock") == "0:50"
    assert page.inner_text("#happened").startswith("Contrast: 0.5 mL")
    assert page.inner_text("#truth-words").startswith("Tip in the cleft, 3.0 mm from the target.")
    page.click("#play")
    page.locator("#play[aria-pressed='true']").wait_for()
    page.locator("#play[aria-pressed='false']").wait_for(timeout=LONG_MS)
    assert page.inner_text("#happened") == "The procedure ends."
    assert serious(page, axe) == []
    shot(page, f"debrief-{'phone' if viewport else 'desk'}")


def test_the_instructor_looks_in_and_the_curve_is_read(page_of, rehearsal, axe, shot):
    page = page_of("dr-lind")
    page.goto(f"{rehearsal}/instructor")
    page.locator("#feed li").first.wait_for()
    page.wait_for_selector("#instructor[data-ready]", timeout=LONG_MS)
    assert page.inner_text("#truth-words").startswith("Tip in the cleft")
    assert page.locator("#near tr").count() == 4
    assert serious(page, axe) == []
    shot(page, "instructor")
    page.goto("/rooms/learning")
    assert page.locator(".curves svg").count() == 4
    assert serious(page, axe) == []
