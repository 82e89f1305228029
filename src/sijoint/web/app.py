"""The application: every subject's routes, each of which says who may call it, behind one gate."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI

from sijoint.web import clinic, description, learn, patient, people, static_route
from sijoint.web.access import require_declared_access
from sijoint.web.body_limit import BodyLimit
from sijoint.web.error_pages import Defects, add_error_pages
from sijoint.web.headers import Headers
from sijoint.web.request_log import RequestLog
from sijoint.web.room import routes as room
from sijoint.web.same_origin import OwnPagesOnly
from sijoint.web.site import Site

SUBJECTS = (
    people.router,
    clinic.router,
    patient.router,
    learn.router,
    room.router,
    description.router,
    static_route.router,
)


def create_app(site: Site) -> FastAPI:
    """The application of one site. Raises UndeclaredAccess when a route does not say who may call it."""
    app = FastAPI(
        title="SIJoint", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, lifespan=_life
    )
    app.state.site = site
    for router in SUBJECTS:
        app.router.routes.extend(_single_routes(router))
    require_declared_access(app)
    add_error_pages(app)
    # The last one added is the outermost.
    app.add_middleware(Defects)
    app.add_middleware(BodyLimit)
    app.add_middleware(OwnPagesOnly, site=site)
    app.add_middleware(Headers, secure=site.secure)
    app.add_middleware(RequestLog)
    return app


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    """When the server ends, live rooms are parked: their logs are whole, and their processes gone."""
    yield
    rooms = app.state.site.rooms
    if rooms is not None:
        await asyncio.to_thread(rooms.close_all)


def _single_routes(router: APIRouter) -> Iterable[Any]:
    """A router's routes with those of routers inside it. Whole paths stand at the endpoints: a prefix would not be seen."""
    for route in router.routes:
        inner = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from _single_routes(inner)
