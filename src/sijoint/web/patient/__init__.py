"""The patient's own pages: asking for an appointment, answering, preparing, the diary, the own record."""

from fastapi import APIRouter

from sijoint.web.patient import diary_pages, offline, request_pages, screening_pages

router = APIRouter()
# The worker and the empty page stand before ``/d/{link}``.
for _subject in (offline.router, diary_pages.router, request_pages.router, screening_pages.router):
    router.include_router(_subject)
