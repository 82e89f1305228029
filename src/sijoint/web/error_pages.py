"""How every refusal is told: as a page, as a fragment for htmx, or as JSON for a script that asked for JSON."""

import logging
from http import HTTPStatus
from urllib.parse import quote

from fastapi import FastAPI, Request, WebSocket
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sijoint.records import NotKept, StoreRefused
from sijoint.web.errors import NOT_HERE, Refused, SignInFirst, TooOften
from sijoint.web.log_filter import where
from sijoint.web.pages import redirect, render
from sijoint.web.sign_in import person_signed_in

log = logging.getLogger("sijoint.web")

TOO_LATE = "The store is busy or cannot write just now: nothing was changed; try once more in a minute."
DEFECT = (
    "Something went wrong in the program: nothing was half written; go back and try again, or tell the site's support."
)

MALFORMED = "Something in this request is missing or not readable: go back and fill it in again."
SIGN_IN_FIRST = "You are not signed in, or no longer: sign in, then send it again."
CLOSED = 4000  # close codes of WebSockets from here on are ours: 4401 is 401
LONGEST_REASON = 120  # bytes, by RFC 6455; our sentences are ASCII


def answer(request: Request, status: int, sentence: str) -> Response:
    """The sentence as a page, as a fragment for htmx, or as JSON for a script that asked for JSON."""
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"refused": sentence}, status)
    if not hasattr(request.state, "person"):  # met no endpoint that asked who it is
        request.state.person = person_signed_in(request.app.state.site, request)
    fragment = request.headers.get("hx-request") == "true"
    template = "refused_fragment.html.j2" if fragment else "refused.html.j2"
    return render(request, template, status=status, sentence=sentence, code=int(status))


def add_error_pages(app: FastAPI) -> None:
    """Every way in which a request can fail ends in one of these."""

    @app.exception_handler(Refused)
    async def _refused(request: Request, refusal: Refused) -> Response | None:
        if isinstance(request, WebSocket):
            await request.close(CLOSED + refusal.status, refusal.sentence[:LONGEST_REASON])
            return None
        response = await run_in_threadpool(answer, request, refusal.status, refusal.sentence)
        if isinstance(refusal, TooOften):
            response.headers["Retry-After"] = str(refusal.wait_s)
        return response

    @app.exception_handler(SignInFirst)
    async def _sign_in_first(request: Request, _: SignInFirst) -> Response | None:
        if isinstance(request, WebSocket):
            await request.close(CLOSED + HTTPStatus.UNAUTHORIZED, SIGN_IN_FIRST)
            return None
        return await run_in_threadpool(_to_sign_in, request)

    @app.exception_handler(NotKept)
    def _not_kept(request: Request, _: NotKept) -> Response:
        return answer(request, HTTPStatus.NOT_FOUND, NOT_HERE)

    @app.exception_handler(StoreRefused)
    def _store(request: Request, refusal: StoreRefused) -> Response:
        log.error("the store refused: %s", where(refusal))
        return answer(request, HTTPStatus.SERVICE_UNAVAILABLE, TOO_LATE)

    @app.exception_handler(RequestValidationError)
    def _malformed(request: Request, error: RequestValidationError) -> Response:
        if all(one["loc"][0] == "path" for one in error.errors()):  # an id of a form that no id has
            return answer(request, HTTPStatus.NOT_FOUND, NOT_HERE)
        return answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, MALFORMED)

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        sentences = {404: NOT_HERE, 405: "This address does not take that: go back and use the page's own buttons."}
        response = answer(
            request,
            error.status_code,
            sentences.get(error.status_code, "This request cannot be answered: go back and try again."),
        )
        response.headers.update(error.headers or {})
        return response


class Defects:
    """What no endpoint foresaw is one page as well, with the headers of every other, and a line in the log.

    A refusal of the house, whose text is written for a person, is told; of anything else the text stays here, and the
    error goes on to the server, which closes the connection where an answer had begun already.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def listening(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, listening)
        except Exception as error:
            told = type(error).__module__.startswith("sijoint.")
            log.error("%s: %s", "not foreseen" if told else "a defect", where(error))
            if scope["type"] == "http" and not begun:
                status = HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.INTERNAL_SERVER_ERROR
                page = await run_in_threadpool(answer, Request(scope), status, str(error) if told else DEFECT)
                await page(scope, receive, send)
                if told:
                    return
            raise


def _to_sign_in(request: Request) -> Response:
    """A page leads to the sign-in and back; what was sent is not repeated by itself."""
    if request.method != "GET" or "application/json" in request.headers.get("accept", ""):
        return answer(request, HTTPStatus.UNAUTHORIZED, SIGN_IN_FIRST)
    to = f"/sign-in?next={quote(request.url.path)}"
    if request.headers.get("hx-request") == "true":
        return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": to})
    return redirect(to)
