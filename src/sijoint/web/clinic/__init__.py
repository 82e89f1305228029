"""The clinic's day: who comes, what holds whom back, and what is done with each."""

from fastapi import APIRouter

router = APIRouter()
