"""One printable page of HTML from a template: autoescaped, with its style inside, no script and no request to anywhere."""

from base64 import b64encode
from datetime import datetime, tzinfo
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sijoint.report import words
from sijoint.report.receptor_glyph import receptor_glyph
from sijoint.report.sheet_topics import by_topic


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("sijoint.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": words.number,
        "percent": words.percent,
        "nrs": words.nrs,
        "day": words.day,
        "calendar_day": words.calendar_day,
        "span": words.span,
        "session_clock": words.session_clock,
        "sentence": words.sentence_case,
        "finished": words.finished,
        "in_words": words.in_words,
        "joined": words.joined,
        "answer": words.answer,
        "groups_by_topic": by_topic,
        "receptor": lambda pose: words.receptor(pose.primary_deg, pose.secondary_deg),
        "receptor_glyph": lambda pose: Markup(receptor_glyph(pose.primary_deg, pose.secondary_deg)),
        "png": lambda png: Markup(f"data:image/png;base64,{b64encode(png).decode()}"),
        "svg": lambda svg: Markup(svg.decode()),
    }
    return environment


def page(template: str, zone: tzinfo, **parts: Any) -> str:
    """The template filled with facts; times are shown in ``zone``."""

    def moment(value: datetime | None) -> str:
        return words.moment(value, zone)

    def clock(value: datetime | None) -> str:
        return words.clock(value, zone)

    return _templates().get_template(template).render(moment=moment, clock=clock, zone=str(zone), **parts)
