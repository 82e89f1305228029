"""Every endpoint of the room, in the order in which paths are matched."""

from fastapi import APIRouter

from sijoint.web.room import debrief, instructor, learning_curve, pages, planner, socket

router = APIRouter()
router.include_router(planner.router)
for one in (learning_curve, instructor):  # before the rooms: some of their paths look like a room's
    router.include_router(one.router)
router.include_router(pages.router)
router.include_router(socket.router)
router.include_router(debrief.router)
