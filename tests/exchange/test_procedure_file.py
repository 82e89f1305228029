"""A procedure comes as a file: read strictly, every fault a sentence, and the form that went out is the one that comes in."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from sijoint.exchange.procedure_file import procedure_text, read_procedure_text
from sijoint.exchange.strict_reading import UnreadableFacts
from sijoint.frames import PatientPosition, Side
from sijoint.model import (
    AgentLine,
    ContrastPattern,
    JudgementLine,
    NeedleLine,
    ProcedureForm,
    ProcedureWriter,
    StatedAmount,
    SyringeUse,
    Target,
    ViewLine,
    ViewPurpose,
)

BEGAN = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
NOW = BEGAN + timedelta(hours=1)


def at(minutes):
    return BEGAN + timedelta(minutes=minutes)


FORM = ProcedureForm(
    procedure_id="procedure-1",
    side=Side.LEFT,
    target=Target.INTRA_ARTICULAR,
    operator="dr-a",
    started_at=BEGAN,
    ended_at=at(10),
    writer=ProcedureWriter.IMPORT,
    source="console of room 2",
    position=PatientPosition.HFP,
    dose_area=StatedAmount(Decimal("121"), "cGy·cm²"),
    lines=(
        NeedleLine(at=at(2)),
        AgentLine(at=at(3), use=SyringeUse.CONTRAST, agent="iohexol_240", volume_ml=Decimal("0.5")),
        ViewLine(
            at=at(3),
            purpose=ViewPurpose.CONTRAST,
            after_contrast=True,
            primary_deg=Decimal(180),
            secondary_deg=Decimal(0),
            kept_as="accession 77",
        ),
        JudgementLine(at=at(5), pattern=ContrastPattern.IA_TYPE_I, by="dr-a"),
    ),
)


def plain():
    return json.loads(procedure_text(FORM))


def read(facts, now=NOW):
    return read_procedure_text(json.dumps(facts), "facts.json", now)


def test_what_goes_out_comes_in():
    assert read_procedure_text(procedure_text(FORM), "facts.json", NOW) == FORM
    assert procedure_text(read(plain())) == procedure_text(FORM)


def test_toml_does_as_well():
    text = """
schema_version = "1"
[procedure]
procedure_id = "procedure-1"
side = "left"
target = "intra-articular"
operator = "dr-a"
started_at = 2026-03-10T09:00:00Z
ended_at = 2026-03-10T09:10:00Z
writer = "import"
dose_area = { value = 121, unit = "cGy·cm²" }
[[procedure.lines]]
kind = "needle"
at = 2026-03-10T09:02:00Z
[[procedure.lines]]
kind = "given"
at = 2026-03-10T09:03:00Z
use = "drug"
agent = "lidocaine_2_percent"
volume_ml = 1.0
"""
    form = read_procedure_text(text, "facts.toml", NOW)
    assert [type(line) for line in form.lines] == [NeedleLine, AgentLine]
    assert form.lines[1].side is None


def spoilt(change):
    facts = plain()
    change(facts["procedure"])
    return facts


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda one: one["lines"][0].update(kind="magic"), "kind is one of needle, view, given, judgement"),
        (lambda one: one["lines"][0].pop("kind"), "kind is one of"),
        (lambda one: one["lines"][1].update(dose="a lot"), "dose is not a field"),
        (lambda one: one["lines"][1].pop("agent"), "agent is missing"),
        (lambda one: one["lines"][3].update(pattern="splendid"), "pattern"),
        (lambda one: one.update(side="port"), "side"),
        (lambda one: one.update(started_at="2026-03-10T09:00:00"), "started_at"),
        (lambda one: one.update(writer="room"), "write import"),
        (lambda one: one.update(nurse="unknown field"), "nurse is not a field"),
    ],
)
def test_every_fault_is_named(change, says):
    with pytest.raises(UnreadableFacts, match=says):
        read(spoilt(change))


def test_what_has_not_happened_yet_is_refused():
    with pytest.raises(UnreadableFacts, match="future"):
        read(plain(), BEGAN + timedelta(minutes=1))
