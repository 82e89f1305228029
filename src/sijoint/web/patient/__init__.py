"""The patient's own pages: asking for an appointment, answering, preparing, the diary, the own record."""

from fastapi import APIRouter

router = APIRouter()
