"""The diary on a phone without a network: kept on the phone, warned at once, sent later, and kept once by the server.

The server's clock here is months away from the phone's: what counts is the moment of answering, by the server's clock.
"""

import random
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import uvicorn

sys.path.insert(0, str(Path(__file__).parents[1]))

from on_pages import PHONE
from patient_course import BIRTH_YEAR, EPISODE, home_with_a_diary, link_for

from sijoint.model import Answer, DiaryEntry, Fact, PainScale
from sijoint.model.wire import to_wire
from sijoint.pathway import FlagTable, flag_table, red_flags
from sijoint.pathway.flag_table import ASKED
from sijoint.web import create_app
from sijoint.web.static_files import static

CASES = 1500
FACTS = ("leg_weak", "site_still_sore", *(name for name, _, _ in ASKED))
ONE_HOUR_QUESTION = timedelta(minutes=24)  # from going home, until the question after an hour is open


class RunningClock:
    """Begins at a moment of the course and runs."""

    def __init__(self) -> None:
        self.started = datetime.now(UTC)
        self.now = self.started

    def __call__(self) -> datetime:
        return self.now + (datetime.now(UTC) - self.started)


class Clinic:
    """The application under a real server in a thread, so that a test reads the same store."""

    def __init__(self, folder: Path) -> None:
        clock = RunningClock()
        self.site = home_with_a_diary(folder, clock)
        clock.now += ONE_HOUR_QUESTION
        self._server = uvicorn.Server(uvicorn.Config(create_app(self.site), port=0, log_config=None))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
        self.address = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    @property
    def session(self):
        return self.site.store.episode(EPISODE).sessions[-1]

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)


@pytest.fixture
def clinic(tmp_path):
    running = Clinic(tmp_path)
    yield running
    running.stop()


@pytest.fixture
def phone(clinic, chromium):
    """A phone on which the diary is open and kept for offline use."""
    context = chromium.new_context(base_url=clinic.address, viewport=PHONE)
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(link_for(clinic.site))
    page.fill("#birth_year", BIRTH_YEAR)
    page.click("button.primary")
    page.wait_for_selector("#diary-form")
    ready = "Promise.race([navigator.serviceWorker.ready.then(() => true), new Promise((no) => setTimeout(no, 15000, false))])"
    assert page.evaluate(ready), "the page is kept for offline use"
    yield page
    context.close()


def answer(page, index: int, signs: str = "none") -> None:
    """What a patient touches, and nothing else: five answers and a button."""
    touched = {"index": index, "rest": 1, "analgesic": "no", "resting": "no", "signs": signs}
    for name, value in touched.items():
        page.locator(f'input[name="{name}"][value="{value}"]').check(force=True)


def test_an_answer_given_offline_warns_at_once_and_arrives_once(clinic, phone):
    phone.context.set_offline(True)
    phone.reload()  # the page itself comes from the phone
    phone.wait_for_selector("#asked strong")
    assert "1 h after the injection" in phone.inner_text("#asked")
    answer(phone, 3, "some")
    phone.locator('input[name="bladder_bowel_or_saddle_change"][value="yes"]').check()
    warned = phone.inner_text("#flags")
    assert "Call the emergency number now: 112" in warned
    assert "This diary is not watched live" in warned
    phone.click(".send")
    phone.wait_for_selector("#given:not([hidden])")
    assert "is on this phone" in phone.inner_text("#given-head")
    assert "Call the emergency number now" in phone.inner_text("#given-flags")
    assert "1 answer waits on this phone" in phone.inner_text("#waiting")
    assert clinic.session.entries == ()

    phone.context.set_offline(False)
    phone.get_by_text("Your answer has arrived").wait_for()
    (entry,) = clinic.session.entries
    assert entry.bladder_bowel_or_saddle_change.answer is Answer.YES
    assert entry.device_answered is not None, "the phone's clock is months off; both times are kept"
    assert abs(entry.answered - clinic.site.clock()) < timedelta(minutes=5)
    assert phone.inner_text("#waiting") == ""
    phone.reload()
    phone.wait_for_selector("#asked")
    assert len(clinic.session.entries) == 1
    assert "Nothing to answer now" in phone.inner_text("#asked")


