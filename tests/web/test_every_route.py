"""Every route says who may call it, and every answer carries what keeps a browser safe."""

from sijoint.model import Role
from sijoint.web.access import access_of, routes_of


def test_every_route_says_once_who_may_call_it(app):
    routes = list(routes_of(app))
    assert len(routes) > 3
    assert [route.path for route in routes if len(access_of(route)) != 1] == []


def test_somebody_not_signed_in_is_sent_to_sign_in(browser):
    front = browser().get("/")
    assert (front.status_code, front.headers["location"]) == (303, "/sign-in")
    page = browser().get("/sign-in")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


def test_a_nurse_begins_with_the_day(browser):
    assert browser(Role.NURSE).get("/").headers["location"] == "/today"


def test_what_is_not_there_is_one_sentence(browser):
    answer = browser(Role.NURSE).get("/nowhere")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.text


def test_a_form_from_elsewhere_is_refused(browser):
    answer = browser().post("/sign-in", headers={"sec-fetch-site": "cross-site", "origin": "http://evil.example"})
    assert answer.status_code == 403
