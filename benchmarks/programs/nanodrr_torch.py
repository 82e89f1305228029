"""nanodrr on the CPU (torch grid_sample), in chunks of four rows, which is faster there than the whole image at once."""

from importlib.metadata import version

import numpy as np
import torch
import torchio
from nanodrr.data import Subject
from nanodrr.drr import DRR
from nanodrr.drr.renderer import render
from serving import Run, View, Volume, serve

ROWS = 4


def prepare(volume: Volume, threads: int):  # type: ignore[no-untyped-def]
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    affine = np.diag([*volume.spacing_mm, 1.0])
    affine[:3, 3] = volume.origin_mm
    image = torchio.ScalarImage(tensor=torch.from_numpy(volume.mu)[None], affine=affine)
    subject = Subject.from_images(image, convert_to_mu=False)

    def run_of(view: View) -> Run:
        rows, columns = view.shape
        p = view.pixel_mm
        along = int(np.argmax(np.abs(view.centre - view.source)))
        samples = round(volume.mu.shape[along] * 1.05)  # about one a voxel
        drr = DRR.from_carm_intrinsics(
            view.distance_mm, p, p, 0.0, 0.0, rows, columns, dtype=torch.float32, device="cpu"
        )
        pose = np.eye(4)
        pose[:3] = np.stack([view.u, view.v, np.cross(view.u, view.v), view.source], axis=1)
        placed = torch.tensor(pose, dtype=torch.float32)[None]

        def run() -> np.ndarray:
            out = np.empty((rows, columns), np.float32)
            for row in range(0, rows, ROWS):
                band = drr.tgt[:, row * columns : (row + ROWS) * columns]
                made = render(subject, drr.k_inv, placed, drr.sdd, ROWS, columns, samples, src=drr.src, tgt=band)
                out[row : row + ROWS] = made.numpy().reshape(-1, columns)
            return out

        return run

    return run_of


serve(prepare, lambda: f"nanodrr {version('nanodrr')}, torch {torch.__version__}")
