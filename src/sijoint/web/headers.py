"""What every answer carries: only our own scripts and styles, no frame round us, nothing kept unless it says so."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def content_security_policy(**more: str) -> str:
    """The policy; ``worker_src="blob:"`` adds a source to a directive for a page that needs it, such as NiiVue's."""
    policy = dict(_POLICY)
    for name, sources in more.items():
        directive = name.replace("_", "-")
        policy[directive] = f"{policy.get(directive, chr(39) + 'self' + chr(39))} {sources}"
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())


CSP = content_security_policy()
NIIVUE_CSP = content_security_policy(worker_src="blob:", img_src="blob:")
ALWAYS = {
    "Content-Security-Policy": CSP,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
STRICT_TRANSPORT = "max-age=31536000"


class Headers:
    """Adds what the answer itself does not say. ``secure``: the site is reached over TLS alone."""

    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self._app = app
        self._added = ALWAYS | ({"Strict-Transport-Security": STRICT_TRANSPORT} if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._added.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with if scope["type"] == "http" else send)
