"""The fluoroscopy room in the browser: rehearsing, performing, planning, looking back."""

from fastapi import APIRouter

router = APIRouter()
