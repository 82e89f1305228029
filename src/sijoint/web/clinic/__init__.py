"""The clinic's day: who comes, what holds whom back, and what is done with each."""

from fastapi import APIRouter

from sijoint.web.clinic import (
    acting,
    day_pages,
    episode_page,
    papers_page,
    payers_page,
    policy_page,
    recipe_page,
    request_page,
    search_page,
)

router = APIRouter()
for one in (
    day_pages,
    request_page,
    episode_page,
    acting,
    recipe_page,
    papers_page,
    payers_page,
    search_page,
    policy_page,
):
    router.include_router(one.router)
