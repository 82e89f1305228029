"""What frames refuses."""


class UnreachablePose(ValueError):
    """A pose that no C-arm, or not this one, can take; the text says what is wrong and what to do."""
