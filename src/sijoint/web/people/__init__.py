"""People and the site itself: signing in, the own account, who holds which role, who looked at what, the backups."""

from fastapi import APIRouter

from sijoint.web.people import sign_in_page

router = APIRouter()
router.include_router(sign_in_page.router)
