"""Asking for an appointment with a thumb: the body map, what is kept on the way, and what a yes is told at once."""

from on_pages import PHONE


def test_a_touch_on_the_map_ticks_the_list_and_is_kept_without_a_button(page_of):
    page = page_of(None, PHONE, has_touch=True)
    page.goto("/request/where")
    spot = page.get_by_role("button", name="the buttock, left")
    spot.tap()
    assert spot.get_attribute("aria-pressed") == "true"
    assert "the buttock, left" in page.inner_text("#body-map-told")
    assert page.locator('input[name="area"][value="buttock-left"]').is_checked()
    page.get_by_text("Kept.").wait_for()
    page.reload()
    assert page.get_by_role("button", name="the buttock, left").get_attribute("aria-pressed") == "true"


def test_the_map_works_by_keyboard_and_the_list_paints_it(page_of):
    page = page_of(None, PHONE)
    page.goto("/request/where")
    spot = page.get_by_role("button", name="the groin, right")
    spot.focus()
    page.keyboard.press("Space")
    assert spot.get_attribute("aria-pressed") == "true"
    page.locator("#area-more summary").click()
    page.locator('input[name="area"][value="groin-right"]').uncheck()
    assert spot.get_attribute("aria-pressed") == "false"


def test_an_urgent_yes_is_answered_before_the_page_is_sent(page_of):
    page = page_of(None, PHONE)
    page.goto("/request/signs")
    alert = page.locator('[data-at-once="sign_saddle"]')
    assert alert.is_hidden()
    page.locator('input[name="sign_saddle"][value="yes"]').check()
    assert "Call the emergency number now" in alert.inner_text()
    page.locator('input[name="sign_saddle"][value="no"]').check()
    assert alert.is_hidden()


def test_without_script_everything_but_the_map_is_there(page_of):
    page = page_of(None, PHONE, java_script_enabled=False)
    page.goto("/request/where")
    assert page.locator("#body-map").is_hidden()
    page.locator('input[name="area"][value="buttock-left"]').check()
    page.locator('input[name="side"][value="left"]').check()
    page.get_by_role("button", name="Next").click()
    assert page.url.endswith("/request/since")
