"""Where a person can go: every GET route with its gaps filled from links, and links followed from where one begins."""

import re
from urllib.parse import urljoin, urlsplit

from sijoint.web.access import routes_of

NO_PAGE = re.compile(
    r"[./](pdf|csv|ics|png|svg|json|webmanifest|js|css|nii|bin)$|^/static/|/(image|picture|download)s?/"
)


class SiteMap:
    """The route table of an application, asked which route an address belongs to."""

    def __init__(self, app) -> None:
        routes = [one for one in routes_of(app) if "GET" in (getattr(one, "methods", None) or ())]
        self.routes = {one.path: one.path_regex for one in routes if not one.path.startswith("/static")}

    def route_of(self, path: str) -> str | None:
        return next((route for route, pattern in self.routes.items() if pattern.match(path)), None)

    def without_gaps(self) -> list[str]:
        return [route for route in self.routes if "{" not in route and not NO_PAGE.search(route)]


def links(page, address: str) -> list[str]:
    """The addresses of this site that a page links to, as path and query."""
    found = page.evaluate("[...document.querySelectorAll('a[href]')].map(one => one.getAttribute('href'))")
    paths = []
    for href in found:
        parts = urlsplit(urljoin(page.url, href))
        if f"{parts.scheme}://{parts.netloc}" == address and not NO_PAGE.search(parts.path):
            paths.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return list(dict.fromkeys(paths))
