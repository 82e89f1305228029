"""The names of labelled structures and the numbers that stand for them here."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy.ct import Labels


@cache
def structure_numbers() -> Mapping[str, int]:
    """Number by structure name, TotalSegmentator v2."""
    text = files("sijoint.anatomy").joinpath("totalsegmentator_v2.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text)["number"])


def labelled(labels: Labels, *names: str) -> NDArray[np.bool_]:
    """Voxels (i, j, k) that carry one of these structures' labels."""
    return np.isin(labels.values, [structure_numbers()[name] for name in names])
