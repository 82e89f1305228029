"""The tray of the virtual clinic: confirmed cards, fresh vials, three labelled syringes, and what became of them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from sijoint.cohort.staff import NURSE, PHYSICIAN
from sijoint.model import (
    Answer,
    DrawnLine,
    Fact,
    Session,
    SiteReadiness,
    Syringe,
    SyringeAccount,
    SyringeUse,
    Vial,
    VialKind,
)
from sijoint.pathway import Policy, cards_edition, ordered_lines

IN_DATE = timedelta(days=365)


def readiness(now: datetime, by: str = PHYSICIAN) -> SiteReadiness:
    yes = Fact(Answer.YES, by, now)
    return SiteReadiness(now, by, cards_edition(), yes, yes, _expires(now))


def syringes(session: Session, policy: Policy, now: datetime, by: str = NURSE) -> tuple[Syringe, ...]:
    """As ordered; contrast for as many runs as the policy allows."""
    yes, no = Fact(Answer.YES, by, now), Fact(Answer.NO, by, now)
    drawn = []
    for use in SyringeUse:
        lines = tuple(
            DrawnLine(
                Vial(line.agent, "invented lot", _expires(now), VialKind.SINGLE_DOSE, None, yes, no),
                policy.contrast_maximum_ml if use is SyringeUse.CONTRAST else line.volume_ml,
            )
            for line in ordered_lines(session.order.recipe, use)
        )
        drawn.append(Syringe(f"{session.order.id}-{use.name.lower()}", use, lines, now, by, None, yes, yes))
    return tuple(drawn)


def accounts(session: Session, now: datetime, by: str = NURSE) -> Iterator[SyringeAccount]:
    """What the record says was given, and the rest wasted."""
    given = session.procedure.administrations if session.procedure else ()
    for one in session.syringes:
        volume = min(one.drawn_ml, sum((each.volume_ml for each in given if each.use is one.use), Decimal(0)))
        yield SyringeAccount(one.id, now, by, volume, one.drawn_ml - volume)


def _expires(now: datetime) -> date:
    return (now + IN_DATE).date()
