"""A site of its own for every test, and browsers signed in as whoever is asked for."""

import shutil

import pytest
from live_rooms_of_tests import CHOICE, ROWS, TRAINEE, Page, beginner
from site_of_tests import BASE, NOON, OWN, OWN_PAGE, Clock, add_person, code_of, keep_patient
from starlette.testclient import TestClient

from sijoint.model import Role, StoreKind
from sijoint.records import open_store
from sijoint.web import create_app, open_site
from sijoint.web.room.registry import LiveRooms


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="session")
def empty_clinic(tmp_path_factory):
    """A virtual store with nobody's episode, and one person of every role, whose code is the role's name; for copying."""
    folder = tmp_path_factory.mktemp("empty-clinic")
    open_store(folder / "clinic.db", StoreKind.VIRTUAL, create=True, at=NOON).close()
    site = open_site(folder / "clinic.db", clock=Clock())
    keep_patient(site.store, OWN)
    for role in Role:
        if role is not Role.ROOM:
            add_person(site, role)
    add_person(site, Role.FRONT_DESK, "administrator", administers=True)
    return folder


@pytest.fixture
def site(empty_clinic, tmp_path, clock):
    """A site of its own: `empty_clinic`, copied."""
    shutil.copytree(empty_clinic, tmp_path, dirs_exist_ok=True)
    return open_site(tmp_path / "clinic.db", secret=b"a secret of tests, and of no site", clock=clock)


@pytest.fixture
def app(site):
    return create_app(site)


@pytest.fixture
def browser(app, site):
    """``browser()`` is nobody's, ``browser(Role.NURSE)`` a nurse's, ``browser("code")`` that person's; pages are its own."""

    def opened(who=None):
        client = TestClient(app, base_url=BASE, headers=OWN_PAGE, follow_redirects=False)
        if who is not None:
            client.cookies.set("sij", site.people.open_session(code_of(who) if isinstance(who, Role) else who))
        return client

    return opened


@pytest.fixture(scope="session")
def live_anatomy(pelvis, body):
    """What a live room is made of: body, X-ray volume, the best plan to the left joint, C-arm."""
    from sijoint.fluoroscopy import volume_from_hu
    from sijoint.frames import Side, load_carm_model
    from sijoint.guidance import plan
    from sijoint.model import Target

    carm = load_carm_model()
    volume = volume_from_hu(pelvis.ct.grid, pelvis.ct.hu)
    return body, volume, plan(body, Side.LEFT, Target.INTRA_ARTICULAR, carm)[0], carm


@pytest.fixture
def rooms(site, live_anatomy):
    site.rooms = LiveRooms(site, beginner(*live_anatomy))
    yield site.rooms
    site.rooms.close_all()


@pytest.fixture
def room_id(rooms):
    return rooms.open_rehearsal(TRAINEE, CHOICE, rows=ROWS)


@pytest.fixture
def enter(browser, room_id):
    """A page of the room for somebody, greeted; lines that are still open are closed in the end."""
    pages = []

    def entered(who=Role.TRAINEE, **how):
        line = browser(who).websocket_connect(f"ws://localhost/rooms/{room_id}/live")
        line.__enter__()
        pages.append(Page(line, **how))
        return pages[-1]

    yield entered
    for page in pages:
        page.leave()


@pytest.fixture
def page(enter):
    page = enter()
    page.ready()
    return page
