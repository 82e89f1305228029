"""What a command came to."""

from dataclasses import dataclass

from sijoint.model import Episode, Finding


@dataclass(frozen=True)
class Outcome:
    """``episode`` is as it stood after the command; None only where no such episode is kept.

    ``findings`` are the rules' words, also when accepted (notes, reviews). ``refusal`` is the one sentence that says why
    nothing was changed.
    """

    accepted: bool
    episode: Episode | None
    findings: tuple[Finding, ...] = ()
    refusal: str = ""
