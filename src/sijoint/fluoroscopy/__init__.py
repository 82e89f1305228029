"""The X-ray: a body's densities projected into areal densities, tools and contrast on top, and a C-arm's exposure chain.

It knows no anatomy, needle or fluid: it takes volumes, tubes and layers, which are its own types. Geometry hands areal
densities (g/cm2) to physics; physics never sees voxels and geometry never sees keV.
"""

# ruff: noqa: E402
from sijoint.fluoroscopy.kernel_cache import keep_kernels_by_source

keep_kernels_by_source()  # before any kernel is defined

from sijoint.fluoroscopy.acquisition import Run, take_image, take_run
from sijoint.fluoroscopy.annotation import annotated, edge_letters, with_origin_strip
from sijoint.fluoroscopy.averaging import average, last_image_hold
from sijoint.fluoroscopy.brightness import (
    DosePerPulse,
    brightness_limit,
    controlled,
    kerma_rate_mgy_min,
    on_curve,
    regulate,
    starting_technique,
    target_signal_kev_mm2,
)
from sijoint.fluoroscopy.by_rays import project_by_rays
from sijoint.fluoroscopy.capsule_chain import CapsuleChain, chain_areal_density
from sijoint.fluoroscopy.density_field import DensityField
from sijoint.fluoroscopy.digital_subtraction import (
    log_subtraction,
    pixel_shift,
    roadmap_pixels,
    subtraction_mask,
    subtraction_pixels,
)
from sijoint.fluoroscopy.display import DisplayOptions, Window, display_pixels, display_window
from sijoint.fluoroscopy.dose import air_kerma_mgy, dose_area_product_mgy_cm2, field_half_sizes_mm, field_mask
from sijoint.fluoroscopy.dose_total import DoseTotal, dgy_cm2, gy_m2
from sijoint.fluoroscopy.encoding import decode, encode, export
from sijoint.fluoroscopy.errors import NoSuchKernel, UnphysicalView, UnreadableFrame
from sijoint.fluoroscopy.exposure import expose
from sijoint.fluoroscopy.frame import Frame, Relationship
from sijoint.fluoroscopy.kept_views import KeptViews
from sijoint.fluoroscopy.layer_grid import LayerGrid, layer_areal_density
from sijoint.fluoroscopy.line_integrals import LineIntegrals
from sijoint.fluoroscopy.line_integrator import LineIntegrator, kernel_name
from sijoint.fluoroscopy.live import LiveFluoroscope, LivePicture, Moment, Stages
from sijoint.fluoroscopy.magnification import magnified
from sijoint.fluoroscopy.marks import Mark
from sijoint.fluoroscopy.projector import Projector
from sijoint.fluoroscopy.receptor_picture import receptor_picture, receptor_picture_pixels
from sijoint.fluoroscopy.scene import Scene
from sijoint.fluoroscopy.screen import Screen
from sijoint.fluoroscopy.skin_dose import SkinDose, TableTop, skin_dose
from sijoint.fluoroscopy.skin_surface import SkinSurface, skin_surface
from sijoint.fluoroscopy.subtraction import iodine_estimate, iodine_noise_mg_cm2
from sijoint.fluoroscopy.technique import Collimator, Technique
from sijoint.fluoroscopy.temporal import recursively_filtered
from sijoint.fluoroscopy.volume import AttenuationVolume, densities_from_hu, volume_from_hu

__all__ = [
    "AttenuationVolume",
    "CapsuleChain",
    "Collimator",
    "DensityField",
    "DisplayOptions",
    "DosePerPulse",
    "DoseTotal",
    "Frame",
    "KeptViews",
    "LayerGrid",
    "LineIntegrals",
    "LineIntegrator",
    "LiveFluoroscope",
    "LivePicture",
    "Mark",
    "Moment",
    "NoSuchKernel",
    "Projector",
    "Relationship",
    "Run",
    "Scene",
    "Screen",
    "SkinDose",
    "SkinSurface",
    "Stages",
    "TableTop",
    "Technique",
    "UnphysicalView",
    "UnreadableFrame",
    "Window",
    "air_kerma_mgy",
    "annotated",
    "average",
    "brightness_limit",
    "chain_areal_density",
    "controlled",
    "decode",
    "densities_from_hu",
    "dgy_cm2",
    "display_pixels",
    "display_window",
    "dose_area_product_mgy_cm2",
    "edge_letters",
    "encode",
    "export",
    "expose",
    "field_half_sizes_mm",
    "field_mask",
    "gy_m2",
    "iodine_estimate",
    "iodine_noise_mg_cm2",
    "kerma_rate_mgy_min",
    "kernel_name",
    "last_image_hold",
    "layer_areal_density",
    "log_subtraction",
    "magnified",
    "on_curve",
    "pixel_shift",
    "project_by_rays",
    "receptor_picture",
    "receptor_picture_pixels",
    "recursively_filtered",
    "regulate",
    "roadmap_pixels",
    "skin_dose",
    "skin_surface",
    "starting_technique",
    "subtraction_mask",
    "subtraction_pixels",
    "take_image",
    "take_run",
    "target_signal_kev_mm2",
    "volume_from_hu",
    "with_origin_strip",
]
