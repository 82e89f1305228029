"""Warning signs in a diary answer, each with the sentence that the patient reads at once: the table, read."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sijoint.model import DiaryEntry, Fact, Finding, Session
from sijoint.pathway.findings import found
from sijoint.pathway.flag_table import MINUTES_AFTER, FlagRule, FlagTest, flag_table
from sijoint.pathway.languages import Language
from sijoint.pathway.policy import Policy


def red_flags(
    entry: DiaryEntry, session: Session, policy: Policy, language: Language | None = None
) -> tuple[Finding, ...]:
    """Red flags of one answer, worst first; empty where there is none. ``language`` is the one that the patient reads."""
    table = flag_table(session, policy, language)
    raised = [one for one in table.rules if _raised(one, entry, table.injected_at)]
    findings = [_finding(one, entry, table.injected_at) for one in raised]
    return tuple(sorted(findings, key=lambda one: -one.severity.rank))


def _raised(rule: FlagRule, entry: DiaryEntry, given: datetime | None) -> bool:
    return any(all(_passes(test, _value(test.of, entry, given)) for test in group) for group in rule.any_of)


def _value(of: str, entry: DiaryEntry, given: datetime | None) -> str | Decimal | None:
    if of == MINUTES_AFTER:
        return None if given is None else Decimal((entry.answered - given) / timedelta(minutes=1))
    value = getattr(entry, of)
    if isinstance(value, Fact):
        return str(value.answer)
    return Decimal(value) if isinstance(value, int) else None if value is None else value


def _passes(test: FlagTest, value: str | Decimal | None) -> bool:
    if value is None:
        return False
    if test.among:
        return str(value) in test.among
    number = Decimal(value)
    return (
        (test.low is None or number >= test.low)
        and (test.above is None or number > test.above)
        and (test.high is None or number <= test.high)
    )


def _finding(rule: FlagRule, entry: DiaryEntry, given: datetime | None) -> Finding:
    """The finding with what only this answer says: the value measured, the pain now, the hours since the injection."""
    blanks: dict[str, Any] = dict(rule.blanks)
    after = timedelta(0) if given is None else entry.answered - given
    blanks["hours"] = (Decimal(after // timedelta(minutes=1)) / 60).quantize(Decimal("0.1"))
    blanks["now"], blanks["value"] = entry.index_nrs, _measured(rule, entry)
    return replace(found(rule.code, of=rule.of, severity=rule.severity, **blanks), patient=rule.patient)


def _measured(rule: FlagRule, entry: DiaryEntry) -> str:
    """What the patient measured; a number of a pair that was not given is a question mark."""
    values = [getattr(entry, group[0].of) for group in rule.any_of]
    return "/".join("?" if one is None else str(one) for one in values)
