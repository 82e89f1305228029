"""The numbers of the virtual body, read once from `response.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sijoint.formulary import IngredientKind, agents, ingredients
from sijoint.response.causes import UnknownDrug


@dataclass(frozen=True)
class AnaestheticAction:
    """Virtual action of one local anaesthetic; durations in hours vary log-normally between persons within the range."""

    as_bupivacaine: float
    onset_min: float
    duration_h: float
    duration_low_h: float
    duration_high_h: float
    duration_log_sd: float


@dataclass(frozen=True)
class StepPain:
    """NRS of a step into one tissue: mean and spread of the answers, and what skin anaesthetic takes away (0..1)."""

    mean: float
    sd: float
    quality: str
    numbed_share: float


@dataclass(frozen=True)
class Pharmacology:
    """All tables as pairs; look-ups below."""

    step_pain: tuple[tuple[str, StepPain], ...]
    territories: tuple[tuple[str, str], ...]
    referral: tuple[tuple[str, float], ...]
    reach: tuple[tuple[str, tuple[tuple[str, float], ...]], ...]
    anaesthetics: tuple[tuple[str, AnaestheticAction], ...]
    numbers: tuple[tuple[str, float], ...]
    modelled: tuple[str, ...]

    def number(self, name: str) -> float:
        """One value, `table.key`."""
        return dict(self.numbers)[name]

    def reach_of(self, compartment: str, source: str) -> float:
        """Share 0..1 of the full effect that fluid in this compartment has on this source of pain."""
        return dict(dict(self.reach).get(compartment, ())).get(source, 0.0)

    def territory_of(self, nerve: str) -> str:
        """Where the pain of this nerve shoots; a nerve of unknown name has a territory too."""
        name = nerve.lower()
        table = dict(self.territories)
        return next((where for word, where in self.territories if word in name), table["other"])

    def anaesthetic(self, ingredient: str) -> AnaestheticAction:
        try:
            return dict(self.anaesthetics)[ingredient]
        except KeyError:
            known = ", ".join(name for name, _ in self.anaesthetics)
            raise UnknownDrug(f"No virtual action is known for {ingredient}; it is known for {known}.") from None


@cache
def pharmacology() -> Pharmacology:
    """The shipped virtual pharmacology, assumed but for soreness and familiar pain."""
    raw = tomllib.loads(resources.files("sijoint.response").joinpath("response.toml").read_text("utf-8"))
    return Pharmacology(
        step_pain=tuple(
            (tissue, StepPain(row["value"], row["sd"], row["quality"], row["numbed_share"]))
            for tissue, row in raw["step_pain"].items()
        ),
        territories=tuple((word, row["value"]) for word, row in raw["territory"].items()),
        referral=tuple((place, row["value"]) for place, row in raw["referral"].items()),
        reach=tuple(
            (where, tuple((source, row["value"]) for source, row in table.items()))
            for where, table in raw["reach"].items()
        ),
        anaesthetics=tuple((name, _action(table)) for name, table in raw["anaesthetic"].items()),
        numbers=tuple(
            (f"{table}.{key}", float(row["value"]))
            for table in (
                "step",
                "sting",
                "familiar",
                "cover",
                "block",
                "steroid",
                "soreness",
                "leg",
                "answer",
                "filling",
            )
            for key, row in raw[table].items()
        ),
        modelled=tuple(raw["modelled"]),
    )


def what_is_modelled() -> tuple[str, ...]:
    """Sentences for a reader on what this room assumes."""
    return pharmacology().modelled


def _action(table: dict[str, dict[str, float]]) -> AnaestheticAction:
    duration = table["duration_h"]
    return AnaestheticAction(
        as_bupivacaine=table["as_bupivacaine"]["value"],
        onset_min=table["onset_min"]["value"],
        duration_h=duration["value"],
        duration_low_h=duration["low"],
        duration_high_h=duration["high"],
        duration_log_sd=duration["log_sd"],
    )


@cache
def kind_of(agent: str) -> tuple[str, IngredientKind]:
    """The ingredient's code and kind for the code of an agent or ingredient. Raises UnknownDrug."""
    for one in agents():
        if one.code == agent:
            return one.ingredient.code, one.ingredient.kind
    for ingredient in ingredients():
        if ingredient.code == agent:
            return ingredient.code, ingredient.kind
    raise UnknownDrug(f"The formulary has no agent or ingredient {agent!r}.")


@cache
def as_methylprednisolone(ingredient: str) -> float:
    """Milligrams of methylprednisolone that 1 mg of this steroid is worth; 0 for anything but a steroid."""
    for one in ingredients():
        if one.code == ingredient and one.steroid is not None:
            # The formulary gives what is as strong as 4 mg of methylprednisolone.
            return 4.0 / float(one.steroid.equivalent_mg)
    return 0.0
