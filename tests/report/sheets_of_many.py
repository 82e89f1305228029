"""Sheets of many facts in one language: kind, target, sedation, steroid, and answers that each change a sentence."""

import sys
from datetime import timedelta
from functools import cache
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "pathway"))

from well_patient import NO, NOW, POLICY, UNKNOWN, YES, answers, episode, followed, order, patient, session

from sijoint.model import EpisodeState, Medicine, OrderKind, PrescriberContact, Sedation, Target
from sijoint.pathway import discharge_sheet, preparation_sheet

PLAIN, STEROID = (("lidocaine_2_percent", "1.0"),), (("bupivacaine_0.5_percent", "0.5"), ("triamcinolone_40", "1.0"))
KINDS = ((OrderKind.DIAGNOSTIC, PLAIN), (OrderKind.DIAGNOSTIC, STEROID), (OrderKind.THERAPEUTIC, STEROID))
TAKING = (
    Medicine("Eliquis", "apixaban", "nurse"),
    Medicine("Marcumar", "phenprocoumon", "nurse"),
    Medicine("red pills", "", ""),
)
SINCE = NOW - timedelta(days=5)
HELD = (
    PrescriberContact("apixaban", "Dr A", SINCE, "hold", "Dr B", signed_for=NOW),
    PrescriberContact("clopidogrel", "Dr A", SINCE, "hold", "Dr B", signed_for=NOW),
    PrescriberContact("aspirin", "Dr C", SINCE, "continue", ""),
)
MORE = (Medicine("Plavix", "clopidogrel", "nurse"), Medicine("ASS", "aspirin", "nurse"))
TOLD = (
    {},
    {"diabetes": YES, "insulin": YES, "regular_opioid": UNKNOWN},
    {"diabetes": UNKNOWN, "medicines_asked": NO, "glp1_drug": YES, "ulcer": YES, "driver_arranged": NO},
    {"medicines": TAKING, "antithrombotics": YES, "liver_or_kidney_disease": YES},
    {"medicines": MORE, "antithrombotics": YES},
    {"antithrombotics": UNKNOWN, "allergies_asked": UNKNOWN},
)  # fmt: skip


def _orders():
    for (kind, drug), sedation, target in product(KINDS, (Sedation.NONE, Sedation.MINIMAL), Target):
        yield order(*drug, kind=kind, sedation=sedation, target=target)


@cache
def preparation_sheets(code):
    return tuple(
        preparation_sheet(_episode(session(one), told, EpisodeState.BOOKED), patient(), POLICY, NOW, language_code=code)
        for one, told in product(_orders(), TOLD)
    )


@cache
def discharge_sheets(code):
    leaving = NOW + timedelta(minutes=50)
    return tuple(
        discharge_sheet(_episode(followed({}, one), told), patient(), POLICY, leaving, language_code=code)
        for one, told in product(_orders(), TOLD)
    )


def _episode(one, told, *state):
    more = {"state": state[0]} if state else {}
    return episode(one, screening_answers=answers(**told), prescriber_contacts=HELD, **more)
