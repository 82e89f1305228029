"""The fast projector: anatomy of one body into areal densities, many times a second."""

from sijoint.fluoroscopy.by_rays import refuse_empty, refuse_impossible
from sijoint.fluoroscopy.line_integrals import LineIntegrals
from sijoint.fluoroscopy.line_integrator import LineIntegrator
from sijoint.fluoroscopy.ray_geometry import index_geometry
from sijoint.fluoroscopy.truncation import truncated_rays
from sijoint.fluoroscopy.volume import AttenuationVolume
from sijoint.frames import ProjectionGeometry

G_PER_CM2 = 0.1  # of g/cm3 times mm


class Projector:
    """Projects one body. Keeps the last view; safe to call from several threads, results do not depend on ``threads``."""

    def __init__(self, volume: AttenuationVolume, *, threads: int | None = None, kernel: str | None = None) -> None:
        self.volume = volume
        self._water, self._bone = (
            LineIntegrator.of(field, threads=threads, kernel=kernel) for field in (volume.water, volume.bone)
        )
        self._metal = LineIntegrator.of(volume.metal, threads=threads, kernel=kernel) if volume.metal else None
        self._last: tuple[bytes, LineIntegrals] | None = None

    @property
    def kernel(self) -> str:
        return self._water.kernel

    @property
    def threads(self) -> int:
        return self._water.threads

    def project(self, geometry: ProjectionGeometry) -> LineIntegrals:
        """Areal densities of the body in this view. Raises UnphysicalView."""
        view = index_geometry(self.volume.grid, geometry)
        key = b"".join(part.tobytes() for part in (view.source, view.world_from_pixel)) + repr(view.shape).encode()
        last = self._last
        if last is not None and last[0] == key:
            return last[1]
        refuse_impossible(self.volume, view)
        water, bone = (basis.integrate(geometry, scale=G_PER_CM2) for basis in (self._water, self._bone))
        refuse_empty(water, bone)
        metal = None if self._metal is None else self._metal.integrate(geometry, scale=G_PER_CM2)
        result = LineIntegrals(water, bone, truncated_rays(self.volume, view, self.threads), metal)
        self._last = key, result
        return result
