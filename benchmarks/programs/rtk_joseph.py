"""RTK's JosephForwardProjectionImageFilter, on the CPU."""

from importlib.metadata import version

import itk
import numpy as np
from itk import RTK as rtk
from serving import Run, View, Volume, serve

Image = itk.Image[itk.F, 3]
UNITS_PER_THREAD = 4  # small shares of the work, so that no thread waits long for another


def prepare(volume: Volume, threads: int):  # type: ignore[no-untyped-def]
    itk.MultiThreaderBase.SetGlobalDefaultNumberOfThreads(threads)
    itk.MultiThreaderBase.SetGlobalMaximumNumberOfThreads(threads)
    body = itk.image_from_array(volume.for_itk)
    body.SetSpacing([float(mm) for mm in volume.spacing_mm])
    body.SetOrigin([float(mm) for mm in volume.origin_mm])
    joseph = rtk.JosephForwardProjectionImageFilter[Image, Image].New()
    joseph.SetInput(1, body)
    joseph.InPlaceOff()
    joseph.SetNumberOfWorkUnits(1 if threads == 1 else UNITS_PER_THREAD * threads)

    def run_of(view: View) -> Run:
        rows, columns = view.shape
        geometry = rtk.ThreeDCircularProjectionGeometry.New()
        placed = geometry.AddProjection(
            itk.Point[itk.D, 3](view.source.tolist()),
            itk.Point[itk.D, 3](view.centre.tolist()),
            itk.Vector[itk.D, 3](view.u.tolist()),
            itk.Vector[itk.D, 3](view.v.tolist()),
        )
        if not placed:
            raise ValueError("RTK cannot place this detector")
        empty = itk.image_from_array(np.zeros((1, rows, columns), np.float32))
        empty.SetSpacing([view.pixel_mm, view.pixel_mm, 1.0])
        empty.SetOrigin([-(columns - 1) / 2 * view.pixel_mm, -(rows - 1) / 2 * view.pixel_mm, 0.0])
        joseph.SetGeometry(geometry)
        joseph.SetInput(0, empty)
        joseph.Modified()

        def run() -> np.ndarray:
            joseph.Update()
            return itk.array_view_from_image(joseph.GetOutput())[0]

        return run

    return run_of


serve(prepare, lambda: f"RTK {version('itk-rtk')} JosephForwardProjection")
