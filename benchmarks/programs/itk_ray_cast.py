"""ITK's RayCastInterpolateImageFunction under a ResampleImageFilter: ITK's classic way to a DRR."""

from importlib.metadata import version

import itk
import numpy as np
from serving import Run, View, Volume, serve

Image = itk.Image[itk.F, 3]


def prepare(volume: Volume, threads: int):  # type: ignore[no-untyped-def]
    itk.MultiThreaderBase.SetGlobalDefaultNumberOfThreads(threads)
    itk.MultiThreaderBase.SetGlobalMaximumNumberOfThreads(threads)
    body = itk.image_from_array(volume.for_itk)
    body.SetSpacing([float(mm) for mm in volume.spacing_mm])
    body.SetOrigin([float(mm) for mm in volume.origin_mm])
    still = itk.Euler3DTransform[itk.D].New()
    rays = itk.RayCastInterpolateImageFunction[Image, itk.D].New()
    rays.SetInputImage(body)
    rays.SetTransform(still)
    rays.SetThreshold(0.0)
    resample = itk.ResampleImageFilter[Image, Image].New()
    resample.SetInput(body)
    resample.SetInterpolator(rays)
    resample.SetTransform(still)
    resample.SetNumberOfWorkUnits(1 if threads == 1 else 4 * threads)

    def run_of(view: View) -> Run:
        rows, columns = view.shape
        rays.SetFocalPoint(view.source.tolist())
        resample.SetSize([columns, rows, 1])
        resample.SetOutputSpacing([view.pixel_mm, view.pixel_mm, 1.0])
        resample.SetOutputOrigin(view.origin.tolist())
        axes = np.stack([view.u, view.v, np.cross(view.u, view.v)], axis=1)
        resample.SetOutputDirection(itk.matrix_from_array(axes))
        resample.Modified()

        def run() -> np.ndarray:
            resample.Update()
            return itk.array_view_from_image(resample.GetOutput())[0]

        return run

    return run_of


serve(prepare, lambda: f"ITK {version('itk')} RayCastInterpolateImageFunction")
