"""The live room in a real browser: a trainee images, places a needle, injects and loses the line in between."""

import pytest
from on_pages import DESK, PHONE, serious

pytestmark = pytest.mark.usefixtures("watch")
PREPARED = 90_000  # ms; the room's own process reads the CT first


@pytest.fixture(scope="module")
def opened(server, chromium):
    """One rehearsal for all: its path, opened through the form."""
    from on_pages import session_of

    context = chromium.new_context(base_url=server.address, viewport=DESK)
    context.add_cookies([{"name": "sij", "value": session_of(server, "t-reyes"), "url": server.address}])
    page = context.new_page()
    page.goto("/rooms")
    page.locator("form.rehearse button.primary").click()
    page.wait_for_url("**/rooms/*")
    path = page.url.removeprefix(server.address)
    page.locator("#pedal:enabled").wait_for(timeout=PREPARED)
    context.close()
    return path


@pytest.fixture
def room(page_of, opened):
    def entered(viewport=DESK, who="t-reyes", **more):
        page = page_of(who, viewport, **more)
        page.goto(opened)
        page.locator("#pedal:enabled").wait_for(timeout=30_000)
        return page

    return entered


def seconds(page) -> float:
    return float(page.locator("#dose-seconds").inner_text())


def sequence_drawn(page) -> str:
    """Something of the canvas that changes with every picture."""
    return page.evaluate(
        "() => { const one = document.getElementById('live'); const data = one.getContext('2d').getImageData(0, 0, one.width, one.height).data;"
        " let sum = 0; for (let n = 0; n < data.length; n += 997) sum = (sum * 31 + data[n]) % 1e9; return String(sum); }"
    )


def test_the_space_bar_makes_pictures_and_doses_and_the_last_one_holds(room, shot, axe):
    page = room()
    before, dark = seconds(page), sequence_drawn(page)
    page.keyboard.down(" ")
    page.wait_for_function("before => Number(document.getElementById('dose-seconds').textContent) > before", arg=before)
    page.wait_for_timeout(800)
    page.keyboard.up(" ")
    page.wait_for_timeout(700)
    held, after = sequence_drawn(page), seconds(page)
    assert held != dark
    assert after > before
    page.wait_for_timeout(600)
    assert seconds(page) == after, "no dose once the foot is off"
    assert sequence_drawn(page) == held, "the last image holds"
    shot(page, "room-image", whole=False)
    assert serious(page, axe) == []


def test_by_keyboard_alone_the_needle_goes_in_and_the_twin_tells_it(room, shot, axe):
    """Tab, arrows and named keys; no pointer is moved."""
    page = room()
    page.keyboard.press("x")
    page.locator("#image-kind", has_text="none yet").wait_for(state="detached", timeout=5000)
    page.locator("#needle-code").focus()
    page.locator("#needle-choose").focus()
    page.keyboard.press("Enter")
    page.locator("#needle[data-stage=chosen], #needle .when-chosen-only #insert").first.wait_for()
    page.keyboard.press("m")
    page.keyboard.press("Enter")
    page.locator("#insert:enabled").focus()
    page.keyboard.press("Enter")
    page.locator("#depth").wait_for()
    page.locator("body").focus()
    page.keyboard.press("5")
    for _ in range(6):
        page.keyboard.press(".")
        page.wait_for_timeout(150)
    page.wait_for_function("() => Number(document.getElementById('depth').textContent) >= 10")
    page.keyboard.press("t")
    twin = page.locator("#twin")
    twin.wait_for()
    assert "mm" in twin.inner_text()
    shot(page, "room-needle", whole=False)
    assert serious(page, axe) == []


def test_a_lost_line_lets_go_of_the_pedal_and_the_room_goes_on_where_it_was(page_of, opened):
    """The line is cut under a pressed pedal; the page finds the room again by itself."""
    page, lines = page_of("t-reyes"), []
    page.route_web_socket("**/live", lambda line: lines.append((line, line.connect_to_server())))
    page.goto(opened)
    page.locator("#pedal:enabled").wait_for(timeout=30_000)
    depth, before = page.locator("#depth").inner_text(), seconds(page)
    page.keyboard.down(" ")
    page.wait_for_function("before => Number(document.getElementById('dose-seconds').textContent) > before", arg=before)
    for end in lines.pop(0):
        end.close()
    page.locator("#line[data-open=false]").wait_for()
    page.locator("#line[data-open=true]").wait_for(timeout=20_000)
    page.locator("#pedal:enabled").wait_for(timeout=20_000)
    told = [seconds(page)]
    # What was under way is still told; a held pedal never comes to rest.
    while len(told) < 3 or len(set(told[-3:])) > 1:
        assert len(told) < 20, "a line that is gone holds no pedal, though the key is still down"
        page.wait_for_timeout(1000)
        told.append(seconds(page))
    assert page.locator("#depth").inner_text() == depth
    page.keyboard.up(" ")


def test_the_room_fits_a_phone_and_double_size(room, shot):
    for name, viewport in {"phone": PHONE, "double": {"width": 720, "height": 450}}.items():
        page = room(viewport)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), name
        shot(page, f"room-{name}", whole=False)
        page.context.close()


def test_somebody_elses_room_is_not_there(page_of, opened, watch):
    page = page_of("n-duarte")
    watch.expected.add(403)
    answer = page.goto(opened)
    assert answer.status in (403, 404)
