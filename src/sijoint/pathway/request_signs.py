"""What cannot wait for an appointment: asked before anything else, answered at once, and kept with the request."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from sijoint.model import AppointmentRequest, Grade, PainArea, Severity
from sijoint.pathway.policy import Policy


@dataclass(frozen=True)
class RequestSign:
    """``words`` as it is asked, ``patient`` what a yes is told; ``area`` a place of the body map, "" where there is none."""

    code: str
    words: str
    patient: str
    severity: Severity
    area: str
    source: str
    grade: Grade


@cache
def _rows() -> tuple[RequestSign, ...]:
    text = files("sijoint.pathway").joinpath("request_signs.toml").read_text(encoding="utf-8")
    return tuple(
        RequestSign(
            code,
            row["words"],
            row["patient"],
            Severity(row["severity"]),
            row.get("area", ""),
            row["source"],
            Grade(row["grade"]),
        )
        for code, row in tomllib.loads(text).items()
    )


def sign_codes() -> tuple[str, ...]:
    return tuple(one.code for one in _rows())


def request_signs(policy: Policy) -> tuple[RequestSign, ...]:
    """Every sign with the site's numbers filled in, the worst first."""
    numbers = {"emergency": policy.emergency_phone, "clinic": policy.clinic_phone}
    filled = (replace(one, patient=one.patient.format(**numbers)) for one in _rows())
    return tuple(sorted(filled, key=lambda one: -one.severity.rank))


def with_signs(request: AppointmentRequest, told: Iterable[str]) -> AppointmentRequest:
    """The request with the signs that were answered yes, by code, where the clinic reads them first."""
    yes = set(told)
    signs = [one for one in _rows() if one.code in yes]
    if not signs:
        return request
    marked = {one.region for one in request.areas}
    areas = tuple(PainArea(one.area, None) for one in signs if one.area and one.area not in marked)
    words = "; ".join(one.words for one in signs)
    return replace(request, areas=(*areas, *request.areas), reason=f"Answered yes: {words}.\n{request.reason}".strip())
