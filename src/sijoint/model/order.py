"""What is to be injected, where and under which policy. Threshold, statistic and windows freeze with the order."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sijoint.frames.side import Side


class OrderKind(StrEnum):
    DIAGNOSTIC = "diagnostic"
    THERAPEUTIC = "therapeutic"


class Target(StrEnum):
    INTRA_ARTICULAR = "intra-articular"
    LIGAMENT = "ligament"


class Sedation(StrEnum):
    NONE = "none"
    MINIMAL = "minimal"
    MODERATE = "moderate"


@dataclass(frozen=True)
class RecipeLine:
    """One agent in a syringe. ``agent`` is a formulary code, which fixes the strength."""

    agent: str
    volume_ml: Decimal


@dataclass(frozen=True)
class Recipe:
    """Skin anaesthetic, contrast budget and the drug syringe."""

    skin: RecipeLine
    contrast: RecipeLine
    drug: tuple[RecipeLine, ...]


@dataclass(frozen=True)
class FrozenWindow:
    """When an anaesthetic must have begun, and the shortest and longest relief it explains (minutes), as ordered by."""

    agent: str
    latest_onset_min: int
    shortest_min: int
    longest_min: int


@dataclass(frozen=True)
class FrozenRule:
    """What the verdict will be judged by, fixed with the order. What an older order did not freeze is None or missing."""

    threshold_percent: Decimal
    consecutive_entries: int
    policy_id: str
    policy_effective: str
    baseline_nrs: int | None = None
    analgesic_hides_hours: int | None = None
    sedated_is_indeterminate: bool | None = None
    windows: tuple[FrozenWindow, ...] = ()


@dataclass(frozen=True)
class Order:
    id: str
    kind: OrderKind
    target: Target
    side: Side
    recipe: Recipe
    sedation: Sedation
    rule: FrozenRule
    ordered_by: str
    at: datetime
