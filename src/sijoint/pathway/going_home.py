"""The discharge sheet: one page, made at discharge from what was really given, the answers and the policy."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

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
    SyringeUse,
    Target,
)
from sijoint.pathway.antithrombotic_plan import antithrombotic_plan
from sijoint.pathway.antithrombotics import antithrombotics_taken, hold_signed
from sijoint.pathway.doses import known_agent
from sijoint.pathway.injections import given_agents, injected_at
from sijoint.pathway.languages import ENGLISH, Language, language, sentence_source
from sijoint.pathway.painkillers import PainkillerAdvice, painkiller_advice
from sijoint.pathway.policy import Policy
from sijoint.pathway.screening import glucose_watch_days, may_be_diabetic
from sijoint.pathway.units import glucose_mmol_l
from sijoint.pathway.warning_signs import warning_signs

PAPER = "going_home"


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
    language: Language

    def moment(self, at: datetime) -> str:
        return self.language.moment(at, self.zone)

    def day(self, at: datetime) -> str:
        return self.language.day(at, self.zone)

    def sentence(self, section: str, key: str, **blanks: object) -> str:
        return self.language.sentence(PAPER, section, key, **blanks)

    def item(self, topic: DischargeTopic, section: str, key: str, restart: str = "", **blanks: object) -> DischargeItem:
        source = sentence_source(PAPER, section, key, restart=restart)
        return DischargeItem(topic, self.sentence(section, key, **blanks), source, f"{section}.{key}")


def discharge_sheet(
    episode: Episode,
    patient: Patient,
    policy: Policy,
    now: datetime,
    zone: tzinfo | None = None,
    language_code: str = ENGLISH,
) -> DischargeSheet:
    """The sheet of the current session. Raises NothingToTakeHome before there is a procedure, and UnknownLanguage.

    Total in the answers: what is not answered is treated as a risk, so an episode without screening gets a sheet, too.
    """
    session = episode.sessions[-1] if episode.sessions else None
    if session is None or session.procedure is None:
        raise NothingToTakeHome("a discharge sheet needs a procedure: record the procedure first")
    zone = zone or policy.zone
    procedure, answers = session.procedure, episode.screening_answers or ScreeningAnswers()
    steroids = tuple(one for one, _ in given_agents(procedure) if one.kind is IngredientKind.STEROID)
    given_at = injected_at(procedure)
    going = Going(episode, session, procedure, answers, policy, now, zone, given_at, steroids, language(language_code))
    advice = painkiller_advice(session, episode.screening_answers, patient, policy, now)
    call_from, call_until = (
        now + timedelta(hours=hours) for hours in (policy.home_call_from_hours, policy.home_call_until_hours)
    )
    emergency, call = warning_signs(going.procedure, steroids, answers, policy, going.language, zone)
    return DischargeSheet(
        made_at=now,
        procedure_id=procedure.id,
        given_at=given_at,
        side=procedure.side,
        target=procedure.target,
        given=_given(going),
        items=(
            *_soreness(going),
            *_painkillers(going, advice),
            *_medicines(going),
            *_driving(going),
            *_activity(going),
            *_diary(going),
            *_diabetes(going),
            *_effect(going),
            going.item(
                DischargeTopic.OUR_CALL, "our_call", "call", first=going.day(call_from), last=going.day(call_until)
            ),
        ),
        emergency_if=emergency,
        call_if=call,
        clinic_phone=going.language.site(policy.clinic_phone),
        emergency_phone=going.language.site(policy.emergency_phone),
        painkiller=advice.painkiller,
        call_from=call_from,
        call_until=call_until,
        painkiller_from=advice.test_until if advice.painkiller is Painkiller.IBUPROFEN else None,
        ibuprofen_held_back_by=advice.ibuprofen_held_back_by,
        language=language_code,
        zone=str(zone),
    )


def _given(going: Going) -> tuple[GivenLine, ...]:
    """One line for each agent, use, side and target, in the order in which they were first given."""
    totals: dict[tuple[SyringeUse, str, Side, Target], Decimal] = {}
    for one in going.procedure.administrations:
        key = (one.use, one.agent, one.side, one.target)
        totals[key] = totals.get(key, Decimal(0)) + one.volume_ml
    return tuple(_line(going, *key, volume) for key, volume in totals.items() if volume > 0)


def _line(going: Going, use: SyringeUse, code: str, side: Side, target: Target, volume: Decimal) -> GivenLine:
    agent = known_agent(code)
    kinds = {
        IngredientKind.LOCAL_ANAESTHETIC: "anaesthetic",
        IngredientKind.STEROID: "steroid",
        IngredientKind.CONTRAST: "contrast",
        IngredientKind.DILUENT: "diluent",
    }
    place = "skin" if use is SyringeUse.SKIN else "ligament" if target is Target.LIGAMENT else "joint"
    where = going.sentence("where", place, side=side)
    kind = kinds[agent.kind] if agent else "unknown"
    name = going.language.agent(agent) if agent else code
    words = going.sentence("given", kind, name=name, volume=volume, where=where)
    return GivenLine(use, code, agent.name if agent else code, volume, side, words)


def _soreness(going: Going) -> Iterator[DischargeItem]:
    first, last = going.policy.soreness_days_from, going.policy.soreness_days_to
    key = "sore" if going.given_at is not None else "no_drug"
    yield going.item(DischargeTopic.SORENESS, "soreness", key, first=first, last=last)


def _painkillers(going: Going, advice: PainkillerAdvice) -> Iterator[DischargeItem]:
    topic, policy = DischargeTopic.PAINKILLERS, going.policy
    yield going.item(topic, "painkillers", "ice", minutes=policy.ice_minutes)
    until, later = "", ""
    if advice.test_until is not None:
        until, later = going.moment(advice.test_until), "_later"
        yield going.item(topic, "painkillers", "wait", until=until)
    if advice.painkiller is Painkiller.IBUPROFEN:
        yield going.item(
            topic,
            "painkillers",
            f"ibuprofen{later}",
            until=until,
            single=policy.ibuprofen_single_mg,
            apart=policy.ibuprofen_hours_apart,
            most=policy.ibuprofen_day_maximum_mg,
            days=policy.ibuprofen_days,
        )
        yield going.item(topic, "painkillers", "ibuprofen_unless")
    elif advice.painkiller is Painkiller.PARACETAMOL:
        yield going.item(topic, "painkillers", f"paracetamol{later}", until=until)
        yield going.item(topic, "painkillers", "no_ibuprofen")
    else:
        yield going.item(topic, "painkillers", "ask_first")
        yield going.item(topic, "painkillers", "no_ibuprofen")
    if going.answers.regular_opioid.answer is not Answer.NO:
        yield going.item(topic, "painkillers", "opioid")


def _medicines(going: Going) -> Iterator[DischargeItem]:
    """Only a hold that was signed is started again; everything else was never stopped."""
    topic = DischargeTopic.MEDICINES
    taken = antithrombotics_taken(going.answers)
    held = 0
    plan = antithrombotic_plan(
        going.answers, going.episode.prescriber_contacts, going.session.booking, going.policy, going.zone
    )
    for line in plan:
        agent = going.language.medicine(line.medicine.code)
        if line.contact is None or hold_signed(line.medicine.code, (line.contact,)) is None:
            yield going.item(topic, "medicines", "keep", agent=agent)
            continue
        held += 1
        if line.pause is None or line.restart_hours is None:
            yield going.item(topic, "medicines", "restart_unset", agent=agent)
            continue
        at = going.moment((going.procedure.ended_at or going.now) + timedelta(hours=line.restart_hours))
        by = line.contact.prescriber
        yield going.item(topic, "medicines", "restart", restart=line.restart_source, agent=agent, at=at, prescriber=by)
    if not taken and going.answers.antithrombotics.answer is not Answer.NO:
        yield going.item(topic, "medicines", "contradiction")
    known = going.answers.medicines_asked.answer is Answer.YES
    yield going.item(topic, "medicines", "others" if held else "none_held" if known else "none_known")


def _driving(going: Going) -> Iterator[DischargeItem]:
    topic = DischargeTopic.DRIVING
    if _sedated(going.session):
        hours = going.policy.no_driving_sedated_hours
        yield going.item(topic, "driving", "sedated", until=going.moment(going.now + timedelta(hours=hours)))
    if _sedated(going.session) or going.policy.driver == "always":
        yield going.item(topic, "driving", "driven")
    yield going.item(topic, "driving", "today")


def _sedated(session: Session) -> bool:
    """By what was ordered or given: a sedative that nobody had planned counts, one that was planned and left out too."""
    given = any(not one.reversal for one in session.sedatives)
    return given or session.order.sedation is not Sedation.NONE


def _activity(going: Going) -> Iterator[DischargeItem]:
    topic = DischargeTopic.ACTIVITY
    yield going.item(topic, "activity", "fall")
    if going.session.order.kind is OrderKind.DIAGNOSTIC and going.given_at is not None:
        yield going.item(topic, "activity", going.policy.activity_after_test)
    else:
        yield going.item(topic, "activity", "therapy")
    yield going.item(topic, "activity", "tomorrow")


def _diary(going: Going) -> Iterator[DischargeItem]:
    """Without a drug no diary is asked."""
    if going.given_at is not None:
        key = "test" if going.session.order.kind is OrderKind.DIAGNOSTIC else "therapy"
        yield going.item(DischargeTopic.DIARY, "diary", key)
        yield going.item(DischargeTopic.DIARY, "diary", "unwatched")


def _diabetes(going: Going) -> Iterator[DischargeItem]:
    topic = DischargeTopic.DIABETES
    if not may_be_diabetic(going.answers):
        return
    if not going.steroids:
        yield going.item(topic, "diabetes", "no_steroid")
        return
    days = glucose_watch_days(going.answers, going.steroids, going.policy)
    limit = going.policy.discharge_glucose_call_mg_dl
    yield going.item(topic, "diabetes", "plan", days=days)
    yield going.item(topic, "diabetes", "limit", limit=limit, mmol=glucose_mmol_l(limit))


def _effect(going: Going) -> Iterator[DischargeItem]:
    topic = DischargeTopic.EFFECT
    if going.given_at is not None and going.session.order.kind is OrderKind.DIAGNOSTIC:
        yield going.item(topic, "effect", "numb")
    onsets = [_onset_days(one) for one in going.steroids]
    if onsets:
        first, last = min(low for low, _ in onsets), max(high for _, high in onsets)
        yield going.item(topic, "effect", "steroid", first=first, last=last)
        yield going.item(topic, "effect", "flush")


def _onset_days(steroid: Agent) -> tuple[Decimal, Decimal]:
    """The range that the sources print, else the one value twice."""
    days = Decimal(steroid.steroid.onset_days if steroid.steroid else 0)
    printed = steroid.ingredient.evidence["onset_days"]
    return (days if printed.low is None else printed.low), (days if printed.high is None else printed.high)
