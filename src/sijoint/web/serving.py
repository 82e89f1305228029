"""Running the site: uvicorn in this process, its own log kept from addresses and queries."""

import logging

import uvicorn

from sijoint.web.app import create_app
from sijoint.web.site import Site


def serve(site: Site, host: str, port: int, *, behind_proxy: bool = False) -> None:
    """Serve until stopped. ``behind_proxy``: the one proxy on this machine says who called and that it was over TLS."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    uvicorn.run(
        create_app(site),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=behind_proxy,
        forwarded_allow_ips="127.0.0.1" if behind_proxy else None,
        ws_max_size=1 << 20,
        timeout_graceful_shutdown=5,
    )
