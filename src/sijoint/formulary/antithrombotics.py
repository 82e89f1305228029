"""What the columns of the policies say of an antithrombotic at a low-risk injection, and how long a pause of it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from sijoint.formulary.evidence import Evidence, UnreadableFormulary, decimal_of, evidence_of, tables, value_of
from sijoint.formulary.medicines import ListedMedicine


class Column(StrEnum):
    """The readings that a site may choose: two of societies, and the one that interrupts."""

    ASRA = "ASRA"
    SIR = "SIR"
    INTERRUPT = "interrupt"


class Advice(StrEnum):
    CONTINUE = "continue"
    HOLD = "hold"
    ASK = "ask"  # the column is silent


@dataclass(frozen=True)
class PauseLength:
    """Whole days without a dose before the day of the appointment, or hours between the last dose and it."""

    count: int
    days: bool

    @property
    def words(self) -> str:
        unit = "day" if self.days else "hour"
        return f"{self.count} {unit}{'' if self.count == 1 else 's'}"

    @property
    def span(self) -> timedelta:
        """The shortest time between last dose and appointment that this pause means."""
        return timedelta(days=self.count) if self.days else timedelta(hours=self.count)


@dataclass(frozen=True)
class AntithromboticRow:
    """One row. Lengths are None where no source gives one; then the prescriber names it."""

    code: str
    advice: Mapping[Column, Advice]
    pause: PauseLength | None
    pause_treatment: PauseLength | None
    pause_kidney: PauseLength | None
    kidney_below_ml_min: Decimal | None
    restart_hours: int | None
    evidence: Mapping[str, Evidence] = field(compare=False, repr=False)


@cache
def antithrombotic_rows() -> Mapping[str, AntithromboticRow]:
    """All rows by medicine or class."""
    return MappingProxyType({code: _row(code, entry) for code, entry in tables("antithrombotics.toml").items()})


def antithrombotic_row(listed: ListedMedicine) -> AntithromboticRow | None:
    """The row of a medicine, else of its class; None for one that is no antithrombotic."""
    rows = antithrombotic_rows()
    return rows.get(listed.code) or rows.get(listed.class_name)


def _row(code: str, entry: Mapping[str, Any]) -> AntithromboticRow:
    try:
        advice = {column: Advice(value_of(entry, column.lower(), code)) for column in Column}
    except ValueError as unknown:
        raise UnreadableFormulary(f"{code}: a column says continue, hold or ask ({unknown})") from None
    restart = int(value_of(entry, "restart_hours", code)) if "restart_hours" in entry else None
    kidney = decimal_of(entry, "kidney_below_ml_min", code) if "kidney_below_ml_min" in entry else None
    return AntithromboticRow(
        code=code,
        advice=MappingProxyType(advice),
        pause=_length(entry, "", code),
        pause_treatment=_length(entry, "_treatment", code),
        pause_kidney=_length(entry, "_kidney", code),
        kidney_below_ml_min=kidney,
        restart_hours=restart,
        evidence=MappingProxyType(evidence_of(entry, code)),
    )


def _length(entry: Mapping[str, Any], suffix: str, code: str) -> PauseLength | None:
    for unit, days in (("hold_days", True), ("hold_hours", False)):
        if unit + suffix in entry:
            return PauseLength(int(value_of(entry, unit + suffix, code)), days)
    return None
