"""The Markdown tables of benchmarks/results, from the JSON files that lie there."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from contestants import OURS

TITLES = {"compiled-avx2": "compiled, AVX2"}
BUSY = 0.5  # busy cores before the run; above, times are too long

HOW = """Written by `make bench`; do not edit. Times are the minimum, in ms, of single frames on {threads} threads, programs taking
turns; every timed frame follows one that is not timed and is of another pose, turned by 0.01°. *Ratio*: the peer's minimum over ours, in brackets the range of that
ratio within single rounds. *Error*: root mean square difference to a float64 trilinear reference of ten samples a voxel, over
the reference's mean; in brackets the same of the rays that meet air where they enter and leave the volume, because programs end
a cut body in different ways. Poses are DICOM primary/secondary angles; source to detector 1020 mm, source to isocentre 700 mm, detector
297 mm wide. Preparing the volume is timed apart."""


def write_tables(results: Path) -> None:
    """README.md in ``results``."""
    parts = ["# Measured"]
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob("peers-*.json"))]
    if documents:
        parts.append(HOW.format(threads=documents[0]["threads"]))
    parts += [_peers_section(document) for document in documents]
    growth = results / "growth.json"
    if growth.exists():
        parts.append(_growth_section(json.loads(growth.read_text(encoding="utf-8"))))
    (results / "README.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _peers_section(document: dict[str, Any]) -> str:
    ours = [key for key in OURS if key in document["programs"]]
    peers = [key for key in document["programs"] if key not in OURS]
    parts = [f"## {document['body']}", _measured_on(document)]
    for peer in peers:
        parts += [_in_short(document, peer, ours), _ratios(document, peer, ours)]
    if not peers and ours:
        parts.append(_alone(document, ours))
    if document["noise"]:
        parts.append(_noise(document, [*peers, *ours]))
    if document["beads"]:
        parts.append(_beads(document))
    prepared = ", ".join(f"{_title(key)} {ms:.0f} ms" for key, ms in document["preparation_ms"].items())
    parts.append(f"Preparing the volume: {prepared}.")
    parts += [f"Not timed: {line}." for line in document["missing"]]
    return "\n\n".join(parts)


def _measured_on(document: dict[str, Any]) -> str:
    machine = document["machine"]
    load = machine["load"]
    busy = (
        f" **The machine was busy (load {load} before the run): times are too long and ratios rough.**"
        if load and load > BUSY
        else ""
    )
    names = "; ".join(f"{key}: {name}" for key, name in document["programs"].items() if key not in OURS)
    return (
        f"{machine['processor']}, {machine['cores']} cores ({', '.join(machine['instructions']) or 'no wide instructions'}), "
        f"{machine['system']}, Python {machine['python']}, {machine['at'][:10]}{', quick run' if document['quick'] else ''}."
        + (f" {names}." if names else "")
        + busy
    )


def _by_case(document: dict[str, Any]) -> dict[tuple[int, str], dict[str, dict[str, Any]]]:
    cases: dict[tuple[int, str], dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in document["rows"]:
        pose = f"{row['pose']} ({row['primary_deg']:g}/{row['secondary_deg']:g})"
        cases[row["size"], pose][row["program"]] = row
    return cases


def _in_short(document: dict[str, Any], peer: str, ours: list[str]) -> str:
    """How many times faster over all poses, kernel by kernel and size by size."""
    said = []
    for key in ours:
        found = defaultdict(list)
        for (size, _), rows in _by_case(document).items():
            if peer in rows and key in rows:
                found[size].append(min(rows[peer]["ms"]) / min(rows[key]["ms"]))
        sizes = [f"{min(ratios):.0f}–{max(ratios):.0f} times as fast at {size}²" for size, ratios in found.items()]
        said.append(f"the {_title(key)} kernel is {', '.join(sizes)}")
    return f"Beside {document['programs'][peer]}, over these poses: " + "; ".join(said) + "."


def _ratios(document: dict[str, Any], peer: str, ours: list[str]) -> str:
    heads = ["pixels", "pose", f"{peer} ms"]
    for key in ours:
        heads += [f"{_title(key)} ms", "ratio"]
    heads += [f"error {_title(key)}" for key in (peer, *ours)]
    lines = []
    for (size, pose), rows in _by_case(document).items():
        if peer not in rows:
            continue
        cells = [f"{size}²", pose, _ms(min(rows[peer]["ms"]))]
        for key in ours:
            cells += (
                [_ms(min(rows[key]["ms"])), _ratio(rows[peer]["ms"], rows[key]["ms"])] if key in rows else ["–", "–"]
            )
        cells += [_error(rows[key]) if key in rows else "–" for key in (peer, *ours)]
        lines.append(cells)
    return _markdown(heads, lines)


def _alone(document: dict[str, Any], ours: list[str]) -> str:
    lines = [
        [f"{size}²", pose, *(_ms(min(rows[key]["ms"])) for key in ours), *(_error(rows[key]) for key in ours)]
        for (size, pose), rows in _by_case(document).items()
    ]
    return _markdown(
        ["pixels", "pose", *(f"{_title(key)} ms" for key in ours), *(f"error {_title(key)}" for key in ours)], lines
    )


def _noise(document: dict[str, Any], programs: list[str]) -> str:
    cases: dict[str, dict[str, str]] = defaultdict(dict)
    for row in document["noise"]:
        cases[f"{row['size']}², {row['pose']}"][row["program"]] = _error(row)
    lines = [[case, *(errors.get(key, "–") for key in programs)] for case, errors in cases.items()]
    return "With 150 HU of white noise in every voxel:\n\n" + _markdown(["error", *map(_title, programs)], lines)


def _beads(document: dict[str, Any]) -> str:
    lines = [
        [_title(row["program"]), f"{row['mean_ratio']:.4f}", f"{100 * row['largest_deviation']:.2f} %"]
        for row in document["beads"]
    ]
    heads = ["bead of 3 mm in the noise, 512²", "full width over single rays' (mean)", "largest deviation"]
    return _markdown(heads, lines)


def _growth_section(document: dict[str, Any]) -> str:
    cases: dict[tuple[str, Any, Any, Any, Any], dict[str, float]] = defaultdict(dict)
    for row in document["rows"]:
        cases[row["kernel"], row["voxel_mm"], row["pixels"], row["fields"], row["threads"]][row["pose"]] = row["min_ms"]
    lines = [
        [kernel, f"{mm:g}", f"{pixels}²", str(fields), str(threads), *(_ms(ms) for ms in by_pose.values())]
        for (kernel, mm, pixels, fields, threads), by_pose in sorted(cases.items())
    ]
    heads = ["kernel", "voxel mm", "pixels", "fields", "threads", "straight ms", "oblique ms"]
    load = document["machine"]["load"]
    busy = f"\n\n**The machine was busy (load {load} at the end).**" if load and load > 2 + BUSY else ""
    return f"## Growth of our own time, {document['body']}{busy}\n\n" + _markdown(heads, lines)


def _title(key: str) -> str:
    """What a program is called in a table."""
    return TITLES.get(key, key)


def _ratio(theirs: list[float], ours: list[float]) -> str:
    rounds = [their / our for their, our in zip(theirs, ours, strict=False)]
    return f"**{min(theirs) / min(ours):.1f}** ({min(rounds):.1f}–{max(rounds):.1f})"


def _error(row: dict[str, Any]) -> str:
    return f"{row['rrmse']:.1e} ({row['inner_rrmse']:.1e})"


def _ms(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def _markdown(heads: list[str], lines: list[list[str]]) -> str:
    rule = ["---"] * len(heads)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (heads, rule, *lines))
