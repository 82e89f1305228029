"""The one refusal of this room."""


class StoreRefused(ValueError):
    """The store cannot be opened or will not keep this; the text says what is wrong and what to do."""
