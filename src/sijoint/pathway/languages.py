"""The languages of the patient's papers: every sentence by key, and how days, times, numbers and names are written.

A text that no clinician has reviewed in its language says so (``Language.review``). The texts are data, a folder a
language; where they come from stands once, in ``texts/sources.toml``, for all of them.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import cache
from importlib.resources import files

from sijoint.formulary import Agent
from sijoint.frames.side import Side

ENGLISH = "en"

Texts = Mapping[str, Mapping[str, Mapping[str, str]]]  # paper, section, key


class UnknownLanguage(ValueError):
    """There are no texts in this language; the text lists those that there are."""


@dataclass(frozen=True)
class Language:
    """``review`` is the notice that every paper in it carries, "" where a clinician has reviewed the texts."""

    code: str
    name: str
    review: str
    texts: Texts = field(repr=False, compare=False)
    calendar: Mapping[str, str | list[str]] = field(repr=False, compare=False)
    decimal_mark: str = "."

    def sentence(self, paper: str, section: str, key: str, **blanks: object) -> str:
        """A sentence with its blanks filled; numbers in them are written as the language writes them."""
        words = {name: self._in_words(value) for name, value in blanks.items()}
        return self.texts[paper][section][key].format(**words)

    def word(self, section: str, key: str, **blanks: object) -> str:
        return self.sentence("words", section, key, **blanks)

    def number(self, value: Decimal | int) -> str:
        """Without trailing zeros: ``0,75`` in German."""
        text = f"{Decimal(value):f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text.replace(".", self.decimal_mark)

    def decimal(self, value: Decimal) -> str:
        """As it was written, with its zeros: ``38,0``."""
        return f"{value:f}".replace(".", self.decimal_mark)

    def day(self, at: date | datetime, zone: tzinfo | None = None) -> str:
        """``11 March``."""
        return self._pattern("day", **self._of_day(_local(at, zone)))

    def full_day(self, at: date | datetime, zone: tzinfo | None = None) -> str:
        """``11 March 2026``."""
        return self._pattern("date", **self._of_day(_local(at, zone)))

    def weekday(self, at: date | datetime, zone: tzinfo | None = None) -> str:
        """``Wednesday 11 March 2026``."""
        local = _local(at, zone)
        return self._pattern("weekday", weekday=self.calendar["weekdays"][local.weekday()], date=self.full_day(local))

    def time(self, at: datetime, zone: tzinfo) -> str:
        """``09:11 (UTC)``: a clock time always says whose clock."""
        local = at.astimezone(zone)
        return self._pattern("time", clock=f"{local:%H:%M}", zone=str(local.tzname()))

    def moment(self, at: datetime, zone: tzinfo) -> str:
        """``09:11 (UTC) on 11 March``."""
        return self._pattern("moment", time=self.time(at, zone), day=self.day(at, zone))

    def stamp(self, at: datetime, zone: tzinfo) -> str:
        """``11 March 2026, 09:11 (UTC)``."""
        return self._pattern("stamp", time=self.time(at, zone), date=self.full_day(at, zone))

    def side(self, side: Side) -> str:
        return self.word("side", side.value)

    def medicine(self, code: str) -> str:
        """The name of a medicine or an ingredient by its code; the international one where the language has no other."""
        return self.texts["words"]["medicines"].get(code, code)

    def agent(self, agent: Agent) -> str:
        """What is in a syringe, as a patient reads it: ``Lidocain 2 %``."""
        name = self.medicine(agent.ingredient.code)
        if agent.iodine_mg_ml:
            return name
        if "%" in agent.name:
            return f"{name} {self.number(agent.strength_mg_ml / 10)} %"
        return f"{name} {self.number(agent.strength_mg_ml)} mg/mL"

    def site(self, words: str) -> str:
        """What the policy has a site say, such as a telephone number: as it is, or the shipped wording translated."""
        return self.texts["words"]["site"].get(words, words)

    def _in_words(self, value: object) -> str:
        if isinstance(value, Side):
            return self.side(value)
        return self.number(value) if isinstance(value, Decimal | int) else str(value)

    def _of_day(self, local: date) -> dict[str, str]:
        return {"day": str(local.day), "month": self.calendar["months"][local.month - 1], "year": str(local.year)}

    def _pattern(self, name: str, **blanks: str) -> str:
        return str(self.calendar[name]).format(**blanks)


def languages() -> tuple[str, ...]:
    """The codes of the languages that there are texts in, English first."""
    folder = files("sijoint.pathway").joinpath("texts")
    codes = sorted(one.name for one in folder.iterdir() if one.is_dir() and one.joinpath("words.toml").is_file())
    return (ENGLISH, *(code for code in codes if code != ENGLISH))


@cache
def language(code: str = ENGLISH) -> Language:
    """A language by its code. Raises UnknownLanguage."""
    if code not in languages():
        raise UnknownLanguage(f"there are no texts in {code!r}; choose one of {', '.join(languages())}")
    folder = files("sijoint.pathway").joinpath("texts", code)
    texts = {
        one.name.removesuffix(".toml"): tomllib.loads(one.read_text(encoding="utf-8"))
        for one in folder.iterdir()
        if one.name.endswith(".toml")
    }
    words = texts["words"]
    own = words["language"]
    return Language(code, own["name"], own["review"], texts, words["calendar"], words["numbers"]["decimal"])


def sentence_source(paper: str, section: str, key: str, **blanks: str) -> str:
    """Where a sentence comes from, in whichever language it stands."""
    return _sources()[paper][section][key].format(**blanks)


@cache
def _sources() -> Texts:
    text = files("sijoint.pathway").joinpath("texts", "sources.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _local(at: date | datetime, zone: tzinfo | None) -> date:
    return at.astimezone(zone) if isinstance(at, datetime) and zone is not None else at
