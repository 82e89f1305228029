"""One invented patient's course in the store of a site, as far as a test needs it."""

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "clinic"))

from clinic_course import EPISODE, Course

from sijoint.clinic import Assess, PlaceOrder, RequestAppointment
from sijoint.model import Role
from sijoint.web.sign_links import sign_diary_link

PATIENT, BIRTH_YEAR = "patient-1", "1962"


def course_on(site, clock) -> Course:
    """A course that moves the site's own clock."""
    return Course(site.store, MovableClock(clock))


class MovableClock:
    """The site's clock with the course's way of moving it."""

    def __init__(self, clock) -> None:
        self._clock = clock

    @property
    def now(self):
        return self._clock.now

    def __call__(self):
        return self._clock.now

    def forward(self, **amount: float) -> None:
        self._clock.now += timedelta(**amount)


def ordered(course: Course) -> Course:
    """Examined, with an order, and not screened yet."""
    course.requested()
    course.accepted(Assess, assessment=course.assessment())
    course.accepted(PlaceOrder, **course.order())
    return course


def another_patient(course: Course) -> str:
    """Somebody else who has asked for an appointment; answers the id of the episode."""
    somebody = replace(course.patient(), id="patient-2", family_name="Another")
    asked = RequestAppointment(
        id="other", by="dr-a", episode_id="episode-2", patient=somebody, request=course.request()
    )
    assert course.send(asked).accepted
    return "episode-2"


def link_for(site, days: int = 200) -> str:
    """The address of the diary by a link that staff gave out."""
    until = site.clock() + timedelta(days=days)
    return "/d/" + sign_diary_link(site, EPISODE, until, by=Role.NURSE.value)


def opened(browser, site):
    """A phone that has said the year of birth, and the diary's address."""
    phone, address = browser(), link_for(site)
    said = phone.post(f"{address}/birth-year", data={"birth_year": BIRTH_YEAR})
    assert (said.status_code, said.headers["location"]) == (303, address)
    return phone, address


def four_answers(**changes: str) -> dict[str, str]:
    """What a page sends; the question is to be added."""
    return {
        "entry_id": "0123456789abcdef",
        "index": "2",
        "rest": "1",
        "analgesic": "no",
        "resting": "no",
        "signs": "none",
        **changes,
    }
