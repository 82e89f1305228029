"""The audit view: who did what, and who looked at whom, by ids and tags alone."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from sijoint.clinic.audit import AuditAsked, audit_page
from sijoint.records import Tag
from sijoint.web.access import Auditor
from sijoint.web.pages import render
from sijoint.web.site import TheSite

router = APIRouter()
SUBJECTS = tuple(dict.fromkeys(tag.partition(":")[0] for tag in Tag))
Text = Annotated[str, Query(max_length=80)]


@router.get("/audit")
def audit(
    request: Request,
    site: TheSite,
    person: Auditor,
    by: Text = "",
    episode: Text = "",
    subject: Text = "",
    first: Text = "",
    last: Text = "",
    before: Text = "",
) -> Response:
    asked = AuditAsked(by.strip(), episode.strip(), subject, _day(first), _day(last))
    page = audit_page(site.store, asked, int(before) if before.isascii() and before.isdigit() else None)
    facts: dict[str, Any] = {"asked": asked, "page": page, "subjects": SUBJECTS, "end": site.store.ledger_end()}
    return render(request, "people/audit.html.j2", **facts)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
