"""People and the site itself: signing in, the own account, who holds which role, who looked at what, the backups."""

from fastapi import APIRouter

from sijoint.web.people import (
    account_page,
    audit_page,
    backups_page,
    patient_access_page,
    people_pages,
    sign_in_page,
    site_page,
)

router = APIRouter()
for subject in (sign_in_page, account_page, people_pages, patient_access_page, audit_page, backups_page, site_page):
    router.include_router(subject.router)
