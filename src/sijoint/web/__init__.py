"""The web door: a browser asks, one thing is called, one page answers.

A page changes an episode and reads a patient through ``clinic`` alone. Who may call an endpoint stands in its signature
(``access``); a form is taken from this very site only (``same_origin``); nothing about a patient is kept by a browser, in
an address or in a log.
"""

from sijoint.web.app import create_app
from sijoint.web.serving import serve
from sijoint.web.site import Site, open_site
from sijoint.web.starting import (
    NotSafeToStart,
    Opening,
    has_administrator,
    require_safe,
    require_somebody,
    require_virtual,
    secret_for,
)

__all__ = [
    "NotSafeToStart",
    "Opening",
    "Site",
    "create_app",
    "has_administrator",
    "open_site",
    "require_safe",
    "require_somebody",
    "require_virtual",
    "secret_for",
    "serve",
]
