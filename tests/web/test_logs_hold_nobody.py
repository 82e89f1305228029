"""The server's log says which route was asked, how it ended and how long it took; never who, never what was sent."""

import io
import logging

import pytest
from site_of_tests import keep_patient

from sijoint.clinic.situation import CommandRefused
from sijoint.model import Role
from sijoint.web.log_filter import NothingSent, where
from sijoint.web.serving import keep_log
from sijoint.web.sign_links import sign_diary_link

SECRETS = ("Family", "Given", "1961", "p-own", "e-own", "hunter-of-lanterns", "evil-search")


@pytest.fixture
def log(monkeypatch):
    """What the server itself would write, from every logger there is."""
    root, text = logging.getLogger(), io.StringIO()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    keep_log()
    (handler,) = root.handlers
    handler.setStream(text)
    root.setLevel(logging.INFO)
    monkeypatch.setattr(logging.getLogger("httpx"), "disabled", True)  # the browser's own log, not the server's
    return text


def test_requests_leave_templates_and_no_addresses(browser, site, clock, log):
    token = sign_link(site, clock)
    client = browser(Role.NURSE)
    for path in (
        "/account",
        "/people/p-own",
        "/audit?by=evil-search&episode=e-own",
        f"/d/{token}",
        "/d/forged.hunter-of-lanterns",
        "/episodes/e-own",
        "/nowhere/Family?name=Given",
        "/sign-in?next=/episodes/e-own",
    ):
        client.get(path)
    client.post("/sign-in", data={"code": "p-own", "password": "hunter-of-lanterns"})
    client.post(f"/d/{token}/birth-year", data={"year": "1961", "birth_year": "1961"})
    written = log.getvalue()
    assert "GET /d/{link} " in written
    assert "GET /audit 403" in written
    assert "GET (no route) 404" in written
    assert "POST /sign-in 422" in written
    for secret in (*SECRETS, token, token.partition(".")[0]):
        assert secret not in written, secret


def sign_link(site, clock):
    from sijoint.clinic import RequestAppointment, handle
    from sijoint.frames import Side
    from sijoint.model import AppointmentRequest, BodyZone, RequestedBy

    asked = AppointmentRequest(RequestedBy.PATIENT, clock(), Side.LEFT, "pain", (BodyZone.BUTTOCK,))
    patient = site.store.patient("p-own")
    command = RequestAppointment(id="r-own", by="visitor", episode_id="e-own", patient=patient, request=asked)
    assert handle(command, site.store, site.policies, clock, site.role_of).accepted
    return sign_diary_link(site, "e-own", clock().replace(year=2027), by="nurse")


def test_a_defect_is_told_by_kind_and_place_and_never_by_its_text(app, browser, log):
    @app.get("/defect-of-tests")
    def defect(name: str = "") -> None:
        raise ValueError(f"{name} Family was born in 1961")

    client = browser(Role.NURSE)
    client._transport.raise_server_exceptions = False  # as a server answers
    answer = client.get("/defect-of-tests?name=Given")
    assert answer.status_code == 500
    assert answer.headers["cache-control"] == "no-store"
    assert "content-security-policy" in answer.headers
    assert "nothing was half written" in answer.text
    written = log.getvalue()
    assert "ValueError at" in written
    assert "GET /defect-of-tests 500" in written
    for secret in SECRETS:
        assert secret not in written + answer.text


def test_a_refusal_that_no_endpoint_foresaw_is_told_as_it_was_written(app, browser, log):
    @app.get("/refusal-of-tests")
    def refusal() -> None:
        raise CommandRefused("there is no order yet: place an order first")

    answer = browser(Role.NURSE).get("/refusal-of-tests")
    assert answer.status_code == 422
    assert "There is no order yet: place an order first." in answer.text
    assert "not foreseen: CommandRefused at" in log.getvalue()
    assert "place an order" not in log.getvalue()


def test_the_servers_own_words_about_an_exception_lose_its_text(log):
    try:
        raise KeyError("Family")
    except KeyError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    logging.getLogger("uvicorn.error").info(
        '%s - "WebSocket %s" [accepted]', "127.0.0.1:1", "/rooms/hunter-of-lanterns"
    )
    written = log.getvalue()
    assert "Exception in ASGI application: KeyError at" in written
    assert not [one for one in SECRETS if one in written]


def test_where_an_error_came_through_holds_no_machine_path():
    try:
        keep_patient(None, "p-own")
    except AttributeError as error:
        told = where(error)
    assert told.startswith("AttributeError at")
    assert "p-own" not in told


def test_a_record_without_an_exception_passes_as_it_is():
    record = logging.LogRecord("x", logging.INFO, "", 1, "%s words", ("two",), None)
    assert NothingSent().filter(record)
    assert record.getMessage() == "two words"
