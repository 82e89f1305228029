"""The description of all addresses as an OpenAPI document, for those who work here."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from sijoint.web.access import InTheHouse

router = APIRouter()


@router.get("/openapi.json")
def open_api(request: Request, person: InTheHouse) -> Response:
    return JSONResponse(request.app.openapi())
