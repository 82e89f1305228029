"""The pages of "Learn": for patients first, for trainees under it. Anybody may read them."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from sijoint.model import Role
from sijoint.web.access import Anybody
from sijoint.web.errors import NotHere
from sijoint.web.learn.lessons import counted_risks, lessons, numbing_clocks, steroid_clocks
from sijoint.web.pages import render
from sijoint.web.site import TheSite

router = APIRouter()


@router.get("/learn")
def index(request: Request, person: Anybody, site: TheSite) -> Response:
    return render(request, "learn/index.html.j2", lessons=lessons(site.policy))


@router.get("/learn/{key}")
def lesson_page(key: str, request: Request, person: Anybody, site: TheSite) -> Response:
    every = lessons(site.policy)
    place = next((number for number, one in enumerate(every) if one.key == key), None)
    if place is None:
        raise NotHere
    return render(
        request,
        "learn/lesson.html.j2",
        lesson=every[place],
        before=every[place - 1] if place else None,
        after=every[place + 1] if place + 1 < len(every) else None,
        numbing=numbing_clocks() if key == "relief" else (),
        steroids=steroid_clocks() if key == "relief" else (),
        risks=counted_risks() if key == "risks" else (),
        trained=person is not None and person.role not in (Role.PATIENT, Role.REFERRER),
    )
