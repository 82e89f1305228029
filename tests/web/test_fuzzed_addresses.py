"""Whatever is sent to any address, forms with choices that no page shows included, the site answers and never breaks."""

import json
from urllib.parse import quote

import pytest
import schemathesis
from described_site import described, forms_of
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

import virtual_site
from sijoint.records import open_store
from sijoint.web import create_app, open_site

BASE = "http://localhost"
OWN_PAGE = {"sec-fetch-site": "same-origin", "origin": BASE}
WHO = {
    "nobody": None,
    "physician": "dr-lind",
    "nurse": "n-duarte",
    "front desk": "d-berg",
    "biller": "b-wirth",
    "auditor": "a-stein",
    "patient": "Samuel Adeyemi",
}
SHORT = ("nobody", "nurse", "patient")  # the others see addresses that these see, too; all of them in the deep run
PAGES, EXAMPLES, DEEP_EXAMPLES = 40, 2, 200


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A site of a filled store of its own, and a way to be somebody there."""
    path = virtual_site.copied(virtual_site.shared(tmp_path_factory), tmp_path_factory.mktemp("fuzzed"))
    site = open_site(open_store(path), secret=b"a secret of tests, and of no site")
    app = create_app(site)
    codes = {one.name: one.code for one in site.people.everybody()}

    def being(who: str | None) -> TestClient:
        client = TestClient(app, BASE, headers=OWN_PAGE, follow_redirects=False, raise_server_exceptions=False)
        if who is not None:
            client.cookies.set("sij", site.people.open_session(codes.get(who, who)))
        return client

    yield app, being
    site.store.close()


def sent(served, who: str, examples: int) -> list[str]:
    """What broke: every operation with so many examples, as this person."""
    app, being = served
    client = being(WHO[who])
    forms, addresses = forms_of(client, ["/"], PAGES)
    document = described(json.loads(json.dumps(app.openapi())), forms, addresses)
    broke: list[str] = []
    schema = schemathesis.openapi.from_dict(document)
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case) -> None:
            address, method = case.formatted_path, case.method
            if address == "/sign-out":
                return  # the session is needed for the rest
            body = case.body if isinstance(case.body, dict) else {}
            data = {name: value for name, value in body.items() if isinstance(value, str)}
            query = {name: str(value) for name, value in (case.query or {}).items()}
            answer = client.request(method, address, params=query, data=data if method == "POST" else None)
            if answer.status_code >= 500:
                broke.append(f"{answer.status_code} from {method} {case.path}: {sorted(data)} {query}")

        ask()
    return sorted(set(broke))


@pytest.mark.parametrize("who", SHORT)
def test_nothing_that_is_sent_breaks_the_site(served, who):
    assert sent(served, who, EXAMPLES) == []


@pytest.mark.deep
@pytest.mark.parametrize("who", WHO)
def test_nothing_of_very_much_that_is_sent_breaks_the_site(served, who):
    assert sent(served, who, DEEP_EXAMPLES) == []


PRINTED = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=30)


@given(path=PRINTED, query=PRINTED)
@settings(max_examples=30, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
def test_an_address_that_nobody_made_is_one_sentence(served, path, query):
    answer = served[1](None).get("/" + quote(path), params={"q": query})
    assert answer.status_code < 500


def test_the_description_is_for_those_who_work_here(served):
    _, being = served
    assert being("n-duarte").get("/openapi.json").status_code == 200
    assert being("Samuel Adeyemi").get("/openapi.json").status_code == 403
    assert being(None).get("/openapi.json").headers["location"].startswith("/sign-in")
