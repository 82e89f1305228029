"""This repository's projector; the kernel to force (compiled, compiled-avx2, portable, rays) is the argument."""

import sys

from serving import Run, View, Volume, serve

from sijoint.fluoroscopy import LineIntegrator, kernel_name
from sijoint.frames import Grid, ProjectionGeometry


def prepare(volume: Volume, threads: int):  # type: ignore[no-untyped-def]
    grid = Grid.from_spacing(volume.mu.shape, volume.spacing_mm, volume.origin_mm)
    integrator = LineIntegrator(grid, volume.mu, threads=threads, kernel=sys.argv[1])

    def run_of(view: View) -> Run:
        geometry = ProjectionGeometry(view.source, view.origin, view.column_step, view.row_step, view.shape)
        return lambda: integrator.integrate(geometry)

    return run_of


serve(prepare, lambda: kernel_name(sys.argv[1]))
