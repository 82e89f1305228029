"""Readability formulas, each over plain text; numbers, units and signs are no words."""

import re
from itertools import pairwise

WORD = re.compile(r"[A-Za-zÄÖÜäöüßÁÉÍÓÚÜÑáéíóúüñ]+(?:['’-][A-Za-zäöüßáéíóúüñ]+)*")
SENTENCE_END = re.compile(r"[.!?](?=\s|$)")
UNITS = {"mg", "ml", "dl", "mmol", "l", "utc", "cet"}


def english_grade(text: str) -> float:
    """Flesch-Kincaid: 0.39 words a sentence + 11.8 syllables a word - 15.59."""
    words, sentences = _words(text), _sentences(text)
    return 0.39 * len(words) / sentences + 11.8 * sum(map(_english_syllables, words)) / len(words) - 15.59


def german_school_years(text: str) -> float:
    """Vierte Wiener Sachtextformel: 0.2656 words a sentence + 0.2744 per cent of words with three syllables - 1.693."""
    words, sentences = _words(text), _sentences(text)
    long = sum(
        _vowel_groups(word, "aeiouyäöü", ("au", "ei", "ai", "eu", "äu", "ie", "oo", "aa", "ee")) >= 3 for word in words
    )
    return 0.2656 * len(words) / sentences + 0.2744 * 100 * long / len(words) - 1.693


def spanish_ease(text: str) -> float:
    """Fernández Huerta as INFLESZ (Szigriszt): 206.835 - 62.3 syllables a word - words a sentence."""
    words, sentences = _words(text), _sentences(text)
    return 206.835 - 62.3 * sum(map(_spanish_syllables, words)) / len(words) - len(words) / sentences


def _words(text: str) -> list[str]:
    return [word for word in WORD.findall(text) if word.lower() not in UNITS]


def _sentences(text: str) -> int:
    return max(1, sum(bool(WORD.search(part)) for part in SENTENCE_END.split(text)))


def _english_syllables(word: str) -> int:
    plain = word.lower()
    count = len(re.findall(r"[aeiouy]+", plain))
    if plain.endswith("e") and not plain.endswith(("le", "ee", "ie")) and count > 1:
        count -= 1
    if plain.endswith("ed") and not plain.endswith(("ted", "ded")) and count > 1:
        count -= 1
    return max(1, count)


def _vowel_groups(word: str, vowels: str, together: tuple[str, ...]) -> int:
    plain, count, place = word.lower(), 0, 0
    while place < len(plain):
        if plain[place : place + 2] in together:
            count, place = count + 1, place + 2
        else:
            count, place = count + (plain[place] in vowels), place + 1
    return max(1, count)


def _spanish_syllables(word: str) -> int:
    """Two strong vowels, or a weak one with an accent, are parted."""
    plain = re.sub(r"qu|gu(?=[eiéí])", "q", word.lower())
    groups = re.findall(r"[aeiouáéíóúü]+", plain)
    parted = sum(
        1
        for group in groups
        for first, second in pairwise(group)
        if (first in "aeoáéó" and second in "aeoáéó") or first in "íú" or second in "íú"
    )
    return max(1, len(groups) + parted)
