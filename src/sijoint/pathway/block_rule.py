"""The rule by which a block is judged, as it was frozen with the order, and what a policy has changed since."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sijoint.formulary import ActionWindow, agents
from sijoint.model import FrozenRule, FrozenWindow, Procedure
from sijoint.pathway.injections import given_agents
from sijoint.pathway.policy import Policy


@dataclass(frozen=True)
class BlockRule:
    """Threshold, statistic, windows and what spoils a block: the order's, and the policy's where an old order froze none."""

    threshold_percent: Decimal
    consecutive_entries: int
    baseline_nrs: int
    analgesic_hides_hours: int
    sedated_is_indeterminate: bool
    windows: tuple[FrozenWindow, ...]

    def window_of(self, procedure: Procedure) -> ActionWindow | None:
        """The window of the anaesthetics given together: the latest onset of any, the shortest and longest of any."""
        given = {one.code for one, _ in given_agents(procedure)}
        known = [one for one in self.windows if one.agent in given]
        if not known:
            return None
        return ActionWindow(
            max(one.latest_onset_min for one in known),
            min(one.shortest_min for one in known),
            max(one.longest_min for one in known),
        )


def frozen_rule(policy: Policy) -> FrozenRule:
    """What an order placed under this policy freezes, the window of every anaesthetic of the formulary included."""
    return FrozenRule(
        policy.relief_percent,
        policy.consecutive_entries,
        policy.id,
        policy.effective.isoformat(),
        policy.baseline_nrs,
        policy.analgesic_hides_hours,
        policy.sedated_is_indeterminate,
        formulary_windows(),
    )


def formulary_windows() -> tuple[FrozenWindow, ...]:
    """The windows of today's formulary, by agent."""
    known = [(one.code, one.anaesthetic.window) for one in agents() if one.anaesthetic is not None]
    return tuple(FrozenWindow(code, one.latest_onset_min, one.shortest_min, one.longest_min) for code, one in known)


def rule_of(frozen: FrozenRule, policy: Policy) -> BlockRule:
    """The frozen rule, filled up from the policy where an order is older than a field of it.

    An agent that came to the formulary after the order is judged by the formulary's window.
    """
    known = {one.agent for one in frozen.windows}
    return BlockRule(
        frozen.threshold_percent,
        frozen.consecutive_entries,
        policy.baseline_nrs if frozen.baseline_nrs is None else frozen.baseline_nrs,
        policy.analgesic_hides_hours if frozen.analgesic_hides_hours is None else frozen.analgesic_hides_hours,
        policy.sedated_is_indeterminate if frozen.sedated_is_indeterminate is None else frozen.sedated_is_indeterminate,
        (*frozen.windows, *(one for one in formulary_windows() if one.agent not in known)),
    )


def changed_since(frozen: FrozenRule, policy: Policy) -> tuple[str, ...]:
    """What is different now from what was frozen, each in words ``then → now``; empty where nothing is."""
    return tuple(_changes(frozen, policy))


def _changes(frozen: FrozenRule, policy: Policy) -> Iterator[str]:
    now = frozen_rule(policy)
    rows = (
        ("relief asked", frozen.threshold_percent, now.threshold_percent, " %"),
        ("consecutive answers", frozen.consecutive_entries, now.consecutive_entries, ""),
        ("pain before at least", frozen.baseline_nrs, now.baseline_nrs, " of 10"),
        ("a painkiller hides", frozen.analgesic_hides_hours, now.analgesic_hides_hours, " h"),
    )
    for what, then, today, unit in rows:
        if then is not None and then != today:
            yield f"{what} {then}{unit} → {today}{unit}"
    sedated = (frozen.sedated_is_indeterminate, now.sedated_is_indeterminate)
    if sedated[0] is not None and sedated[0] != sedated[1]:
        yield f"sedated blocks {'not read' if sedated[0] else 'read'} → {'not read' if sedated[1] else 'read'}"
    today_by_agent = {one.agent: one for one in now.windows}
    for then_window in frozen.windows:
        here = today_by_agent.get(then_window.agent)
        if here is not None and here != then_window:
            yield f"window of {then_window.agent} {_minutes(then_window)} → {_minutes(here)}"


def _minutes(window: FrozenWindow) -> str:
    return f"{window.latest_onset_min}/{window.shortest_min}/{window.longest_min} min"
