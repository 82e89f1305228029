"""The joint and its injection explained, with pictures made by the program."""

from fastapi import APIRouter

from sijoint.web.learn import pages

router = APIRouter()
router.include_router(pages.router)
