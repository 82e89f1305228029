"""What tests of pages share: sizes of screens, being somebody, and what axe finds."""

from sijoint.records import open_store
from sijoint.web import open_site

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def session_of(server, who: str) -> str:
    """A session opened in the store itself, as signing in would."""
    site = open_site(open_store(server.store))
    try:
        named = {one.name: one.code for one in site.people.everybody()}
        return site.people.open_session(named.get(who, who))
    finally:
        site.store.close()


def serious(page, axe: str) -> list[str]:
    """What axe finds serious or critical on a page as it stands, one line each."""
    page.evaluate(axe)
    found = page.evaluate(
        "axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: {node['html'][:160]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]
