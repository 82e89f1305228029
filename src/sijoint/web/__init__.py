"""The web door: a browser asks, one thing is called, one page answers.

A page changes an episode and reads a patient through ``clinic`` alone. Who may call an endpoint stands in its signature
(``access``); a form is taken from this very site only (``same_origin``); nothing about a patient is kept by a browser, in
an address or in a log.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

# Imported when asked for: the process of a live room is below this package and needs none of the pages.
_PLACES = {
    "create_app": "app",
    "serve": "serving",
    "Site": "site",
    "open_site": "site",
    "NotSafeToStart": "starting",
    "Opening": "starting",
    "has_administrator": "starting",
    "require_safe": "starting",
    "require_somebody": "starting",
    "require_virtual": "starting",
    "secret_for": "starting",
}

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


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
