"""The patient's own pages: asking for an appointment, answering, preparing, the diary, the own record."""

from fastapi import APIRouter

from sijoint.web.patient import diary_pages, offline

router = APIRouter()
for _subject in (offline.router, diary_pages.router):  # the worker and the empty page before ``/d/{link}``
    router.include_router(_subject)
