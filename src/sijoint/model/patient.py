"""The person. In a virtual store every person is virtual."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


@dataclass(frozen=True)
class Patient:
    id: str
    family_name: str
    given_name: str
    birth_date: date
    sex: Sex
    contact: str
    weight_kg: Decimal | None = None
    height_cm: Decimal | None = None
    virtual: bool = False
