"""How every refusal is told: as a page, as a fragment for htmx, or as JSON for a script that asked for JSON."""

import logging
import traceback
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from sijoint.records import StoreRefused
from sijoint.web.errors import NOT_HERE, Refused, SignInFirst, TooOften
from sijoint.web.pages import redirect, render

log = logging.getLogger("sijoint.web")

TOO_LATE = "The store is busy or cannot write just now: nothing was changed; try once more in a minute."
DEFECT = (
    "Something went wrong in the program: nothing was half written; go back and try again, or tell the site's support."
)


def answer(request: Request, status: int, sentence: str) -> Response:
    """The sentence as a page, as a fragment for htmx, or as JSON for a script that asked for JSON."""
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"refused": sentence}, status)
    fragment = request.headers.get("hx-request") == "true"
    template = "refused_fragment.html.j2" if fragment else "refused.html.j2"
    return render(request, template, status=status, sentence=sentence, code=int(status))


def add_error_pages(app: FastAPI) -> None:
    """Every way in which a request can fail ends in one of these."""

    @app.exception_handler(Refused)
    def _refused(request: Request, refusal: Refused) -> Response:
        response = answer(request, refusal.status, refusal.sentence)
        if isinstance(refusal, TooOften):
            response.headers["Retry-After"] = str(refusal.wait_s)
        return response

    @app.exception_handler(SignInFirst)
    def _sign_in_first(request: Request, _: SignInFirst) -> Response:
        if request.method != "GET" or "application/json" in request.headers.get("accept", ""):
            return answer(
                request, HTTPStatus.UNAUTHORIZED, "You are not signed in, or no longer: sign in, then send it again."
            )
        to = f"/sign-in?next={request.url.path}"
        if request.headers.get("hx-request") == "true":
            return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": to})
        return redirect(to)

    @app.exception_handler(StoreRefused)
    def _store(request: Request, refusal: StoreRefused) -> Response:
        log.error("the store refused: %s", _where(refusal))
        return answer(request, HTTPStatus.SERVICE_UNAVAILABLE, TOO_LATE)

    @app.exception_handler(RequestValidationError)
    def _malformed(request: Request, _: RequestValidationError) -> Response:
        return answer(
            request,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "Something in this request is missing or not readable: go back and fill it in again.",
        )

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

    @app.exception_handler(Exception)
    def _defect(request: Request, error: Exception) -> Response:
        log.error("a defect: %s", _where(error))
        return answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, DEFECT)


def _where(error: BaseException) -> str:
    """The kind of an error and the lines it came through; never its text, which may hold what a patient said."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return f"{type(error).__name__} at " + " < ".join(
        f"{frame.filename.rpartition('/sijoint/')[2]}:{frame.lineno}" for frame in reversed(frames)
    )
