"""The days between a vaccine and an injection with steroid."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from sijoint.model import Finding, Grade, Order, ScreeningAnswers, Vaccination, VaccineKind
from sijoint.pathway.doses import steroid_agents
from sijoint.pathway.findings import found


@dataclass(frozen=True)
class VaccineSpacing:
    """Days that the injection is at least after, or at least before, the vaccine; the weaker grade of the two sources."""

    after_days: int
    before_days: int
    sources: tuple[str, str]
    grades: tuple[Grade, Grade]


@cache
def vaccine_spacings() -> Mapping[VaccineKind, VaccineSpacing]:
    """One row for every kind of vaccine."""
    rows = tomllib.loads(files("sijoint.pathway").joinpath("vaccines.toml").read_text(encoding="utf-8"))
    return MappingProxyType({kind: _spacing(rows[kind.value]) for kind in VaccineKind})


def _spacing(row: Mapping[str, Mapping[str, str]]) -> VaccineSpacing:
    after, before = row["after"], row["before"]
    return VaccineSpacing(
        int(after["value"]),
        int(before["value"]),
        (after["source"], before["source"]),
        (Grade(after["grade"]), Grade(before["grade"])),
    )


def vaccine_findings(answers: ScreeningAnswers, order: Order, injection_on: date, *, booked: bool) -> Iterator[Finding]:
    """Without steroid in the order none. Before there is an appointment the days to keep are told, and nothing is held."""
    if not steroid_agents(order):
        return
    for one in answers.vaccinations:
        if one.on is None:
            yield found("vaccine.undated", of=one.kind, kind=_name(one))
            continue
        spacing = vaccine_spacings()[one.kind]
        least = spacing.after_days if one.on <= injection_on else spacing.before_days
        days = abs((injection_on - one.on).days)
        if days >= least:
            continue
        earliest = one.on + timedelta(days=spacing.after_days)
        subject = f"{one.kind}-{one.on}"
        if booked:
            order_words = "after the vaccine" if one.on <= injection_on else "before the vaccine"
            yield found(
                "vaccine.spacing",
                of=subject,
                kind=_name(one),
                on=one.on,
                days=days,
                order=order_words,
                least=least,
                earliest=earliest,
            )
        else:
            yield found("vaccine.wait", of=subject, kind=_name(one), on=one.on, earliest=earliest)


def _name(one: Vaccination) -> str:
    return one.kind[:1].upper() + one.kind[1:]
