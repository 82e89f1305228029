"""The diary as a patient's thumb meets it: few taps, nothing lost without a network, nothing kept twice, signs at once."""

import pytest
from on_pages import PHONE, serious

from sijoint.model import Answer
from sijoint.records import open_store

SMALLEST_TARGET = 44  # CSS pixels


@pytest.fixture
def phone(page_of):
    return lambda name: page_of(name, PHONE, has_touch=True)


@pytest.fixture
def entries(server):
    def kept(name):
        store = open_store(server.store)
        try:
            return store.episode(server.episode(name)).sessions[-1].entries
        finally:
            store.close()

    return kept


def answer(page, index=3, rest=1, signs="none") -> int:
    """The four questions and the signs; how many taps it took."""
    taps = 0
    for choice in (
        page.locator("#index .scale-number").nth(index),
        page.locator("#rest .scale-number").nth(rest),
        page.locator("#analgesic .choice", has_text="No"),
        page.locator("#resting .choice", has_text="No"),
        page.locator(f"#signs .choice:has(input[value={signs}])"),
    ):
        choice.tap()
        taps += 1
    return taps


def open_form(page) -> int:
    """Where no question is open now, the button for pain that is back; how many taps it took."""
    form = page.locator("details#form-place:not([open])")
    if form.count():
        form.locator("summary").first.tap()
        return 1
    return 0


def test_an_answer_takes_few_taps_and_comes_back_with_a_receipt(phone, entries, shot, axe):
    page, before = phone("Arjun Mehta"), entries("Arjun Mehta")
    page.goto("/d/own")
    taps = open_form(page) + answer(page)
    shot(page, "diary-filled")
    page.locator("button.send").tap()
    page.get_by_text("Your answer has arrived").wait_for()
    assert taps + 1 <= 8
    assert len(entries("Arjun Mehta")) == len(before) + 1
    assert serious(page, axe) == []
    shot(page, "diary-receipt")


def test_every_target_is_large_enough_for_a_thumb(phone):
    page = phone("Arjun Mehta")
    page.goto("/d/own")
    open_form(page)
    small = page.evaluate(
        """(least) => [...document.querySelectorAll('.scale-number, .choice, button, summary')]
        .map(one => [one.textContent.trim().slice(0, 20), one.getBoundingClientRect()])
        .filter(([, box]) => box.width && (box.width < least || box.height < least))
        .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)""",
        SMALLEST_TARGET,
    )
    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_a_network_the_answer_waits_and_is_sent_once(phone, entries, shot, watch):
    page, before = phone("Hannah Weiss"), entries("Hannah Weiss")
    page.goto("/d/own")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()  # now the worker governs the page
    page.context.set_offline(True)
    page.goto("/d/own")
    page.get_by_text("No network").wait_for()
    back = page.locator("#back-button")
    if back.is_visible():
        back.tap()
    answer(page, index=7, rest=4)
    page.locator("button.send").tap()
    page.get_by_text("1 answer waits").wait_for()
    shot(page, "diary-offline")
    assert len(entries("Hannah Weiss")) == len(before)
    page.context.set_offline(False)
    page.get_by_text("Your answer has arrived").wait_for(timeout=25_000)
    page.reload()
    page.locator("#asked").wait_for()
    kept = entries("Hannah Weiss")
    assert len(kept) == len(before) + 1
    assert kept[-1].index_nrs == 7
    watch.faults[:] = [one for one in watch.faults if "ERR_INTERNET_DISCONNECTED" not in one]


def test_a_warning_sign_is_told_at_once_without_a_network(phone, shot, watch):
    page = phone("Yumi Tanaka")
    page.goto("/d/own")
    open_form(page)
    page.context.set_offline(True)
    page.locator("#signs .choice:has(input[value=some])").tap()
    page.locator("#bladder_bowel_or_saddle_change .choice", has_text="Yes").tap()
    flag = page.locator("#flags .flag").first
    flag.wait_for()
    assert any(letter.isdigit() for letter in flag.inner_text()), "the emergency number"
    shot(page, "diary-red-flag-offline")
    page.context.set_offline(False)
    watch.faults[:] = [one for one in watch.faults if "ERR_INTERNET_DISCONNECTED" not in one]


def test_two_taps_in_a_row_are_one_answer(phone, entries):
    page, before = phone("Marcus Bell"), entries("Marcus Bell")
    page.goto("/d/own")
    open_form(page)
    answer(page, index=5, rest=2)
    page.evaluate("const send = document.querySelector('button.send'); send.click(); send.click(); send.click();")
    page.get_by_text("Your answer has arrived").wait_for()
    page.wait_for_timeout(500)
    assert len(entries("Marcus Bell")) == len(before) + 1


def test_without_scripts_the_plain_form_does_the_same(page_of, entries):
    page, before = (
        page_of("Sofia Lindgren", PHONE, has_touch=True, java_script_enabled=False),
        entries("Sofia Lindgren"),
    )
    page.goto("/d/own")
    open_form(page)
    answer(page, index=6, rest=3)
    page.locator("button.send").tap()
    page.wait_for_url("**/kept/*")
    assert len(entries("Sofia Lindgren")) == len(before) + 1
    assert entries("Sofia Lindgren")[-1].leg_weak.answer is Answer.NO
