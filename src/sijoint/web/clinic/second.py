"""A second clinician stands beside a decision with a password of their own, not as a name that somebody picked."""

from sijoint.model import Severity
from sijoint.web.clinic.choices import Asked, standing_severity
from sijoint.web.forms import Form

PASSWORD = "second_password"


def second_stands_beside(command: str, form: Form, asked: Asked) -> None:
    """Defects stand in the form. Raises TooOften for one who guesses. A review needs no second clinician; one who is named signs all the same."""
    if command != "OverrideFinding":
        return
    second = form.raw("second").strip()
    if standing_severity(form.raw("code"), asked) is Severity.STOP and not second:
        form.problem("second", "Second clinician: a stop needs another clinician beside you; choose who.")
    if not second:
        return
    guesses = asked.site.throttles.pairs
    key = f"second {asked.by} {second}"
    guesses.count(key)
    if asked.site.people.knows(second, form.raw(PASSWORD)) is None:
        form.problem(PASSWORD, "The second clinician's password does not fit: let them type it themselves.")
    else:
        guesses.forget(key)
