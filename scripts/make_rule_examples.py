"""Writes the examples that `sij example` prints: invented patients, all in order, one file for each rule's door.

Run it when the model has got a new question: an example that leaves it unanswered is not clear any more.
"""

import json
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import sijoint.exchange
from sijoint.exchange.facts import PrepareFacts, RepeatFacts, ScreenFacts, VerdictFacts
from sijoint.frames import Side
from sijoint.model import (
    Administration,
    Answer,
    AppointmentRequest,
    Booking,
    ContrastJudgement,
    ContrastPattern,
    DayOfConfirmation,
    DiaryEntry,
    Discharge,
    Episode,
    EpisodeState,
    Fact,
    Order,
    OrderKind,
    Patient,
    Procedure,
    ProcedureKind,
    Recipe,
    RecipeLine,
    RequestedBy,
    ScreeningAnswers,
    Sedation,
    Session,
    Sex,
    SyringeUse,
    Target,
    TestConditions,
)
from sijoint.model.wire import to_wire
from sijoint.pathway import diary_prompts, judge_block, load_policy, order_rule

FOLDER = Path(sijoint.exchange.__file__).parent / "examples"
POLICY = load_policy("clinic")
DAY = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
ASKED = DAY - timedelta(days=7)
GOOD_WHEN_YES = ("allergies_asked", "medicines_asked", "driver_arranged")
PATIENT = Patient("P-1", "Example", "Robin", date(1980, 5, 4), Sex.FEMALE, "phone", Decimal("70"), Decimal("170"))


def fact(answer: Answer, at: datetime = ASKED) -> Fact:
    return Fact(answer, "nurse", at)


def answers() -> ScreeningAnswers:
    facts = {
        one.name: fact(Answer.YES if one.name in GOOD_WHEN_YES else Answer.NO)
        for one in fields(ScreeningAnswers)
        if one.type is Fact
    }
    return ScreeningAnswers(**facts, blood_pressure_systolic=128, blood_pressure_diastolic=78)


def order(number: int, kind: OrderKind, at: datetime, *drug: tuple[str, str]) -> Order:
    recipe = Recipe(
        RecipeLine("lidocaine_1_percent", Decimal("1.0")),
        RecipeLine("iohexol_240", Decimal("0.5")),
        tuple(RecipeLine(code, Decimal(ml)) for code, ml in drug),
    )
    rule = order_rule(kind, Target.INTRA_ARTICULAR, POLICY)
    return Order(f"O-{number}", kind, Target.INTRA_ARTICULAR, Side.LEFT, recipe, Sedation.NONE, rule, "physician", at)


def session(one: Order, started: datetime, course: dict[str, int]) -> Session:
    """A session that was done, with the diary answered on time as ``course`` says."""
    given = started + timedelta(minutes=10)
    drug = tuple(
        Administration(600.0, SyringeUse.DRUG, line.agent, line.volume_ml, one.side, one.target, 3)
        for line in one.recipe.drug
    )
    procedure = Procedure(
        id=f"X-{one.id}",
        kind=ProcedureKind.PERFORMED,
        side=one.side,
        target=one.target,
        operator="physician",
        virtual_operator=False,
        started_at=started,
        ended_at=started + timedelta(minutes=12),
        movements=3,
        administrations=drug,
        judgements=(ContrastJudgement(420.0, ContrastPattern.IA_TYPE_I, "physician", False, 3),),
    )
    prompts = diary_prompts(one, given, POLICY)
    entries = []
    for prompt in prompts:
        if prompt.label in course:
            at = prompt.due + timedelta(minutes=1)
            no = Fact(Answer.NO, "patient", at)
            entries.append(DiaryEntry(f"E-{prompt.id}", prompt.id, at, at, at, course[prompt.label], 1, no, no, no))
    asked = started - timedelta(minutes=40)
    yes, no = fact(Answer.YES, asked), fact(Answer.NO, asked)
    confirmation = DayOfConfirmation(
        at=asked,
        by="nurse",
        fever=no,
        antibiotics=no,
        new_medicines=no,
        antithrombotics_as_planned=yes,
        pregnancy=no,
        allergies_unchanged=yes,
        blood_pressure_systolic=130,
        blood_pressure_diastolic=80,
        driver_present=yes,
        index_nrs=8,
        rest_nrs=4,
        rescue_analgesic_within_6_h=no,
        steroid_premedication=no,
    )
    discharge = Discharge(given + timedelta(minutes=35), "nurse", yes, yes)
    asked_and_answered = {one.prompt_id for one in entries}
    kept = tuple(prompt for prompt in prompts if prompt.id in asked_and_answered)
    return Session(
        order=one,
        confirmation=confirmation,
        procedure=procedure,
        discharge=discharge,
        test_conditions=TestConditions(asked, "nurse", no, no, no),
        prompts=kept,
        entries=tuple(entries),
    )


