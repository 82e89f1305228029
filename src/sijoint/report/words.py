"""Numbers, times, sides and answers as a person reads them: no noise behind a decimal, the word receptor before an angle."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal

from sijoint.frames import ReceptorTilt, receptor_direction
from sijoint.model import Answer, Fact

REMARK_BEHIND = re.compile(r"[.!?] \([^()]*\)$")


def number(value: Decimal | float | int | None, places: int | None = None) -> str:
    """A number without trailing zeros or exponent; an en dash for a missing one, a true minus sign for a negative one."""
    if value is None:
        return "–"
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    if places is not None:
        exact = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = format(exact, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text.replace("-", "−")


def percent(value: Decimal | int | None) -> str:
    return "–" if value is None else f"{number(value, 1)} %"


def nrs(value: int | None) -> str:
    """Pain on the 0 to 10 scale."""
    return "–" if value is None else f"{value}/10"


def day(value: date | datetime | None, zone: tzinfo | None = None) -> str:
    if value is None:
        return "–"
    if isinstance(value, datetime) and zone is not None:
        value = value.astimezone(zone)
    return f"{value.day} {value:%b %Y}"


def calendar_day(value: str) -> str:
    """An ISO date as ``21 May 2026``; anything else as it is."""
    try:
        return day(date.fromisoformat(value))
    except ValueError:
        return value


def clock(value: datetime | None, zone: tzinfo) -> str:
    return "–" if value is None else f"{value.astimezone(zone):%H:%M}"


def moment(value: datetime | None, zone: tzinfo) -> str:
    return "–" if value is None else f"{day(value, zone)}, {clock(value, zone)}"


def span(value: timedelta | float | int) -> str:
    """A duration: minutes below two hours, hours below two days, then days, weeks and months."""
    minutes = value.total_seconds() / 60 if isinstance(value, timedelta) else float(value)
    for limit, unit_minutes, unit in (
        (120, 1, "min"),
        (2880, 60, "h"),
        (14 * 1440, 1440, "days"),
        (84 * 1440, 10080, "weeks"),
    ):
        if minutes < limit:
            amount = number(round(minutes / unit_minutes, 1))
            return f"{amount} {unit[:-1] if amount == '1' and unit.endswith('s') else unit}"
    return f"{number(round(minutes / (30.44 * 1440), 1))} months"


def session_clock(seconds: float) -> str:
    """Session seconds as minutes and seconds, e.g. ``3:05``."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def counted(count: int, thing: str) -> str:
    """``1 answer``, ``2 answers``."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def finished(text: str) -> str:
    """A whole sentence: a capital first, a full stop last; none after a remark in brackets behind a finished sentence."""
    text = sentence_case(text.strip())
    if not text or text[-1] in ".!?" or REMARK_BEHIND.search(text):
        return text
    return f"{text}."


def joined(parts: Iterable[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    items = [part for part in parts if part]
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}" if items else ""


def answer(fact: Fact) -> str:
    """The answer, with its note."""
    return f"{fact.answer.value} ({fact.note})" if fact.note else fact.answer.value


def certain(fact: Fact) -> bool:
    return fact.answer in (Answer.YES, Answer.NO)


def tilt(primary_deg: float, secondary_deg: float) -> ReceptorTilt:
    """The clinician's tilt of a stored pose; everything but a receptor clearly in front of the patient counts as behind."""
    direction = receptor_direction(primary_deg, secondary_deg)
    return ReceptorTilt.of(direction, behind=bool(direction[1] > -0.5))


def receptor(primary_deg: float, secondary_deg: float) -> str:
    """Receptor words with the raw DICOM numbers beside them."""
    raw = f"{number(primary_deg, 1)}°/{number(secondary_deg, 1)}°"
    return f"{tilt(primary_deg, secondary_deg).words} ({raw})"


def in_words(code: str) -> str:
    """A code as words: ``lidocaine_1_percent`` or ``SCREEN.PREGNANCY`` loses its joints."""
    return code.replace("_", " ").replace("-", " ")
