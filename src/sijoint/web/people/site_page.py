"""The site's own pages in one place: people, policy, audit, backups, and what this program is."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from sijoint import __version__
from sijoint.web.access import SiteKeeper
from sijoint.web.pages import render
from sijoint.web.site import TheSite

router = APIRouter()


@router.get("/site")
def site_page(request: Request, site: TheSite, person: SiteKeeper) -> Response:
    facts: dict[str, Any] = {"version": __version__, "policy": site.policy, "end": site.store.ledger_end()}
    return render(request, "people/site.html.j2", **facts)