def block() -> Session:
    course = {"15 min": 2, "30 min": 1, "1 h": 1, "2 h": 2, "3 h": 6, "4 h": 7, "6 h": 8, "8 h": 8}
    return session(order(1, OrderKind.DIAGNOSTIC, ASKED, ("lidocaine_2_percent", "1.0")), DAY, course)


def episode() -> Episode:
    """A positive block, then steroid with three months of relief, and the pain is back."""
    first = block()
    judged = Session(order=first.order, procedure=first.procedure, discharge=first.discharge)
    judged = Session(**{**vars(judged), "verdict": judge_block(first, POLICY, DAY + timedelta(days=1))})
    drug = (("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0"))
    started = DAY + timedelta(days=14)
    course = {"day 7": 3, "day 14": 2, "week 4": 2, "week 8": 3, "week 12": 4, "month 4": 8}
    second = session(order(2, OrderKind.THERAPEUTIC, DAY + timedelta(days=7), *drug), started, course)
    request = AppointmentRequest(RequestedBy.PATIENT, ASKED, Side.LEFT, "pain low on the left")
    return Episode("E-1", PATIENT.id, EpisodeState.DISCHARGED, 20, request, sessions=(judged, second))


def sparse(value: Any) -> Any:
    """The wire format without what only repeats a default."""
    if isinstance(value, tuple):
        return [sparse(one) for one in value]
    if not is_dataclass(value):
        return to_wire(value)
    plain = {}
    for one in fields(value):
        inner = getattr(value, one.name)
        default = one.default_factory() if one.default_factory is not MISSING else one.default
        if default is MISSING or inner != default:
            plain[one.name] = sparse(inner)
    return plain


def laid_out(plain: Any, depth: int = 0) -> str:
    """JSON with what fits on a line on one line."""
    line = json.dumps(plain, ensure_ascii=False)
    if len(line) + depth <= 118 or not isinstance(plain, dict | list):
        return line
    inner, outer = " " * (depth + 1), " " * depth
    if isinstance(plain, list):
        return "[\n" + ",\n".join(inner + laid_out(one, depth + 1) for one in plain) + f"\n{outer}]"
    rows = (f"{inner}{json.dumps(key)}: {laid_out(one, depth + 1)}" for key, one in plain.items())
    return "{\n" + ",\n".join(rows) + f"\n{outer}}}"


def main() -> None:
    first = order(1, OrderKind.DIAGNOSTIC, ASKED, ("lidocaine_2_percent", "1.0"))
    booking = Booking(DAY, ASKED, "front desk")
    examples = {
        "screen": ScreenFacts(answers(), first, PATIENT),
        "prepare": PrepareFacts(answers(), first, PATIENT, booking),
        "verdict": VerdictFacts(block()),
        "repeat": RepeatFacts(episode(), date(2026, 7, 1), OrderKind.THERAPEUTIC),
    }
    FOLDER.mkdir(exist_ok=True)
    for name, facts in examples.items():
        text = laid_out({"schema_version": facts.schema_version, **sparse(facts)}) + "\n"
        (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
