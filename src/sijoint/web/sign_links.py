"""A link to one diary: signed, over after a day, taken back at will, and opened by the year of birth.

The link holds an id that says nothing, and a signature; whose diary it is stands in the store alone. The year is asked
once in a browser: its cookie is a second signature, over the same id and the end of the link.
"""

import base64
import hashlib
import hmac
from datetime import datetime

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from sijoint.clinic.diary_links import diary_link, is_born_in, make_diary_link
from sijoint.records import DiaryLink
from sijoint.web.errors import NotHere
from sijoint.web.sign_in import address_of
from sijoint.web.site import Site

SIGNATURE_BYTES = 20


def sign_diary_link(site: Site, episode_id: str, until: datetime, *, by: str, console: bool = False) -> str:
    """A new link's token, for ``/d/{token}``. ``by`` gives it out, and needs a role that may. Raises CommandRefused."""
    link = make_diary_link(site.store, episode_id, until, by=by, at=site.clock(), console=console)
    return token_of_link(site, link)


def token_of_link(site: Site, link: DiaryLink) -> str:
    """The token of a link that was given out before: the same as then."""
    return f"{link.id}.{_signature(site, 'diary link', link.id)}"


def read_diary_link(site: Site, token: str) -> DiaryLink:
    """Whose diary a token opens. Raises NotHere alike for one that is forged, over, taken back or of nobody any more."""
    identity, _, signature = token.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(site, "diary link", identity).encode()):
        raise NotHere
    link = diary_link(site.store, identity)
    if link is None or link.taken_back or link.until <= site.clock():
        raise NotHere
    return link


def answer_birth_year(site: Site, link: DiaryLink, year: int, request: Request) -> bool:
    """Whether it is the patient's. Raises TooOften: ten tries an hour for a link, thirty for an address."""
    site.throttles.birth_years.count(link.id)
    site.throttles.addresses.count(f"birth year {address_of(request)}")
    if not is_born_in(site.store, link.episode_id, year):
        return False
    site.throttles.birth_years.forget(link.id)
    site.throttles.addresses.take_back(f"birth year {address_of(request)}")
    return True


def keep_diary_pass(site: Site, response: Response, link: DiaryLink) -> None:
    """This browser answered: it is not asked again while the link lasts."""
    seconds = int((link.until - site.clock()).total_seconds())
    response.set_cookie(
        _cookie(site, link),
        _signature(site, "diary pass", link.id, link.until.isoformat()),
        max_age=seconds,
        path="/",
        secure=site.secure,
        httponly=True,
        samesite="lax",
    )


def has_diary_pass(site: Site, connection: HTTPConnection, link: DiaryLink) -> bool:
    given = connection.cookies.get(_cookie(site, link), "")
    return hmac.compare_digest(given.encode(), _signature(site, "diary pass", link.id, link.until.isoformat()).encode())


def _cookie(site: Site, link: DiaryLink) -> str:
    short = hashlib.sha256(link.id.encode()).hexdigest()[:12]
    return f"__Host-sij-diary-{short}" if site.secure else f"sij-diary-{short}"


def _signature(site: Site, *words: str) -> str:
    """HMAC-SHA256 over what the words are for, and the words."""
    made = hmac.new(site.secret, "\0".join(words).encode(), hashlib.sha256).digest()[:SIGNATURE_BYTES]
    return base64.urlsafe_b64encode(made).decode().rstrip("=")