def test_an_answer_whose_receipt_was_lost_is_sent_again_and_kept_once(clinic, phone):
    def lose(route):
        if route.request.method == "POST":
            route.fetch()  # it arrives ...
            route.abort()  # ... and the phone does not hear of it
        else:
            route.continue_()

    phone.context.route("**/d/**", lose)
    answer(phone, 2)
    phone.click(".send")
    phone.wait_for_selector("#waiting .notice")
    assert "1 answer waits" in phone.inner_text("#waiting")
    assert len(clinic.session.entries) == 1
    phone.context.unroute("**/d/**")
    phone.evaluate("dispatchEvent(new Event('online'))")
    phone.get_by_text("Your answer has arrived").wait_for()
    assert len(clinic.session.entries) == 1
    assert phone.inner_text("#waiting") == ""


def test_a_page_left_open_in_two_tabs_sends_one_answer(clinic, phone):
    phone.context.set_offline(True)
    answer(phone, 4)
    phone.click(".send")
    phone.wait_for_selector("#waiting .notice")
    phone.context.set_offline(False)
    other = phone.context.new_page()
    other.goto(phone.url)
    phone.evaluate("dispatchEvent(new Event('online'))")
    phone.locator("#waiting .notice").wait_for(state="detached")
    assert len(clinic.session.entries) == 1


def test_what_the_phone_keeps_names_nobody(clinic, phone):
    phone.context.set_offline(True)
    answer(phone, 4)
    phone.click(".send")
    phone.wait_for_selector("#given:not([hidden])")
    kept = phone.evaluate(
        """async () => {
            const texts = [];
            for (const name of await caches.keys()) {
                const cache = await caches.open(name);
                for (const request of await cache.keys()) texts.push(await (await cache.match(request)).text());
            }
            const database = await new Promise((resolve) => {
                const asked = indexedDB.open('sijoint-diary');
                asked.onsuccess = () => resolve(asked.result);
            });
            for (const store of ['answers', 'cards']) {
                const rows = await new Promise((resolve) => {
                    const asked = database.transaction(store).objectStore(store).getAll();
                    asked.onsuccess = () => resolve(asked.result);
                });
                texts.push(JSON.stringify(rows));
            }
            return texts.join('\\n');
        }"""
    )
    assert "1 h after the injection" in kept
    for secret in ("Virtual Patient", "patient-1", BIRTH_YEAR):
        assert secret not in kept


def test_the_phone_reads_the_table_of_warning_signs_as_the_server_does(clinic, phone):
    session, policy, generator = clinic.session, clinic.site.policy, random.Random(11)
    table = flag_table(session, policy)
    entries = [one_answer(table, generator) for _ in range(CASES)]
    asked = [[on_phone(one), one.answered.timestamp() * 1000] for one in entries]
    told = phone.evaluate(
        "async ([path, asked, table]) => { const { flagsOf } = await import(path);"
        " return asked.map(([answer, at]) => flagsOf(answer, at, table).map((one) => [one.code, one.of, one.severity, one.patient])); }",
        [static("patient/flags.js"), asked, to_wire(table, FlagTable)],
    )
    ours = [
        [[*one.code.partition(":")[::2], str(one.severity), one.patient] for one in red_flags(entry, session, policy)]
        for entry in entries
    ]
    assert told == ours
    raised = {one[0] for flags in ours for one in flags}
    assert raised == {rule.code for rule in table.rules}, "every rule was raised by some answer"


def one_answer(table, generator) -> DiaryEntry:
    limits = [int(test.high if test.high is not None else test.above) for rule in table.rules for group in rule.any_of
              for test in group if test.of == "minutes_after"]  # fmt: skip
    minutes = generator.choice(limits) + generator.choice((-1, 0, 1, 2000))
    at = table.injected_at + timedelta(minutes=minutes)
    some = generator.choice
    facts = {name: Fact(some((Answer.NO, Answer.NO, *Answer)), "patient", at) for name in FACTS}
    return replace(
        DiaryEntry("id", "prompt", at, at, at, some((None, *range(11))), 1, **facts),
        temperature_c=some(
            (None, None, Decimal("37.9"), Decimal("38.0"), Decimal(45), Decimal("45.1"), Decimal("101.5"))
        ),
        glucose_mg_dl=some((None, None, Decimal(300), Decimal(301))),
        blood_pressure_systolic=some((None, 179, 180)),
        blood_pressure_diastolic=some((None, 109, 110)),
        scale=some((PainScale.NRS, PainScale.NRS, PainScale.VAS)),
    )


def on_phone(entry: DiaryEntry) -> dict[str, object]:
    plain = to_wire(entry)
    return {
        name: value["answer"] if isinstance(value, dict) and "answer" in value else value
        for name, value in plain.items()
    }
