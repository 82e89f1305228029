"""A small body for the tests of the fluoroscope's doors."""

import numpy as np
import SimpleITK as sitk

QUICK = ("--rows", "128")


def volume(path, values, spacing=5.0, origin=(0.0, 0.0, 0.0)):
    """A NIfTI volume of values (k, j, i)."""
    image = sitk.GetImageFromArray(values)
    image.SetSpacing((spacing,) * 3)
    image.SetOrigin(origin)
    sitk.WriteImage(image, str(path))
    return path


def small_body():
    """A box of tissue with a rod of bone, 5 mm voxels, (k, j, i): 150 mm long, 120 mm wide and deep, middle near 98, 98, 72."""
    hu = np.full((30, 40, 40), -1000, np.float32)
    hu[:, 8:32, 8:32] = 40
    hu[:, 18:22, 18:22] = 600
    return hu
