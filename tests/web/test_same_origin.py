"""Only pages of this site send forms and open connections to it, and only under a name of its own."""

from datetime import timedelta

import pytest
from site_of_tests import BASE
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from sijoint.clinic.people import close_person
from sijoint.model import Role
from sijoint.web.access import Clinician
from sijoint.web.open_connections import while_account_lasts
from sijoint.web.site import TheSite

FORGED = [
    {"sec-fetch-site": "cross-site", "origin": "http://evil.example"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site", "origin": "http://other.localhost"},
    {"sec-fetch-site": "none", "origin": BASE},
    {"sec-fetch-site": "cross-site", "origin": BASE},
    {"origin": "http://evil.example"},
    {"origin": "http://localhost.evil.example"},
    {"origin": "http://localhost:9999"},
    {"origin": "null"},
    {"origin": "http://["},
    {"origin": "https://localhost"},
    {"origin": ""},
    {},
]
OWN = [{"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "same-origin", "origin": BASE}, {"origin": BASE}]


@pytest.fixture
def bare(app, site):
    """A browser of a nurse that says nothing about where its requests come from."""
    client = TestClient(app, base_url=BASE, follow_redirects=False)
    client.cookies.set("sij", site.people.open_session("nurse"))
    return client


@pytest.mark.parametrize("headers", FORGED)
def test_a_form_from_elsewhere_changes_nothing(bare, headers):
    answer = bare.post("/sign-out", headers=headers)
    assert answer.status_code == 403
    assert "did not come from a page of this site" in answer.text
    assert bare.get("/account").status_code == 200


@pytest.mark.parametrize("headers", OWN)
def test_a_form_of_our_own_page_is_taken(bare, headers):
    assert bare.post("/sign-out", headers=headers).status_code == 303


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST"])
def test_every_method_that_changes_something_is_asked(bare, method):
    assert bare.request(method, "/account").status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example:80"]
)
def test_a_foreign_name_that_leads_here_is_refused_for_pages_too(bare, host):
    answer = bare.get("/account", headers={"host": host, "sec-fetch-site": "same-origin", "origin": f"http://{host}"})
    assert answer.status_code == 421
    assert "Nurse" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "127.0.0.1", "[::1]:8000", "[::1]"])
def test_the_sites_own_names_are_known(bare, host):
    assert bare.get("/sign-in", headers={"host": host}).status_code == 200


@pytest.fixture
def live(app):
    @app.websocket("/live-of-tests")
    async def endpoint(socket: WebSocket, person: Clinician) -> None:
        await socket.accept()
        await socket.send_text(person.code)
        await socket.close()

    return "/live-of-tests"


def heard(client, path, headers):
    with client.websocket_connect(f"ws://localhost{path}", headers=headers) as socket:
        return socket.receive_text()


@pytest.mark.parametrize("headers", [*FORGED, {"sec-fetch-site": "same-origin"}])
def test_a_connection_from_elsewhere_is_not_opened(bare, live, headers):
    with pytest.raises(WebSocketDisconnect) as refused:
        heard(bare, live, headers)
    assert refused.value.code == 4403


def test_a_connection_of_our_own_page_is_opened(bare, live):
    assert heard(bare, live, {"origin": BASE}) == "nurse"


def test_a_connection_under_a_foreign_name_is_not_opened(bare, live):
    with pytest.raises(WebSocketDisconnect):
        heard(bare, live, {"host": "evil.example", "origin": "http://evil.example"})


@pytest.mark.parametrize(("who", "code"), [(None, 4401), (Role.BILLER, 4403)])
def test_a_connection_asks_who_it_is_like_a_page(browser, live, who, code):
    with pytest.raises(WebSocketDisconnect) as refused:
        heard(browser(who), live, {})
    assert refused.value.code == code


def test_a_connection_ends_when_its_account_is_closed_and_not_when_the_shift_does(
    app, site, clock, browser, monkeypatch
):
    monkeypatch.setattr("sijoint.web.open_connections.ASKED_EVERY_S", 0.01)

    @app.websocket("/lasting-of-tests")
    async def endpoint(socket: WebSocket, person: Clinician, here: TheSite) -> None:
        await socket.accept()
        async with while_account_lasts(here, socket, person):
            while (said := await socket.receive()).get("text"):
                await socket.send_text(said["text"])

    with browser(Role.NURSE).websocket_connect("ws://localhost/lasting-of-tests", headers={"origin": BASE}) as socket:
        clock.now += timedelta(days=2)
        for word in ("still", "here"):
            socket.send_text(word)
            assert socket.receive_text() == word
        close_person(site.store, "nurse", by="administrator", at=clock())
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_text()
    assert ended.value.code == 4401
