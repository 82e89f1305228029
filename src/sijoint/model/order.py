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
class FrozenRule:
    """What the verdict will be judged by, fixed with the order."""

    threshold_percent: Decimal
    consecutive_entries: int
    policy_id: str
    policy_effective: str


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
