"""Who a library pelvis belongs to: what is drawn from a seed, and what may be asked for."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from sijoint.anatomy.errors import UnsuitableAnatomy
from sijoint.anatomy.library_rule import LibraryRule, library_rule
from sijoint.anatomy.library_shape import shape_model
from sijoint.frames import Side
from sijoint.model import Sex

# one stream each: asking for an age leaves the bones alone
_STREAMS = {"person": 1, "width": 2, "variants": 3, "shape": 4, "size": 5}


class PelvisVariant(StrEnum):
    """What a joint may have beside the usual."""

    ACCESSORY_JOINT = "accessory-joint"
    ILIOSACRAL_COMPLEX = "iliosacral-complex"
    BRIDGING_OSTEOPHYTE = "bridging-osteophyte"
    VACUUM = "vacuum"


@dataclass(frozen=True)
class DrawnJoint:
    """What was drawn for one side: the mean width of its gap and its variants."""

    width_mm: float
    variants: tuple[PelvisVariant, ...]


@dataclass(frozen=True)
class PelvisSample:
    """What was drawn for one library pelvis; the same sample gives the same CT.

    ``weights`` are the shape's modes in standard deviations, ``size`` its scale against the mean pelvis; ``attempt`` counts the
    shapes that were refused before it. ``sex`` enters only where a source gives a difference, never the bones' shape. ``asked``
    names what was given and not drawn.
    """

    seed: int
    attempt: int
    weights: tuple[float, ...]
    size: float
    age_years: float
    sex: Sex
    bmi: float
    left: DrawnJoint
    right: DrawnJoint
    asked: tuple[str, ...] = ()

    def joint(self, side: Side) -> DrawnJoint:
        return self.left if side is Side.LEFT else self.right

    def document(self) -> dict[str, Any]:
        """The sample in values that JSON knows."""
        return asdict(self)


def draw_pelvis(
    seed: int,
    *,
    age_years: float | None = None,
    sex: Sex | None = None,
    bmi: float | None = None,
    width_mm: float | None = None,
    size: float | None = None,
    variants: Mapping[Side, tuple[PelvisVariant, ...]] | None = None,
) -> PelvisSample:
    """A person drawn from a seed; what is given is taken instead of drawn and leaves the rest as it was.

    Age is uniform from 20 to 80 years and body mass index from 19 to 38, as in the validation's population; joint width
    follows age. Raises UnsuitableAnatomy for values that the model was not made for.
    """
    rule = library_rule()
    if not 0 <= seed < 2**63:
        raise UnsuitableAnatomy(f"A seed is a whole number from 0 on, not {seed}.")
    _refuse_outside("age", age_years, rule.age_range, "years")
    _refuse_outside("body mass index", bmi, rule.bmi_range, "kg/m²")
    _refuse_outside("joint width", width_mm, rule.width_range_mm, "mm, the published range")
    _refuse_outside("size", size, (0.85, 1.15), "times the mean pelvis")
    if sex is Sex.OTHER:
        raise UnsuitableAnatomy(
            "What was published on pelves tells women and men apart and nobody else; choose female or male, or let it be drawn."
        )
    given = {"age": age_years, "sex": sex, "bmi": bmi, "width": width_mm, "size": size, "variants": variants}
    person, joints, forms = (np.random.default_rng((seed, _STREAMS[name])) for name in ("person", "width", "variants"))
    drawn_age, drawn_bmi, is_man = person.uniform(20, 80), person.uniform(19, 38), person.random() < 0.5
    age = float(drawn_age if age_years is None else age_years)
    sex = (Sex.MALE if is_man else Sex.FEMALE) if sex is None else sex
    left, right = draw_widths(age, joints, rule)
    if width_mm is not None:
        left = right = float(width_mm)
    found = draw_variants(sex, forms, rule)
    if variants is not None:
        found = {side: tuple(variants.get(side, ())) for side in Side}
    log_size = draw_log_size(np.random.default_rng((seed, _STREAMS["size"])))
    sample = PelvisSample(
        seed,
        0,
        (),
        float(np.exp(log_size) if size is None else size),
        age,
        sex,
        float(drawn_bmi if bmi is None else bmi),
        DrawnJoint(left, found[Side.LEFT]),
        DrawnJoint(right, found[Side.RIGHT]),
        tuple(name for name, value in given.items() if value is not None),
    )
    return with_shape(sample, 0)


def with_shape(sample: PelvisSample, attempt: int) -> PelvisSample:
    """The sample with the shape of one attempt: mode weights from a normal within a limit."""
    rule = library_rule()
    rng = np.random.default_rng((sample.seed, _STREAMS["shape"], attempt))
    return replace(sample, attempt=attempt, weights=tuple(_within(rng, rule.mode_limit_sd) for _ in range(rule.modes)))


def draw_log_size(rng: np.random.Generator) -> float:
    """The natural logarithm of size, within the modes' limit."""
    return shape_model().log_size_sd * _within(rng, library_rule().mode_limit_sd)


