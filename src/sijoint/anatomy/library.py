"""The pelves that come with the program."""

import tomllib
from functools import cache
from importlib.resources import as_file, files

from sijoint.anatomy.ct import PatientCT, Provenance
from sijoint.anatomy.label_reading import read_labels
from sijoint.anatomy.reading import read_ct


@cache
def bundled_pelvis() -> PatientCT:
    """The real 1.5 mm pelvis CT that is part of the package; its arrays are shared and read-only."""
    folder = files("sijoint.anatomy") / "data" / "pelvis_1p5mm"
    words = tomllib.loads((folder / "provenance.toml").read_text(encoding="utf-8"))
    with as_file(folder) as path:
        ct = read_ct(path / "ct.nii.gz")
        labels = read_labels(path / "labels.nii.gz", ct.grid)
    ct.hu.setflags(write=False)
    labels.values.setflags(write=False)
    lists = {name: tuple(words[name]) for name in ("measured", "modelled")}
    return PatientCT(ct, labels, Provenance(**words | lists))
