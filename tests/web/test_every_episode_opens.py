"""Every episode of the virtual clinic, in whatever state, opens for everybody who works on it, and so does what it links to."""

import re

import pytest
from starlette.testclient import TestClient

import virtual_site
from sijoint.records import open_store
from sijoint.web import create_app, open_site

BASE = "http://localhost"
LINK = re.compile(r'href="(/episodes/[^"#]+)"')


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    path = virtual_site.copied(virtual_site.shared(tmp_path_factory), tmp_path_factory.mktemp("opened"))
    site = open_site(open_store(path), secret=b"a secret of tests, and of no site")
    app = create_app(site)

    def being(code: str) -> TestClient:
        client = TestClient(app, BASE, headers={"sec-fetch-site": "same-origin", "origin": BASE})
        client.cookies.set("sij", site.people.open_session(code))
        return client

    yield being, virtual_site.episodes(path)
    site.store.close()


@pytest.mark.parametrize("code", ["dr-lind", "n-duarte", "d-berg"])
def test_every_episode_opens(served, code):
    being, episodes = served
    client = being(code)
    assert {name: client.get(f"/episodes/{one}").status_code for name, one in episodes.items()} == dict.fromkeys(
        episodes, 200
    )


@pytest.mark.deep
@pytest.mark.parametrize("code", ["dr-lind", "dr-asante", "n-duarte", "r-mori", "d-berg", "b-wirth"])
def test_every_link_of_every_episode_opens(served, code):
    being, episodes = served
    client = being(code)
    broken = {}
    for name, one in episodes.items():
        page = client.get(f"/episodes/{one}")
        for link in sorted(set(LINK.findall(page.text))):
            status = client.get(link.replace("&amp;", "&")).status_code
            if status != 200:
                broken[name, link] = status
    assert broken == {}


def test_who_studies_episodes_reads_no_name(served):
    being, episodes = served
    client = being("s-haddad")
    for name, one in episodes.items():
        page = client.get(f"/episodes/{one}")
        given, family = name.removesuffix(" again").split(maxsplit=1)
        assert page.status_code in (200, 403, 404)
        assert f"{family}, {given}" not in page.text
        assert f"{given} {family}" not in page.text
