"""On what it was measured, and how busy it was."""

import os
import platform
import re
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

WIDE = ("avx2", "avx512f", "avx512_vnni", "avx512_vbmi")


def machine() -> dict[str, Any]:
    """Facts about this machine now; ``load`` is the average over the last minute, in busy cores."""
    cpu = Path("/proc/cpuinfo")
    text = cpu.read_text(encoding="utf-8") if cpu.exists() else ""
    model = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    flags = set(re.findall(r"\S+", (re.search(r"^flags\s*:\s*(.+)$", text, re.MULTILINE) or [""])[0]))
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": model.group(1) if model else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "instructions": [flag for flag in WIDE if flag in flags],
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in ("sijoint", "numpy", "numba")},
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }
