"""The policies that a site works by: which version rules a moment, and which one an order was frozen under."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sijoint.model import FrozenRule
from sijoint.pathway.policy import Policy, UnreadablePolicy
from sijoint.pathway.policy_files import PolicyFile, in_force, policy_of, shipped_policies, site_policy_file


@dataclass(frozen=True)
class SitePolicies:
    """The site's policy by name, in all its dated versions, among the files that it may extend."""

    name: str
    known: tuple[PolicyFile, ...]

    def on(self, day: date) -> Policy:
        """The version in force on a day. Raises UnreadablePolicy."""
        return policy_of(in_force(self.known, self.name, day), self.known, day)

    def at(self, moment: datetime) -> Policy:
        """The version in force on the day that a moment falls on at the clinic. Raises UnreadablePolicy.

        By which clock the clinic counts its days stands in the policy, so that the days near are tried.
        """
        near = moment.astimezone(UTC).date()
        for day in (near + timedelta(days=1), near, near - timedelta(days=1)):
            try:
                policy = self.on(day)
            except UnreadablePolicy:
                continue
            if policy.day(moment) == day:
                return policy
        return self.on(near)

    def frozen(self, rule: FrozenRule) -> Policy | None:
        """The version that an order was frozen under; None where this site does not hold it (any more)."""
        held = [one for one in self.known if one.id == rule.policy_id and str(one.effective) == rule.policy_effective]
        return policy_of(held[0], self.known, held[0].effective) if held else None


def shipped(name: str = "clinic") -> SitePolicies:
    """A policy that ships with the package. Raises UnreadablePolicy where there is none of this name."""
    in_force(shipped_policies(), name, None)
    return SitePolicies(name, shipped_policies())


def site_policies(texts: Mapping[str, str], name: str = "") -> SitePolicies:
    """A site's own policy files, text by place; ``name`` is the policy that rules, needed where the files hold several.

    Raises UnreadablePolicy, with every fault of every version: a file that cannot be used is told before its day comes.
    """
    own = tuple(site_policy_file(text, place) for place, text in texts.items())
    names = sorted({one.id for one in own})
    if not own:
        raise UnreadablePolicy("no policy file is there: a site's policy is a .toml file of its own")
    if not name and len(names) > 1:
        raise UnreadablePolicy(f"the files hold several policies ({', '.join(names)}): say which one rules")
    policies = SitePolicies(name or names[0], (*shipped_policies(), *own))
    in_force(policies.known, policies.name, None)
    for one in own:
        policy_of(one, policies.known, one.effective)
    return policies


def policy_at(policies: Policy | SitePolicies, moment: datetime) -> Policy:
    """The policy that rules at a moment; a single policy rules at any. Raises UnreadablePolicy."""
    return policies if isinstance(policies, Policy) else policies.at(moment)


def policy_of_order(policies: Policy | SitePolicies, rule: FrozenRule, today: Policy) -> Policy:
    """The version that an order was frozen under. Where the site no longer holds it, today's; the order's own numbers stand."""
    return (None if isinstance(policies, Policy) else policies.frozen(rule)) or today


def payer_policy(policies: Policy | SitePolicies, name: str, moment: datetime) -> Policy:
    """A payer's policy as in force at a moment, shipped or the site's own; days are those of the clinic. Raises UnreadablePolicy."""
    known = shipped_policies() if isinstance(policies, Policy) else policies.known
    payer = SitePolicies(name, known).at(moment)
    return replace(payer, time_zone=policy_at(policies, moment).time_zone)
