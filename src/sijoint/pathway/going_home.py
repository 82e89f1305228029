"""The discharge sheet: one page, made at discharge from what was really given, the answers and the policy."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import cache
from importlib.resources import files

from sijoint.formulary import Agent, IngredientKind
from sijoint.frames.side import Side
from sijoint.model import (
    Answer,
    DischargeItem,
    DischargeSheet,
    DischargeTopic,
    Episode,
    GivenLine,
    OrderKind,
    Painkiller,
    Patient,
    Procedure,
    ScreeningAnswers,
    Sedation,
    Session,
    Severity,
    SyringeUse,
    Target,
)
from sijoint.pathway.antithrombotics import antithrombotics_taken, hold_signed
from sijoint.pathway.doses import known_agent
from sijoint.pathway.findings import explain
from sijoint.pathway.injections import given_agents, injected_at, leg_weakness
from sijoint.pathway.painkillers import PainkillerAdvice, painkiller_advice
from sijoint.pathway.policy import Policy
from sijoint.pathway.screening import glucose_watch_days, may_be_diabetic
from sijoint.pathway.sheet import glucose_mmol_l


class NothingToTakeHome(ValueError):
    """A discharge sheet needs a procedure."""


@dataclass(frozen=True)
class Going:
    """What the parts of the sheet are written from. ``steroids`` are those really given; ``zone`` the clinic's clock."""

    episode: Episode
    session: Session
    procedure: Procedure
    answers: ScreeningAnswers
    policy: Policy
    now: datetime
    zone: tzinfo
    given_at: datetime | None
    steroids: tuple[Agent, ...]

    def clock(self, at: datetime) -> str:
        """A moment as the patient reads it."""
        local = at.astimezone(self.zone)
        return f"{local:%H:%M} ({local.tzname()}) on {local.day} {local:%B}"

    def day(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        return f"{local.day} {local:%B}"


def discharge_sheet(
    episode: Episode, patient: Patient, policy: Policy, now: datetime, zone: tzinfo = UTC
) -> DischargeSheet:
    """The sheet of the current session. Raises NothingToTakeHome before there is a procedure.

    Total in the answers: what is not answered is treated as a risk, so an episode without screening gets a sheet, too.
    """
    session = episode.sessions[-1] if episode.sessions else None
    if session is None or session.procedure is None:
        raise NothingToTakeHome("a discharge sheet needs a procedure: record the procedure first")
    procedure, answers = session.procedure, episode.screening_answers or ScreeningAnswers()
    steroids = tuple(one for one, _ in given_agents(procedure) if one.kind is IngredientKind.STEROID)
    given_at = injected_at(procedure)
    going = Going(episode, session, procedure, answers, policy, now, zone, given_at, steroids)
    advice = painkiller_advice(session, episode.screening_answers, patient, policy, now)
    call_from, call_until = (
        now + timedelta(hours=hours) for hours in (policy.home_call_from_hours, policy.home_call_until_hours)
    )
    emergency, call = _red_flags(going)
    return DischargeSheet(
        made_at=now,
        procedure_id=procedure.id,
        given_at=given_at,
        side=procedure.side,
        target=procedure.target,
        given=_given(procedure),
        items=(
            *_soreness(going),
            *_painkillers(going, advice),
            *_medicines(going),
            *_driving(going),
            *_activity(going),
            *_diary(going),
            *_diabetes(going),
            *_effect(going),
            _item(
                DischargeTopic.OUR_CALL,
                "our_call",
                "call",
                first=going.day(call_from),
                last=going.day(call_until),
            ),
        ),
        emergency_if=emergency,
        call_if=call,
        clinic_phone=policy.clinic_phone,
        emergency_phone=policy.emergency_phone,
        painkiller=advice.painkiller,
        call_from=call_from,
        call_until=call_until,
        painkiller_from=advice.test_until if advice.painkiller is Painkiller.IBUPROFEN else None,
        ibuprofen_held_back_by=advice.ibuprofen_held_back_by,
    )


@cache
def _texts() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    text = files("sijoint.pathway").joinpath("texts", "going_home.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _sentence(section: str, key: str, **blanks: object) -> str:
    return _texts()[section][key]["text"].format(**{name: str(value) for name, value in blanks.items()})


def _item(topic: DischargeTopic, section: str, key: str, **blanks: object) -> DischargeItem:
    source = _texts()[section][key]["source"].format(**{name: str(value) for name, value in blanks.items()})
    return DischargeItem(topic, _sentence(section, key, **blanks), source)


def _given(procedure: Procedure) -> tuple[GivenLine, ...]:
    """One line for each agent, use, side and target, in the order in which they were first given."""
    totals: dict[tuple[SyringeUse, str, Side, Target], Decimal] = {}
    for one in procedure.administrations:
        key = (one.use, one.agent, one.side, one.target)
        totals[key] = totals.get(key, Decimal(0)) + one.volume_ml
    return tuple(_line(*key, volume) for key, volume in totals.items() if volume > 0)


def _line(use: SyringeUse, code: str, side: Side, target: Target, volume: Decimal) -> GivenLine:
    agent = known_agent(code)
    kinds = {
        IngredientKind.LOCAL_ANAESTHETIC: "anaesthetic",
        IngredientKind.STEROID: "steroid",
        IngredientKind.CONTRAST: "contrast",
        IngredientKind.DILUENT: "diluent",
    }
    name = agent.name if agent else code
    place = "skin" if use is SyringeUse.SKIN else "ligament" if target is Target.LIGAMENT else "joint"
    where = _sentence("where", place, side=side)
    shown = f"{volume.normalize():f}"
    words = _sentence("given", kinds[agent.kind] if agent else "unknown", name=name, volume=shown, where=where)
    return GivenLine(use, code, name, volume, side, words)


def _soreness(going: Going) -> Iterator[DischargeItem]:
    first, last = going.policy.soreness_days_from, going.policy.soreness_days_to
    key = "sore" if going.given_at is not None else "no_drug"
    yield _item(DischargeTopic.SORENESS, "soreness", key, first=first, last=last)


def _painkillers(going: Going, advice: PainkillerAdvice) -> Iterator[DischargeItem]:
    topic, policy = DischargeTopic.PAINKILLERS, going.policy
    yield _item(topic, "painkillers", "ice", minutes=policy.ice_minutes)
    after = ""
    if advice.test_until is not None:
        until = going.clock(advice.test_until)
        after = f" after {until}"
        yield _item(topic, "painkillers", "wait", until=until)
    if advice.painkiller is Painkiller.IBUPROFEN:
        yield _item(
            topic,
            "painkillers",
            "ibuprofen",
            after=after,
            single=policy.ibuprofen_single_mg,
            apart=policy.ibuprofen_hours_apart,
            most=policy.ibuprofen_day_maximum_mg,
            days=policy.ibuprofen_days,
        )
    elif advice.painkiller is Painkiller.PARACETAMOL:
        yield _item(topic, "painkillers", "paracetamol", after=after)
    else:
        yield _item(topic, "painkillers", "ask_first")
    if going.answers.regular_opioid.answer is not Answer.NO:
        yield _item(topic, "painkillers", "opioid")


def _medicines(going: Going) -> Iterator[DischargeItem]:
    """Only a hold that was signed is started again; everything else was never stopped."""
    topic = DischargeTopic.MEDICINES
    taken = antithrombotics_taken(going.answers)
    held = 0
    for one in taken:
        signed = hold_signed(one.code, going.episode.prescriber_contacts)
        if signed is None:
            yield _item(topic, "medicines", "keep", agent=one.code)
            continue
        held += 1
        restart = _texts()["restart"].get(one.code)
        if restart is None:
            yield _item(topic, "medicines", "restart_unset", agent=one.code)
            continue
        at = going.clock((going.procedure.ended_at or going.now) + timedelta(hours=int(restart["hours"])))
        by = signed.prescriber
        yield _item(topic, "medicines", "restart", agent=one.code, at=at, prescriber=by, source=restart["source"])
    if not taken and going.answers.antithrombotics.answer is not Answer.NO:
        yield _item(topic, "medicines", "contradiction")
    yield _item(topic, "medicines", "others" if held else "none_held")


def _driving(going: Going) -> Iterator[DischargeItem]:
    topic = DischargeTopic.DRIVING
    if going.session.order.sedation is not Sedation.NONE:
        hours = going.policy.no_driving_sedated_hours
        yield _item(topic, "driving", "sedated", until=going.clock(going.now + timedelta(hours=hours)))
    if going.session.order.sedation is not Sedation.NONE or going.policy.driver == "always":
        yield _item(topic, "driving", "driven")
    yield _item(topic, "driving", "today")


def _activity(going: Going) -> Iterator[DischargeItem]:
    topic = DischargeTopic.ACTIVITY
    yield _item(topic, "activity", "fall")
    if going.session.order.kind is OrderKind.DIAGNOSTIC and going.given_at is not None:
        yield _item(topic, "activity", going.policy.activity_after_test)
    else:
        yield _item(topic, "activity", "therapy")
    yield _item(topic, "activity", "tomorrow")


def _diary(going: Going) -> Iterator[DischargeItem]:
    """Without a drug no diary is asked."""
    if going.given_at is not None:
        key = "test" if going.session.order.kind is OrderKind.DIAGNOSTIC else "therapy"
        yield _item(DischargeTopic.DIARY, "diary", key)
        yield _item(DischargeTopic.DIARY, "diary", "unwatched")


def _diabetes(going: Going) -> Iterator[DischargeItem]:
    topic = DischargeTopic.DIABETES
    if not may_be_diabetic(going.answers):
        return
    if not going.steroids:
        yield _item(topic, "diabetes", "no_steroid")
        return
    days = glucose_watch_days(going.answers, going.steroids, going.policy)
    limit = going.policy.discharge_glucose_call_mg_dl
    yield _item(topic, "diabetes", "plan", days=days)
    yield _item(topic, "diabetes", "limit", limit=limit, mmol=glucose_mmol_l(limit))


def _effect(going: Going) -> Iterator[DischargeItem]:
    topic = DischargeTopic.EFFECT
    if going.given_at is not None and going.session.order.kind is OrderKind.DIAGNOSTIC:
        yield _item(topic, "effect", "numb")
    onsets = [_onset_days(one) for one in going.steroids]
    if onsets:
        first, last = min(low for low, _ in onsets), max(high for _, high in onsets)
        yield _item(topic, "effect", "steroid", first=first, last=last)
        yield _item(topic, "effect", "flush")


def _onset_days(steroid: Agent) -> tuple[Decimal, Decimal]:
    """The range that the sources print, else the one value twice."""
    days = Decimal(steroid.steroid.onset_days if steroid.steroid else 0)
    printed = steroid.ingredient.evidence["onset_days"]
    return (days if printed.low is None else printed.low), (days if printed.high is None else printed.high)


def _red_flags(going: Going) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Reasons for the emergency number, and for the clinic's, by the severity that the diary gives them."""
    policy, limit = going.policy, going.policy.discharge_glucose_call_mg_dl
    blanks = {
        "after": _weak_after(going),
        "fever": policy.fever_c,
        "limit": limit,
        "mmol": glucose_mmol_l(limit),
        "pressure": f"{policy.systolic_maximum}/{policy.diastolic_maximum}",
    }
    unasked = set() if going.steroids and may_be_diabetic(going.answers) else {"redflag.glucose"}
    if not going.steroids:
        unasked.add("redflag.blood-pressure")
    lines = {code: _sentence("red_flags", code, **blanks) for code in _texts()["red_flags"] if code not in unasked}
    urgent = {code for code in lines if explain(code).severity is Severity.ABSOLUTE}
    return (
        tuple(text for code, text in lines.items() if code in urgent),
        tuple(text for code, text in lines.items() if code not in urgent),
    )


def _weak_after(going: Going) -> str:
    drug = leg_weakness(going.procedure)
    if drug is None or going.given_at is None:
        return ""
    return f" after {going.clock(going.given_at + timedelta(minutes=drug[1]))}"
