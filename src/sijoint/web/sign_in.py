"""Which cookie says who is signed in."""

from starlette.requests import HTTPConnection
from starlette.responses import Response

from sijoint.model import Person
from sijoint.web.site import Site


def cookie_name(site: Site) -> str:
    """``__Host-``: only over TLS, only for this host, never from a subdomain. Plain where the site runs on this machine alone."""
    return "__Host-sij" if site.secure else "sij"


def token_of(site: Site, connection: HTTPConnection) -> str:
    """What this browser's cookie holds; "" for nothing."""
    return connection.cookies.get(cookie_name(site), "")


def person_signed_in(site: Site, connection: HTTPConnection) -> Person | None:
    """Who this browser is signed in as, by the token in its cookie."""
    token = token_of(site, connection)
    return site.people.signed_in(token) if token else None


def keep_token(site: Site, response: Response, token: str) -> None:
    """The token goes to the browser once; scripts cannot read it, and no other site's page sends it."""
    response.set_cookie(cookie_name(site), token, path="/", secure=site.secure, httponly=True, samesite="lax")


def forget_token(site: Site, response: Response) -> None:
    response.delete_cookie(cookie_name(site), path="/", secure=site.secure, httponly=True, samesite="lax")


def address_of(connection: HTTPConnection) -> str:
    """Where a request came from, for counting tries."""
    return connection.client.host if connection.client else ""
