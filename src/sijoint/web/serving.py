"""Running the site: uvicorn in this process, its own log kept from addresses and queries."""

import logging

import uvicorn

from sijoint.clinic.passwords import fits
from sijoint.web.app import create_app
from sijoint.web.log_filter import NothingSent
from sijoint.web.site import Site
from sijoint.web.starting import Opening, require_safe

WEBSOCKET_BYTES = 1 << 16  # a command is a few hundred


def serve(site: Site, opening: Opening) -> None:
    """Serve until stopped. Raises NotSafeToStart."""
    require_safe(opening, demo=site.demo)
    app = create_app(site)
    fits("", "")  # the first comparison makes what the others compare with
    keep_log()
    uvicorn.run(
        app,
        host=opening.host,
        port=opening.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=opening.secure,
        forwarded_allow_ips=opening.trusted_proxy if opening.secure else None,
        ws_max_size=WEBSOCKET_BYTES,
        timeout_graceful_shutdown=5,
    )


def keep_log() -> None:
    """One handler for all logs, on standard error, past which nothing goes that somebody sent."""
    handler = logging.StreamHandler()
    handler.addFilter(NothingSent())
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", handlers=[handler])
