"""Magnified fields: a smaller part of the detector, read with as many and so with finer pixels."""

from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.frames import CArmModel, Detector


def magnified(detector: Detector, zoom: float, carm: CArmModel) -> Detector:
    """``detector`` zoomed in on its middle by one of the C-arm's factors: the same pixels on a field smaller by ``zoom``.

    Dose policy "the same at the detector": brightness control asks for the same energy per area at every zoom, so kerma
    stays and dose-area product falls with the field; a pixel then collects fewer quanta. Raises UnphysicalView.
    """
    if zoom not in carm.zooms:
        known = ", ".join(f"{one:g}" for one in carm.zooms)
        raise UnphysicalView(f"the detector has no field magnified {zoom:g} times: choose one of {known}")
    return Detector(detector.rows, detector.columns, detector.pixel_mm / zoom)
