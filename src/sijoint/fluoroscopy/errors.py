"""What this room refuses."""


class UnphysicalView(ValueError):
    """A view, technique or volume that no X-ray machine could image; the text says what is wrong and what to do."""


class UnreadableFrame(ValueError):
    """Stored frame bytes or their sidecar do not fit; the text says what."""


class NoSuchKernel(ValueError):
    """A projecting kernel that this machine cannot run; the text says why and what to do."""
