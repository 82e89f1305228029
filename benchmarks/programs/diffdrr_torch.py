"""DiffDRR's trilinear renderer on the CPU, one sample a voxel."""

from importlib.metadata import version

import numpy as np
import torch
import torchio
from diffdrr.data import read
from diffdrr.drr import DRR
from diffdrr.renderers import _get_alpha_minmax
from serving import Run, View, Volume, serve

PATCH = 64


def prepare(volume: Volume, threads: int):  # type: ignore[no-untyped-def]
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    affine = np.diag([*volume.spacing_mm, 1.0])
    affine[:3, 3] = volume.origin_mm
    image = torchio.ScalarImage(tensor=torch.from_numpy(volume.mu)[None], affine=affine)
    subject = read(image, orientation=None, center_volume=False)

    def run_of(view: View) -> Run:
        drr = DRR(
            subject,
            sdd=view.distance_mm,
            height=view.shape[0],
            delx=view.pixel_mm,
            renderer="trilinear",
            patch_size=PATCH,
        )
        drr.density = torch.from_numpy(volume.mu)
        source = torch.tensor(view.source, dtype=torch.float32)[None, None]
        target = torch.tensor(view.pixels.reshape(1, -1, 3), dtype=torch.float32)
        inside = drr.affine_inverse
        near, far = _get_alpha_minmax(inside(source), inside(target), torch.tensor(volume.mu.shape).float(), 0.5, 1e-8)
        first, last = near.min(), far.max()
        longest = float((target - source).norm(dim=-1).max())
        samples = int(np.ceil(float(last - first) * longest / volume.spacing_mm.min())) + 1

        def run() -> np.ndarray:
            made = drr.render(drr.density, source, target, alphamin=first, alphamax=last, n_points=samples)
            return made.numpy().reshape(view.shape)

        return run

    return run_of


serve(prepare, lambda: f"DiffDRR {version('diffdrr')} trilinear, torch {torch.__version__}")
