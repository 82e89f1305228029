"""The fluoroscopy room in the browser: rehearsing, performing, planning, looking back."""

from fastapi import APIRouter

from sijoint.web.room import debrief, instructor, learning_curve, pages, planner, socket

router = APIRouter()
router.include_router(planner.router)
router.include_router(learning_curve.router)  # before the rooms: its path is one of theirs
router.include_router(pages.router)
router.include_router(socket.router)
router.include_router(instructor.router)
router.include_router(debrief.router)
