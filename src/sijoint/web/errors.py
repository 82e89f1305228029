"""One sentence for every refusal. What a person may not know of is answered like what is not there."""

from collections.abc import Collection
from http import HTTPStatus

from sijoint.model import Role

NOT_HERE = "There is nothing at this address, or nothing that you may see: go back and choose again."


class Refused(Exception):
    """A refusal with the sentence that the person reads, and its status."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotHere(Refused):
    """No such thing, or nothing that this person may know of: the answer is the same."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self) -> None:
        super().__init__(NOT_HERE)


class MayNot(Refused):
    """Signed in, of another role."""

    status = HTTPStatus.FORBIDDEN

    def __init__(self, role: Role, roles: Collection[str]) -> None:
        allowed = " or ".join(sorted(roles)) or "nobody"
        super().__init__(f"This page is for {allowed}; you are signed in as {role}.")


class WrongOrigin(Refused):
    """A form or a connection that another site, or no page of this one, sent."""

    status = HTTPStatus.FORBIDDEN

    def __init__(self) -> None:
        super().__init__(
            "This did not come from a page of this site, so nothing was done: open the page here and send it again."
        )


class TooOften(Refused):
    """Asked too often."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, wait_s: int) -> None:
        minutes = max(1, -(-wait_s // 60))
        super().__init__(f"Too many attempts: wait {minutes} minute{'s' * (minutes > 1)}, then try again.")
        self.wait_s = wait_s


class TooLarge(Refused):
    """More was sent than is taken."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def __init__(self, most_mb: float) -> None:
        super().__init__(
            f"That is larger than the {most_mb:g} MB that are taken here: nothing was kept; send something smaller."
        )


class Conflict(Refused):
    """Somebody else changed it meanwhile."""

    status = HTTPStatus.CONFLICT


class SignInFirst(Exception):
    """Nobody is signed in, and somebody has to be."""
