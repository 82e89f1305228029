"""Every page that a role can reach holds nothing that axe finds serious, stays on this machine and runs without an error."""

import pytest
from on_pages import DESK, PHONE, serious
from site_map import SiteMap, links

from sijoint.records import open_store
from sijoint.web import create_app, open_site

ROLES = {
    "nobody": (None, DESK),
    "physician": ("dr-lind", DESK),
    "nurse": ("n-duarte", DESK),
    "front desk": ("d-berg", DESK),
    "biller": ("b-wirth", DESK),
    "trainee": ("t-reyes", DESK),
    "auditor": ("a-stein", DESK),
    "patient with a diary": ("Hannah Weiss", PHONE),
    "patient to be screened": ("Samuel Adeyemi", PHONE),
}
SEEN: dict[str, str] = {}  # route to role: a page that another role saw in this run is not asked again


@pytest.fixture(scope="module")
def site_map(server):
    site = open_site(open_store(server.store))
    yield SiteMap(create_app(site))
    site.store.close()


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role(role, page_of, server, site_map, watch, axe, shot):
    """One page of every route, found from links and the route table."""
    who, viewport = ROLES[role]
    watch.expected |= {401, 403}  # the route table also holds what this role may not see
    found = walked(page_of(who, viewport), role, server.address, site_map, axe, shot)
    assert found == []


def walked(page, role, address, site_map, axe, shot) -> list[str]:
    faults, waiting, asked = [], ["/", *site_map.without_gaps()], set()
    while waiting:
        path = waiting.pop(0)
        route = site_map.route_of(path.partition("?")[0])
        if route in asked or (route is not None and SEEN.get(route, role) != role):
            continue
        asked.add(route)
        answer = page.goto(path)
        if answer is None or answer.status in (401, 403, 404) or "text/html" not in answer.headers["content-type"]:
            continue
        landed = site_map.route_of(page.url.removeprefix(address).partition("?")[0])
        waiting += links(page, address)
        if landed in SEEN:
            continue
        SEEN[landed] = role
        faults += [f"{landed}: {one}" for one in serious(page, axe)]
        shot(page, f"page-{landed.strip('/').replace('/', '-').replace('{', '').replace('}', '') or 'front'}")
    return faults
