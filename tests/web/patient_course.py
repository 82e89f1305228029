"""One invented patient's course in the store of a site, as far as a test needs it."""

import shutil
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from sijoint.clinic import Assess, PlaceOrder, RequestAppointment, image_keeper_for
from sijoint.fluoroscopy import Frame, Relationship, encode
from sijoint.frames import load_carm_model
from sijoint.model import ImageOrigin, Person, Role, StoreKind
from sijoint.records import open_store
from sijoint.web import open_site
from sijoint.web.sign_links import sign_diary_link
from sijoint.web.site import Site

sys.path.insert(0, str(Path(__file__).parent.parent / "clinic"))

from clinic_course import EPISODE, START, Course

PATIENT, BIRTH_YEAR = "patient-1", "1962"
FRESH = 1000  # ids of commands go on after those of the copied course


class Pictured(Course):
    """Its pictures are frames that can be read back: noise, another for every view."""

    def picture(self, content: bytes, origin: ImageOrigin = ImageOrigin.SIMULATED) -> str:
        carm = load_carm_model()
        pixels = np.random.default_rng(list(content)).integers(900, 1100, (48, 48)).astype(np.uint16)
        frame = Frame(
            pixels=pixels,
            relationship=Relationship.LINEAR,
            scale=1.0,
            pose=carm.pose(np.array([0.0, 1.0, 0.0]), np.zeros(3)),
            missing=(),
            detector=carm.detector.binned_to(48),
            patient_orientation=("L", "F"),
            time_s=0.0,
            technique=None,
            kerma_reference_mgy=None,
            dose_area_product_mgy_cm2=None,
            truncated_share=0.0,
            origin=str(origin),
        )
        return image_keeper_for(EPISODE, self.store, self.clock)(*encode(frame))


@cache
def _went_home() -> tuple[TemporaryDirectory, datetime]:
    """A store with one patient who went home with a diary, the login ``own``, and everybody of the staff; made once."""
    folder = TemporaryDirectory()
    path = Path(folder.name) / "clinic.db"
    course = Pictured(open_store(path, StoreKind.VIRTUAL, create=True, at=START))
    course.discharged()
    course.store.close()
    site = open_site(path, clock=course.clock)
    for role in Role:
        if role not in (Role.ROOM, Role.PATIENT):
            site.people.add(Person(role.value.replace(" ", "-"), f"{role.value.title()} of tests", role))
    site.people.add(Person("own", "Virtual Patient", Role.PATIENT, PATIENT))
    site.store.close()
    return folder, course.clock.now


def home_with_a_diary(tmp_path, clock) -> Site:
    """A site of its own, in which one patient has just gone home."""
    folder, clock.now = _went_home()
    shutil.copytree(folder.name, tmp_path, dirs_exist_ok=True)
    return open_site(tmp_path / "clinic.db", secret=b"a secret of tests, and of no site", clock=clock)


def course_on(site, clock) -> Course:
    """A course that moves the site's own clock."""
    return Course(site.store, MovableClock(clock), given=FRESH)


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
