"""The one route of all static files."""

from mimetypes import guess_type

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from sijoint.web.access import TheSameForAll
from sijoint.web.errors import NotHere
from sijoint.web.static_files import static_files, static_hash

router = APIRouter()
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


@router.get("/static/{digest}/{path:path}")
def static_file(digest: str, path: str, person: TheSameForAll) -> Response:
    """A file that was there at start; kept by the browser only under the hash of what is there now."""
    place = static_files().get(path)
    if place is None:
        raise NotHere
    kind = TYPES.get(place.suffix) or guess_type(place.name)[0] or "application/octet-stream"
    cached = "public, max-age=31536000, immutable" if digest == static_hash() else "no-cache"
    return FileResponse(place, media_type=kind, headers={"Cache-Control": cached})
