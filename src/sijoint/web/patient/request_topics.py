"""The topics of asking for an appointment: which fields each has, what is needed, and the request that they make."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sijoint.frames import Side
from sijoint.model import (
    AppointmentRequest,
    BodyZone,
    Cause,
    ConservativeCare,
    ConservativeKind,
    PainArea,
    Patient,
    Referrer,
    RequestedBy,
    Sex,
)
from sijoint.pathway import body_map
from sijoint.pathway.policy import Policy
from sijoint.pathway.request_signs import request_signs, sign_codes, with_signs
from sijoint.web.forms import Form

SIDES = {"left": "Left", "right": "Right", "both": "Both", "unsure": "I am not sure"}
DAYS = {"weeks": 7, "months": 30, "years": 365}
OLDEST = 120  # years of a life, for a birth date mistyped


@dataclass(frozen=True)
class Topic:
    """``fields`` are all that its page may send; ``check`` notes what is missing in the form."""

    key: str
    title: str
    fields: tuple[str, ...]
    check: Callable[[Form, Policy, date], None]


def care_fields() -> tuple[str, ...]:
    return tuple(
        f"care_{kind.name.lower()}{part}" for kind in ConservativeKind for part in ("", "_began", "_ended", "_helped")
    )


def area_values() -> tuple[str, ...]:
    """Every place of the body map as a box sends it: ``buttock-left``, ``tail-bone``."""
    return tuple(
        f"{region.code}-{side}" if side else region.code
        for region in body_map().values()
        for side in (tuple(Side) if region.sided else ("",))
    )


def _signs(form: Form, policy: Policy, today: date) -> None:
    for sign in request_signs(policy):
        if form.raw(f"sign_{sign.code}") not in ("yes", "no"):
            form.problem(f"sign_{sign.code}", f"“{sign.words[:1].upper()}{sign.words[1:]}”: choose yes or no.")


def _where(form: Form, policy: Policy, today: date) -> None:
    if not form.all_raw("area"):
        form.problem("area", "Mark at least one place where it hurts.")
    if any(one not in area_values() for one in form.all_raw("area")):
        form.problem("area", "Choose places from the list.")
    if form.raw("side") not in SIDES:
        form.problem("side", "Say which side hurts more.")


def _since(form: Form, policy: Policy, today: date) -> None:
    form.text("reason", "What bothers you most", needed=True, longest=1000)
    form.whole("since_count", "For how long", needed=True, lowest=1, highest=99)
    if form.raw("since_unit") not in DAYS:
        form.problem("since_unit", "Choose weeks, months or years.")


def _tried(form: Form, policy: Policy, today: date) -> None:
    read_care(form, today)


def _causes(form: Form, policy: Policy, today: date) -> None:
    form.several_of("cause", "What may have caused it", Cause)


def _you(form: Form, policy: Policy, today: date) -> None:
    form.text("given_name", "First name", needed=True, longest=100)
    form.text("family_name", "Family name", needed=True, longest=100)
    born = form.day("birth_date", "Date of birth", needed=True)
    if born is not None and not today - timedelta(days=OLDEST * DAYS["years"]) <= born <= today:
        form.problem("birth_date", "Date of birth: check the year.")
    form.one_of("sex", "Sex", Sex)
    form.text("contact", "Telephone or e-mail", needed=True, longest=200)
    if form.raw("asked_by") == RequestedBy.REFERRER:
        form.text("referrer", "Name of the practice or doctor", needed=True, longest=200)


TOPICS = (
    Topic("signs", "Is it urgent?", tuple(f"sign_{code}" for code in sign_codes()), _signs),
    Topic("where", "Where does it hurt?", ("area", "side", "worse"), _where),
    Topic("since", "Since when?", ("reason", "since_count", "since_unit"), _since),
    Topic("tried", "What have you tried?", ("care_none", *care_fields()), _tried),
    Topic("causes", "What may have caused it?", ("cause",), _causes),
    Topic(
        "you",
        "Who are you?",
        ("given_name", "family_name", "birth_date", "sex", "contact", "asked_by", "referrer", "referrer_contact"),
        _you,
    ),
)


def read_care(form: Form, today: date) -> tuple[ConservativeCare, ...]:
    """What was tried, each kind from day to day; defects are noted in the form."""
    found = []
    for kind in ConservativeKind:
        name = f"care_{kind.name.lower()}"
        if not form.says(name):
            continue
        label = f"{kind.value[:1].upper()}{kind.value[1:]}"
        began = form.day(f"{name}_began", f"{label}, first day", needed=True)
        ended = form.day(f"{name}_ended", f"{label}, last day")
        if began is not None and began > today:
            form.problem(f"{name}_began", f"{label}, first day: that is still to come.")
        elif began is not None and ended is not None and ended < began:
            form.problem(f"{name}_ended", f"{label}: the last day is before the first.")
        elif began is not None:
            found.append(ConservativeCare(kind, began, ended, form.raw(f"{name}_helped") == "yes"))
    return tuple(found)


def request_from(form: Form, policy: Policy, at: datetime, today: date) -> AppointmentRequest:
    """The request as the clinic keeps it; the form was checked topic by topic before."""
    side = form.raw("side")
    worse = form.raw("worse") if side == "both" else side
    areas = tuple(_area(one) for one in form.all_raw("area"))
    count = form.whole("since_count", "For how long") or 0
    referrer = form.raw("asked_by") == RequestedBy.REFERRER
    request = AppointmentRequest(
        requested_by=RequestedBy.REFERRER if referrer else RequestedBy.PATIENT,
        at=at,
        side=Side(worse) if worse in tuple(Side) else None,
        reason=form.text("reason", "What bothers you most"),
        zones=_zones(areas),
        causes=form.several_of("cause", "What may have caused it", Cause),
        pain_since=today - timedelta(days=count * DAYS[form.raw("since_unit")]) if count else None,
        bilateral=side == "both",
        areas=areas,
        referrer=Referrer(form.text("referrer", "Practice"), contact=form.raw("referrer_contact"))
        if referrer
        else None,
        conservative_care=read_care(form, today),
    )
    return with_signs(request, signs_told(form, policy))


def signs_told(form: Form, policy: Policy) -> tuple[str, ...]:
    """The codes of the urgent signs that were answered yes."""
    return tuple(one.code for one in request_signs(policy) if form.raw(f"sign_{one.code}") == "yes")


def patient_from(form: Form, identity: str, virtual: bool) -> Patient:
    born = form.day("birth_date", "Date of birth", needed=True)
    assert born is not None, "the topic was checked before"
    return Patient(
        id=identity,
        family_name=form.text("family_name", "Family name"),
        given_name=form.text("given_name", "First name"),
        birth_date=born,
        sex=Sex(form.raw("sex")),
        contact=form.text("contact", "Telephone or e-mail"),
        virtual=virtual,
    )


def _area(value: str) -> PainArea:
    for side in Side:
        code = value.removesuffix(f"-{side}")
        if code != value:
            return PainArea(code, side)
    return PainArea(value, None)


def _zones(areas: tuple[PainArea, ...]) -> tuple[BodyZone, ...]:
    return tuple(dict.fromkeys(body_map()[one.region].zone for one in areas))
