"""Antithrombotics: what is taken, and what its prescriber and a physician said. The default is to continue."""

from datetime import date

from sijoint.formulary import ListedMedicine, medicine
from sijoint.model import PrescriberContact, ScreeningAnswers

CONTINUE, HOLD = "continue", "hold"  # the two answers that a prescriber may give


def antithrombotics_taken(answers: ScreeningAnswers) -> tuple[ListedMedicine, ...]:
    """The antithrombotics on the patient's list, each once."""
    known = (medicine(one.agent) for one in answers.medicines)
    return tuple(dict.fromkeys(one for one in known if one is not None and one.antithrombotic))


def hold_signed(agent: str, contacts: tuple[PrescriberContact, ...]) -> PrescriberContact | None:
    """The last prescriber's answer on an agent, where it is a hold that a physician has signed.

    Whether that signature still covers the appointment as it is now, ``antithrombotic_plan`` says.
    """
    last = last_contact(agent, contacts)
    return last if last is not None and last.answer == HOLD and last.signed_by.strip() else None


def last_contact(agent: str, contacts: tuple[PrescriberContact, ...]) -> PrescriberContact | None:
    """The newest answer on an agent; of one moment, the one that was written down last."""
    newest = sorted((one for one in contacts if one.agent == agent), key=lambda one: one.at)
    return newest[-1] if newest else None


def age_years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
