"""What every answer about a joint ends with: doubts first, then what is modelled, then who decides."""

from collections.abc import Iterable

from rich.console import Console

ADVICE = "For education and research: the physician decides. Not a certified medical device."
_DOUBT = "Lower confidence:"


def limits_in_words(sentences: Iterable[str], word: str = "Modelled") -> list[str]:
    """A line for each sentence, doubts first; each once."""
    ordered = sorted(dict.fromkeys(sentences), key=lambda sentence: not sentence.startswith(_DOUBT))
    return [each if each.startswith(_DOUBT) else f"{word}: {each}" for each in ordered]


def print_limits(sentences: Iterable[str], console: Console, word: str = "Modelled") -> None:
    """The same on a terminal: doubts stand out, the rest is dim."""
    for line in limits_in_words(sentences, word):
        console.print(line, style="bold yellow" if line.startswith(_DOUBT) else "dim", markup=False)