def draw_widths(age_years: float, rng: np.random.Generator, rule: LibraryRule) -> tuple[float, float]:
    """Mean width (mm) of the left and the right joint: log-normal with the published mean of the age and range."""
    mean = rule.width_young_mm if age_years < rule.width_age else rule.width_older_mm
    spread = np.sqrt(np.log1p((rule.width_sd_mm / mean) ** 2))
    middle = np.log(mean) - spread**2 / 2
    shared, alone = np.sqrt(rule.width_sides_correlation), np.sqrt(1 - rule.width_sides_correlation)
    low, high = rule.width_range_mm
    while True:
        one, left, right = rng.standard_normal(3)
        widths = np.exp(middle + spread * (shared * one + alone * np.array([left, right])))
        if (widths >= low).all() and (widths <= high).all():
            return float(widths[0]), float(widths[1])


def draw_variants(sex: Sex, rng: np.random.Generator, rule: LibraryRule) -> dict[Side, tuple[PelvisVariant, ...]]:
    """Variants of each side by published frequency; accessory joint and iliosacral complex exclude each other on one side."""
    row = 0 if sex is Sex.FEMALE else 1
    form = 2 * rule.form_women_to_men[row] / sum(rule.form_women_to_men)
    shares = (
        (PelvisVariant.ACCESSORY_JOINT, rule.accessory_share * form, rule.variant_both_sides),
        (PelvisVariant.ILIOSACRAL_COMPLEX, rule.complex_share * form, rule.variant_both_sides),
        (PelvisVariant.BRIDGING_OSTEOPHYTE, rule.bridge_share[row], rule.variant_both_sides),
        (PelvisVariant.VACUUM, rule.vacuum_share[row], rule.vacuum_both_sides),
    )
    found: dict[Side, list[PelvisVariant]] = {side: [] for side in Side}
    for variant, share, both in shares:
        has, is_both, is_left = rng.random(3)
        if has >= share:
            continue
        sides = tuple(Side) if is_both < both else (Side.LEFT if is_left < 0.5 else Side.RIGHT,)
        for side in sides:
            if not (variant is PelvisVariant.ILIOSACRAL_COMPLEX and PelvisVariant.ACCESSORY_JOINT in found[side]):
                found[side].append(variant)
    return {side: tuple(one) for side, one in found.items()}


def _within(rng: np.random.Generator, limit: float) -> float:
    while True:
        value = float(rng.standard_normal())
        if abs(value) <= limit:
            return value


def _refuse_outside(what: str, value: float | None, limits: tuple[float, float], unit: str) -> None:
    if value is not None and not limits[0] <= value <= limits[1]:
        raise UnsuitableAnatomy(
            f"A library pelvis has no {what} of {value:g}; choose one from {limits[0]:g} to {limits[1]:g} {unit}."
        )
