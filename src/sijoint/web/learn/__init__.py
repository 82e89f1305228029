"""The joint and its injection explained, with pictures made by the program."""

from fastapi import APIRouter

router = APIRouter()
