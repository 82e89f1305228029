"""Looking for somebody by name, birth date or number."""

from datetime import date
from unicodedata import combining, normalize

from sijoint.model import Patient


def matches(patient: Patient, episode_id: str, name: str, born: date | None, number: str) -> bool:
    """Whether everything that was asked fits; nothing asked fits nobody. A name fits from the beginnings of its words,
    whatever the order, capitals and accents; a number is the patient's or the episode's."""
    if not (name.strip() or born or number.strip()):
        return False
    words = _words(f"{patient.given_name} {patient.family_name}")
    named = all(any(word.startswith(asked) for word in words) for asked in _words(name))
    numbered = not number.strip() or number.strip().casefold() in (patient.id.casefold(), episode_id.casefold())
    return named and numbered and (born is None or patient.birth_date == born)


def _words(text: str) -> tuple[str, ...]:
    spelt = normalize("NFKD", text.replace("-", " ").replace(",", " "))
    return tuple("".join(letter for letter in spelt if not combining(letter)).casefold().split())
