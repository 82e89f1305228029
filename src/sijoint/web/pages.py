"""Pages from templates: who is signed in, addresses of static files, and never a patient in a cache."""

from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import Any

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sijoint.web.forms import new_command_id
from sijoint.web.navigation import entries_for
from sijoint.web.static_files import static


@cache
def environment() -> Environment:
    """All templates; everything is escaped, and a name that no page was given is a defect, not an empty string."""
    made = Environment(
        loader=PackageLoader("sijoint.web"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(static=static, new_command_id=new_command_id)
    made.filters.update(sentence=as_sentence, day=_day, moment=_moment, clock_time=_clock_time)
    return made


def render(request: Request, template: str, *, status: int = HTTPStatus.OK, **facts: Any) -> HTMLResponse:
    """A whole page or a fragment. Templates also know ``person``, ``site``, ``now``, ``nav`` and ``path``."""
    site = request.app.state.site
    person = getattr(request.state, "person", None)
    text = (
        environment()
        .get_template(template)
        .render(
            person=person,
            site=site,
            now=site.clock(),
            nav=entries_for(person, request.url.path),
            path=request.url.path,
            **facts,
        )
    )
    return HTMLResponse(text, status)


def redirect(to: str) -> Response:
    """See the result at another address: the browser asks for it with GET, so that reloading repeats nothing."""
    return RedirectResponse(own_path(to) or "/", HTTPStatus.SEE_OTHER)


def own_path(to: str) -> str:
    """An address on this site, "" for any other: nobody is sent elsewhere by a link that was made for it."""
    plain = to.startswith("/") and not to.startswith("//") and "\\" not in to and to.isprintable()
    return to if plain else ""


def as_sentence(words: str) -> str:
    """A refusal of the house as it stands on a page: with a capital and a full stop."""
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?")) else ".")


def _day(value: datetime) -> str:
    return value.strftime("%a %d %b %Y")


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%d %b %Y %H:%M UTC")


def _clock_time(value: datetime) -> str:
    return value.strftime("%H:%M")
