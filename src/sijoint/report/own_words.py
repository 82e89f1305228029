"""The own record in a patient's words: where things stand, what comes next, what the test said, what a picture shows."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from sijoint.model import Episode, ImageOrigin, Session, StoredImage, Target, VerdictValue, ViewPurpose
from sijoint.pathway import Policy, language

BEST_FIRST = (ViewPurpose.CONTRAST, ViewPurpose.AFTER_CONTRAST, ViewPurpose.NEEDLE)  # what a patient is shown


def where_it_stands(episode: Episode, policy: Policy) -> str:
    """One or two sentences: where the treatment is, and what comes next."""
    told, session = language(), episode.sessions[-1] if episode.sessions else None
    side = "" if session is None else told.side(session.order.side)
    booking = None if session is None else session.booking
    visit = "a day that we tell you"
    if booking is not None:
        visit = f"{told.weekday(booking.at, policy.zone)} at {told.time(booking.at, policy.zone)}"
    return str(_words()["states"][str(episode.state)]).format(side=side, visit=visit)


def result_in_words(session: Session, policy: Policy) -> tuple[str, ...]:
    """What the test said and did not say; empty before the verdict."""
    verdict = session.verdict
    if verdict is None:
        return ()
    target = session.order.target
    blanks = {
        "place": _words()["places"][str(target)],
        "side": language().side(session.order.side),
        "percent": language().number(verdict.threshold_percent),
        "one_in": policy.false_positive_one_in,
        "untested": _untested(verdict.verdict, target),
    }
    return tuple(text.format(**blanks) for text in _words()["results"][str(verdict.verdict)].values())


def own_image(images: Sequence[StoredImage]) -> StoredImage | None:
    """The one picture that says most to the person it is of: the last one of the best kind."""
    for purpose in BEST_FIRST:
        found = [one for one in images if one.purpose is purpose and one.sha256]
        if found:
            return found[-1]
    return None


def image_in_words(image: StoredImage) -> tuple[str, ...]:
    """A simulated picture says so after its own sentence."""
    pictures = _words()["pictures"]
    simulated = (pictures["simulated"],) if image.origin is ImageOrigin.SIMULATED else ()
    return (pictures[str(image.purpose)], *simulated)


def _untested(value: VerdictValue, target: Target) -> str:
    return str(_words()["untested"][str(target)]) if value is VerdictValue.NEGATIVE else ""


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads(files("sijoint.report").joinpath("own_words.toml").read_text(encoding="utf-8"))
