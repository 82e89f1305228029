"""What templates of the clinic say numbers, times and codes with: the words of the reports, by the clinic's own clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cache

from sijoint.pathway import Policy
from sijoint.report import words
from sijoint.report.given import agent_name, contents, recipe_words
from sijoint.report.questions import answered, provocation_rows, sorted_answers
from sijoint.report.sheet_topics import by_topic


@dataclass(frozen=True)
class ClinicWords:
    """``zone`` is the clinic's; a page shows every moment by it."""

    zone: tzinfo

    number = staticmethod(words.number)
    percent = staticmethod(words.percent)
    nrs = staticmethod(words.nrs)
    span = staticmethod(words.span)
    sentence = staticmethod(words.sentence_case)
    finished = staticmethod(words.finished)
    joined = staticmethod(words.joined)
    counted = staticmethod(words.counted)
    in_words = staticmethod(words.in_words)
    session_clock = staticmethod(words.session_clock)
    day_of = staticmethod(words.calendar_day)
    receptor = staticmethod(words.receptor)
    agent = staticmethod(agent_name)
    contents = staticmethod(contents)
    recipe = staticmethod(recipe_words)
    answered = staticmethod(answered)
    sorted_answers = staticmethod(sorted_answers)
    provocation_rows = staticmethod(provocation_rows)
    by_topic = staticmethod(by_topic)

    def sentences(self, parts: Iterable[str]) -> str:
        """Several things said one after the other, each a whole sentence."""
        return " ".join(words.finished(one) for one in parts)

    def moment(self, value: datetime | None) -> str:
        return words.moment(value, self.zone)

    def clock(self, value: datetime | None) -> str:
        return words.clock(value, self.zone)

    def day(self, value: date | datetime | None) -> str:
        return words.day(value, self.zone)

    def local(self, value: datetime) -> datetime:
        return value.astimezone(self.zone)


@cache
def _by_zone(zone: tzinfo) -> ClinicWords:
    return ClinicWords(zone)


def words_for(policy: Policy) -> ClinicWords:
    return _by_zone(policy.zone)
