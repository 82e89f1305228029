"""The body map: the places that a person can mark, and what the marks say about side and source."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from sijoint.frames import Side
from sijoint.model import Answer, AppointmentRequest, Assessment, BodyZone, Finding
from sijoint.pathway.findings import found


class PointsTo(StrEnum):
    """What pain at a place makes one think of first."""

    JOINT = "joint"
    NERVE = "nerve"
    HIP = "hip"
    HIGHER = "higher"
    DANGER = "danger"


@dataclass(frozen=True)
class BodyRegion:
    """One place of the map. ``share``: how often a proven joint hurt there, "" where nobody counted."""

    code: str
    label: str
    sided: bool
    zone: BodyZone
    points_to: PointsTo
    share: str


@cache
def body_map() -> Mapping[str, BodyRegion]:
    """Every place by code, from the back down to the foot."""
    text = files("sijoint.pathway").joinpath("body_map.toml").read_text(encoding="utf-8")
    return {
        code: BodyRegion(
            code, row["label"], row["sided"], BodyZone(row["zone"]), PointsTo(row["points_to"]), row.get("share", "")
        )
        for code, row in tomllib.loads(text).items()
    }


def sides_marked(request: AppointmentRequest) -> frozenset[Side]:
    """The sides on which anything is marked."""
    return frozenset(one.side for one in request.areas if one.side is not None)


def body_map_findings(request: AppointmentRequest, assessment: Assessment | None) -> list[Finding]:
    """Marks that are incomplete, that name another side than the request, or that point away from the joint."""
    findings: list[Finding] = []
    for one in request.areas:
        region = body_map().get(one.region)
        if region is None:
            findings.append(found("request.area-unknown", of=one.region, region=one.region))
        elif region.sided and one.side is None:
            findings.append(found("request.area-no-side", of=one.region, where=region.label))
    return [*findings, *_sides(request), *_sources(request, assessment)]


def _sides(request: AppointmentRequest) -> list[Finding]:
    marked = sides_marked(request)
    if request.bilateral or request.side is None or marked <= {request.side}:
        return []
    here, there = request.side, request.side.opposite
    if marked == {there}:
        return [found("request.map-other-side", named=here, marked=there)]
    return [found("request.map-both-sides", named=here)]


def _sources(request: AppointmentRequest, assessment: Assessment | None) -> list[Finding]:
    regions = [body_map()[one.region] for one in request.areas if one.region in body_map()]
    towards = {one.points_to for one in regions}
    findings = []
    if PointsTo.DANGER in towards:
        excluded = assessment is not None and assessment.cauda_equina_suspected.answer is Answer.NO
        findings.append(found("request.area-danger-excluded" if excluded else "request.area-danger"))
    if regions and PointsTo.JOINT not in towards:
        where = ", ".join(dict.fromkeys(one.label for one in regions))
        findings.append(found("request.area-away-from-joint", where=where))
    if PointsTo.NERVE in towards:
        findings.append(found("request.area-nerve"))
    return findings
