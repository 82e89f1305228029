"""The patient's own pages: asking for an appointment, answering, preparing, the diary, the own record."""

from fastapi import APIRouter

from sijoint.web.patient import (
    daily_life,
    diary_pages,
    offline,
    own_pages,
    own_papers,
    own_visit,
    request_pages,
    screening_pages,
)

router = APIRouter()
for _subject in (
    offline.router,  # before ``/d/{link}``
    diary_pages.router,
    request_pages.router,
    screening_pages.router,
    daily_life.router,
    own_pages.router,
    own_papers.router,
    own_visit.router,
):
    router.include_router(_subject)
