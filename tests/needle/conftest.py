"""The pencil-checked body and the usual needle."""

import pytest
from two_slabs import TwoSlabs

from sijoint.formulary import needle


@pytest.fixture
def slabs():
    return TwoSlabs()


@pytest.fixture
def quincke():
    return needle("quincke_22g_90mm")
