"""The planner: cuts through the CT with the plan in them, what every view shows, ranked plans with reasons and margins."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from sijoint.anatomy import structure_in_words
from sijoint.frames import ReceptorTilt, Side
from sijoint.guidance import Plan
from sijoint.model import Target
from sijoint.report.plan_document import map_document, plan_document, receptor_document, risk_documents
from sijoint.report.view_grid import view_grid
from sijoint.web.access import Rehearser
from sijoint.web.errors import NotHere, Refused
from sijoint.web.headers import NIIVUE_CSP
from sijoint.web.pages import redirect, render
from sijoint.web.room.look_ahead import Asked, LookAhead, NoLook, asked_for, desk_of
from sijoint.web.site import Site, TheSite

router = APIRouter()
AT = "/planner/{pelvis}/{side}/{target}"
KEPT_A_WHILE = "private, max-age=3600"  # a library's CT and what follows from it: nobody's data
LARGEST_SEED = 999_999
FURTHEST_DEG = 90.0


@router.get("/planner")
def choose(
    request: Request,
    person: Rehearser,
    pelvis: str = "",
    seed: str = "1",
    side: Side = Side.LEFT,
    target: Target = Target.INTRA_ARTICULAR,
    room: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Which pelvis, side and target; a choice made leads to its page."""
    if not pelvis:
        return render(request, "room/planner_choose.html.j2", sides=list(Side), targets=list(Target), room=room)
    if pelvis == "library":
        if not (seed.isascii() and seed.isdigit() and int(seed) <= LARGEST_SEED):
            raise Refused(f"The number of a library pelvis is between 0 and {LARGEST_SEED}: go back and write one.")
        pelvis = f"library-{int(seed)}"
    asked_for(pelvis, side, target)
    return redirect(f"/planner/{pelvis}/{side}/{target}" + (f"?room={room}" if room else ""))


@router.get(AT)
def planner(
    request: Request,
    site: TheSite,
    person: Rehearser,
    pelvis: str,
    side: str,
    target: str,
    plan: int = 1,
    room: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    asked = asked_for(pelvis, side, target)
    there = f"/planner/{pelvis}/{side}/{target}"
    try:
        found = desk_of(site).ask(asked)
    except NoLook as why:
        return render(request, "room/planner_none.html.j2", asked=asked, why=str(why), room=room)
    if isinstance(found, str):
        return render(request, "room/planner_wait.html.j2", asked=asked, doing=found, there=there, plan=plan, room=room)
    answer = render(request, "room/planner.html.j2", **_page(asked, found, plan), there=there, number=plan, room=room)
    answer.headers["Content-Security-Policy"] = NIIVUE_CSP
    return answer


@router.get(f"{AT}/progress")
def progress(request: Request, site: TheSite, person: Rehearser, pelvis: str, side: str, target: str) -> HTMLResponse:
    """What is being computed, for the page that waits; the browser is told to load it again when it is done."""
    asked = asked_for(pelvis, side, target)
    try:
        found = desk_of(site).ask(asked)
    except NoLook:
        found = None
    doing = found if isinstance(found, str) else ""
    answer = render(request, "room/planner_doing.html.j2", doing=doing)
    if not doing:
        answer.headers["HX-Refresh"] = "true"
    return answer


@router.get(f"{AT}/plan.json")
def facts(site: TheSite, person: Rehearser, pelvis: str, side: str, target: str, plan: int = 1) -> JSONResponse:
    """What the page's scripts draw: the plans, the map and the structures at risk."""
    found = _ready(site, pelvis, side, target)
    seen = found.views(plan)
    document = {
        "side": found.asked.side,
        "plans": [plan_document(each) for each in found.plans],
        "map": map_document(seen)["map"],
        "isocentre_mm": [round(float(value), 2) for value in seen.target_mm],
        "risks": risk_documents(found.risks),
    }
    return JSONResponse(document, headers={"Cache-Control": KEPT_A_WHILE})


@router.get(f"{AT}/ct.nii")
def volume(site: TheSite, person: Rehearser, pelvis: str, side: str, target: str) -> Response:
    return _packed(_ready(site, pelvis, side, target).volume_gz)


@router.get(f"{AT}/scene.bin")
def scene(site: TheSite, person: Rehearser, pelvis: str, side: str, target: str) -> Response:
    return _packed(_ready(site, pelvis, side, target).scene_gz)


@router.get(f"{AT}/view.png")
def preview(
    site: TheSite,
    person: Rehearser,
    pelvis: str,
    side: str,
    target: str,
    left_deg: Annotated[float, Query(ge=-FURTHEST_DEG, le=FURTHEST_DEG, allow_inf_nan=False)],
    cephalad_deg: Annotated[float, Query(ge=-FURTHEST_DEG, le=FURTHEST_DEG, allow_inf_nan=False)],
    plan: int = 1,
) -> Response:
    """One simulated image from a receptor direction, on half a degree."""
    found = _ready(site, pelvis, side, target)
    receptor = ReceptorTilt(round(2 * left_deg) / 2, round(2 * cephalad_deg) / 2)
    picture = found.picture(plan, receptor)
    return Response(picture, media_type="image/png", headers={"Cache-Control": KEPT_A_WHILE})


def _ready(site: Site, pelvis: str, side: str, target: str) -> LookAhead:
    try:
        return desk_of(site).ready(asked_for(pelvis, side, target))
    except NoLook:
        raise NotHere from None


def _packed(content: bytes) -> Response:
    headers = {"Content-Encoding": "gzip", "Cache-Control": KEPT_A_WHILE}
    return Response(content, media_type="application/octet-stream", headers=headers)


def _page(asked: Asked, found: LookAhead, number: int) -> dict[str, Any]:
    chosen, seen = found.plan(number), found.views(number)
    body = found.case.body
    return {
        "asked": asked,
        "plans": [(n, each, _nearest(each)) for n, each in enumerate(found.plans, 1)],
        "chosen": chosen,
        "margins": _margins(chosen),
        "views": [(view, receptor_document(view.receptor)) for view in seen.views],
        "grid": view_grid(seen),
        "overlap_deg": seen.overlap_angle_deg,
        "assumed": (*seen.assumed, *body.patient.provenance.modelled),
        "source": body.patient.provenance,
    }


def _margins(plan: Plan) -> list[tuple[str, float, str]]:
    """Structure, least distance in mm and how it was found, the nearest first."""
    ordered = sorted(plan.margins_mm.items(), key=lambda each: each[1])
    return [(structure_in_words(name), gap, plan.found_by.get(name, "")) for name, gap in ordered]


def _nearest(plan: Plan) -> str:
    margins = _margins(plan)
    return f"{margins[0][0]} {margins[0][1]:.0f} mm" if margins else "none known"
