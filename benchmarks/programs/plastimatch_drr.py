"""plastimatch drr (Siddon, "exact"), a program of the system; its own ray-casting time counts, not reading the volume."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from serving import Run, View, Volume, serve


def prepare(volume: Volume, threads: int):  # type: ignore[no-untyped-def]
    folder = Path(tempfile.mkdtemp(prefix="plastimatch-"))
    header = {
        "ObjectType": "Image",
        "NDims": 3,
        "BinaryData": True,
        "BinaryDataByteOrderMSB": False,
        "TransformMatrix": "1 0 0 0 1 0 0 0 1",
        "Offset": " ".join(map(str, volume.origin_mm)),
        "ElementSpacing": " ".join(map(str, volume.spacing_mm)),
        "DimSize": " ".join(map(str, volume.mu.shape)),
        "ElementType": "MET_FLOAT",
        "ElementDataFile": "LOCAL",
    }
    with (folder / "volume.mha").open("wb") as file:
        file.write("".join(f"{key} = {value}\n" for key, value in header.items()).encode())
        volume.for_itk.tofile(file)

    def run_of(view: View) -> Run:
        rows, columns = view.shape
        towards_source = view.source / np.linalg.norm(view.source)
        options = {
            "-r": f"{rows} {columns}",
            "-z": f"{rows * view.pixel_mm} {columns * view.pixel_mm}",
            "-c": f"{(rows - 1) / 2} {(columns - 1) / 2}",
            "-o": "0 0 0",
            "-n": " ".join(map(str, towards_source)),
            "--vup": " ".join(map(str, -view.v)),
            "--sad": str(np.linalg.norm(view.source)),
            "--sid": str(view.distance_mm),
            "-I": str(folder / "volume.mha"),
            "-O": str(folder / "image"),
        }
        command = ["plastimatch", "drr", "-A", "cpu", "-i", "exact", "-P", "none", "-t", "raw"]
        command += [word for option in options.items() for word in option]

        def run() -> tuple[np.ndarray, float]:
            environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
            said = subprocess.run(command, env=environment, capture_output=True, text=True).stdout
            written = sorted(folder.glob("image*.raw"))
            own = re.search(r"[Rr]aycasting.*?([\d.]+)\s*s", said) or re.search(r"Total time:\s*([\d.]+)", said)
            if not written or not own:
                raise RuntimeError(said[-200:])
            image = 10 * np.fromfile(written[0], np.float32).reshape(rows, columns)  # it integrates over cm
            return image, 1000 * float(own.group(1))

        return run

    return run_of


def name() -> str:
    said = subprocess.run(["plastimatch", "--version"], capture_output=True, text=True).stdout
    return f"plastimatch {said.split()[-1] if said else ''} drr, exact"


serve(prepare, name)
