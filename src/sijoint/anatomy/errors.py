"""The two refusals of this room; their text is the sentence that a person reads."""


class UnreadableImage(ValueError):
    """The file or folder does not hold one readable CT (or label) volume."""


class UnsuitableAnatomy(ValueError):
    """The volume was read, but the joint cannot be found in it: labels of another grid or scheme, bone or side missing."""
