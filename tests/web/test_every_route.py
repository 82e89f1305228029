"""Every route says who may call it and holds to it, and every answer carries what keeps a browser safe."""

import re

import pytest
from starlette.websockets import WebSocketDisconnect

from sijoint.model import Role
from sijoint.web.access import access_of, routes_of

PEOPLE = (None, *(role for role in Role if role is not Role.ROOM), "administrator")
GAP = re.compile(r"\{[^}]*\}")
HEADERS = {
    "content-security-policy": "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def address(route) -> str:
    """The route with ids that nobody has."""
    return GAP.sub("1", route.path)


def may_call(route, who) -> bool:
    (access,) = access_of(route)
    if access.roles is None:
        return True
    return who in access.roles or (
        who == "administrator" and (access.administrators or Role.FRONT_DESK in access.roles)
    )


def test_every_route_says_once_who_may_call_it(app):
    routes = list(routes_of(app))
    assert len(routes) > 20
    assert [route.path for route in routes if len(access_of(route)) != 1] == []


@pytest.mark.parametrize("who", PEOPLE, ids=str)
def test_whoever_may_not_call_a_route_is_refused_by_every_method(app, browser, who):
    client, refused = browser(who), 0
    for route in routes_of(app):
        for method in sorted(getattr(route, "methods", ())):
            if may_call(route, who):
                continue
            answer, where = client.request(method, address(route)), f"{method} {route.path}"
            refused += 1
            if who is not None:
                assert (answer.status_code, "This page is for" in answer.text) == (403, True), where
            elif method == "GET":
                assert (answer.status_code, answer.headers["location"][:9]) == (303, "/sign-in?"), where
            else:
                assert answer.status_code == 401, where
            assert answer.headers["cache-control"] == "no-store", where
            assert answer.headers["content-security-policy"] == HEADERS["content-security-policy"], where
    assert refused > 2


@pytest.mark.parametrize("who", PEOPLE, ids=str)
def test_whoever_may_not_open_a_connection_is_refused(app, browser, who):
    client = browser(who)
    for route in routes_of(app):
        if hasattr(route, "methods") or may_call(route, who):
            continue
        with (
            pytest.raises(WebSocketDisconnect) as refused,
            client.websocket_connect(f"ws://localhost{address(route)}"),
        ):
            pass
        assert refused.value.code in (4401, 4403)


def test_a_patient_or_a_referrer_calls_nothing_that_is_for_staff(app):
    """Widening an access type by mistake is seen here: what outsiders reach begins with one of these."""
    theirs = ("/me", "/d/", "/request", "/account", "/learn", "/sign-", "/static/", "/papers/own", "/manifest", "/")
    for route in routes_of(app):
        (access,) = access_of(route)
        if access.roles is None or access.roles & {Role.PATIENT, Role.REFERRER}:
            assert route.path == "/" or route.path.startswith(theirs[:-1]), route.path


def test_an_auditor_and_a_researcher_change_no_care(app):
    for route in routes_of(app):
        (access,) = access_of(route)
        if route.path.startswith("/episodes") and "POST" in getattr(route, "methods", ()):
            assert access.roles is not None, route.path
            assert not access.roles & {Role.AUDITOR, Role.RESEARCHER, Role.PATIENT, Role.REFERRER}, route.path


def test_every_answer_carries_the_same_headers(browser):
    for path in ("/sign-in", "/nowhere", "/account"):
        answer = browser().get(path)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, path
        assert "strict-transport-security" not in answer.headers
        assert "server" not in answer.headers


def test_no_page_of_this_room_has_a_script_or_a_style_of_its_own(browser):
    for who, path in (
        (None, "/sign-in"),
        ("administrator", "/people"),
        (Role.AUDITOR, "/audit"),
        ("administrator", "/backups"),
    ):
        text = browser(who).get(path).text
        assert "<!doctype html>" in text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|javascript:", text), path
        assert "hx-on" not in text


def test_somebody_not_signed_in_is_sent_to_sign_in(browser):
    front = browser().get("/")
    assert (front.status_code, front.headers["location"]) == (303, "/sign-in")
    deep = browser().get("/people/n-b")
    assert deep.headers["location"] == "/sign-in?next=/people/n-b"
    part = browser().get("/people", headers={"hx-request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/sign-in?next=/people")


def test_what_is_not_there_is_one_sentence_as_page_fragment_or_json(browser):
    client = browser(Role.NURSE)
    page = client.get("/nowhere")
    assert page.status_code == 404
    assert "There is nothing at this address" in page.text
    fragment = client.get("/nowhere", headers={"hx-request": "true"})
    assert fragment.text.startswith("<p")
    script = client.get("/nowhere", headers={"accept": "application/json"})
    assert list(script.json()) == ["refused"]


def test_a_body_that_is_too_large_is_refused_whatever_its_header_says(browser):
    def without_end():
        for _ in range(3):
            yield b"x" * (1 << 20)

    client = browser()
    told = {"content-type": "application/x-www-form-urlencoded"}
    for sent in (b"x" * (3 << 20), without_end()):
        answer = client.post("/sign-in", content=sent, headers=told)
        assert answer.status_code == 413
        assert "larger than the 2 MB" in answer.text


@pytest.mark.parametrize("content", [b"\xff\xfe\x00=1", b"code=" + b"%00" * 50, b"code=a&" * 2000, b"{}", b""])
def test_a_form_that_is_nonsense_is_one_sentence(browser, content):
    answer = browser().post("/sign-in", content=content, headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 422
    assert "Traceback" not in answer.text


def test_a_file_in_a_form_that_takes_none_is_refused(browser):
    answer = browser().post("/sign-in", files={"code": ("a.txt", b"text")})
    assert answer.status_code == 422
    assert "or a file" in answer.text
