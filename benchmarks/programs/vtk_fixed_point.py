"""VTK's fixed-point software ray caster, additive blending; 15-bit arithmetic read back in 8 bits."""

import numpy as np
import vtk
from serving import Run, View, Volume, serve
from vtk.util import numpy_support

LARGEST = 10.0  # line integral that the 8 bits hold


def prepare(volume: Volume, threads: int):  # type: ignore[no-untyped-def]
    step, top = float(volume.spacing_mm.min()), float(volume.mu.max())
    image = vtk.vtkImageData()
    image.SetDimensions(*volume.mu.shape)
    image.SetSpacing(*volume.spacing_mm)
    image.SetOrigin(*volume.origin_mm)
    steps = np.round(volume.for_itk / top * 32767).astype(np.uint16)
    image.GetPointData().SetScalars(numpy_support.numpy_to_vtk(steps.ravel(), deep=True))
    mapper = vtk.vtkFixedPointVolumeRayCastMapper()
    mapper.SetInputData(image)
    mapper.SetBlendModeToAdditive()
    mapper.SetNumberOfThreads(threads)
    mapper.SetAutoAdjustSampleDistances(0)
    mapper.SetImageSampleDistance(1.0)
    mapper.SetSampleDistance(step)
    mapper.LockSampleDistanceToInputSpacingOff()
    mapper.SetIntermixIntersectingGeometry(0)
    opacity, colour = vtk.vtkPiecewiseFunction(), vtk.vtkPiecewiseFunction()
    opacity.AddPoint(0, 0.0)
    opacity.AddPoint(32767, top * step / LARGEST)
    colour.AddPoint(0, 1.0)
    colour.AddPoint(32767, 1.0)
    look = vtk.vtkVolumeProperty()
    look.SetScalarOpacity(opacity)
    look.SetColor(colour)
    look.SetInterpolationTypeToLinear()
    look.ShadeOff()
    look.SetScalarOpacityUnitDistance(step)
    body = vtk.vtkVolume()
    body.SetMapper(mapper)
    body.SetProperty(look)
    scene = vtk.vtkRenderer()
    scene.AddVolume(body)
    scene.SetBackground(0, 0, 0)
    window = vtk.vtkRenderWindow()
    window.SetOffScreenRendering(1)
    window.SetMultiSamples(0)
    window.AddRenderer(scene)

    def run_of(view: View) -> Run:
        rows, columns = view.shape
        window.SetSize(columns, rows)
        camera = scene.GetActiveCamera()
        camera.SetPosition(*view.source)
        camera.SetFocalPoint(*view.centre)
        camera.SetViewUp(*(-view.v))
        camera.SetViewAngle(2 * np.degrees(np.arctan(view.pixel_mm * rows / 2 / view.distance_mm)))
        scene.ResetCameraClippingRange()
        mapper.Modified()

        def run() -> np.ndarray:
            window.Render()
            grab = vtk.vtkWindowToImageFilter()
            grab.SetInput(window)
            grab.ReadFrontBufferOff()
            grab.ShouldRerenderOff()
            grab.Update()
            levels = numpy_support.vtk_to_numpy(grab.GetOutput().GetPointData().GetScalars())
            return levels.reshape(rows, columns, 3)[::-1, :, 0].astype(np.float32) / 255 * LARGEST

        return run

    return run_of


serve(prepare, lambda: f"VTK {vtk.vtkVersion.GetVTKVersion()} FixedPointVolumeRayCast")
