"""A span of calendar time as a policy writes it: "84 days" or "3 months"."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Span:
    """Days, or calendar months: three months after 30 November is the last day of February."""

    count: int
    months: bool

    @staticmethod
    def of(text: str) -> "Span":
        """Raises ValueError for anything but a whole number of days or months."""
        match = re.fullmatch(r"(\d+) (day|month)s?", text.strip())
        if match is None:
            raise ValueError(f'a span is written "84 days" or "3 months", not "{text}"')
        return Span(int(match[1]), match[2] == "month")

    def after(self, start: date) -> date:
        """The first day on which the span since ``start`` is over."""
        if not self.months:
            return start + timedelta(days=self.count)
        year, month = divmod(start.year * 12 + start.month - 1 + self.count, 12)
        return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))

    @property
    def words(self) -> str:
        unit = "month" if self.months else "day"
        return f"{self.count} {unit}{'' if self.count == 1 else 's'}"
