"""The fluoroscopy room in the browser: rehearsing, performing, planning, looking back."""

from fastapi import APIRouter

from sijoint.web.room import planner

router = APIRouter()
router.include_router(planner.router)
