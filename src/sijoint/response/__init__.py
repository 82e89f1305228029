"""What a virtual body feels: pain while the needle moves, familiar pain on filling, and the pain hours and months later.

A virtual pharmacology of its own: anaesthetic acts where it reaches the source, expectation fades, steroid begins after
days. The rules that judge a diary live elsewhere and share no number with this room. Assumed values: `response.toml`.
"""

from sijoint.response.body_state import BodyState, state_at
from sijoint.response.causes import Delivered, PainCause, UnknownDrug
from sijoint.response.pharmacology import what_is_modelled
from sijoint.response.provocation import (
    Pain,
    familiar_pain,
    pain_of_filling,
    pain_of_skin_anaesthetic,
    pain_of_step,
    touches_nerve,
)

__all__ = [
    "BodyState",
    "Delivered",
    "Pain",
    "PainCause",
    "UnknownDrug",
    "familiar_pain",
    "pain_of_filling",
    "pain_of_skin_anaesthetic",
    "pain_of_step",
    "state_at",
    "touches_nerve",
    "what_is_modelled",
]
