"""The population: every pelvis once, in any number of processes, each outcome kept as soon as it is there."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from sijoint.cohort.validation.outcome import Outcome
from sijoint.cohort.validation.plan_file import ValidationPlan
from sijoint.cohort.validation.subject import study_pelvis

PELVES_A_POOL = 50


def run_study(
    plan: ValidationPlan,
    pelves: int,
    workers: int,
    kept: Path,
    stamp: str,
    told: Callable[[Outcome], None] = lambda outcome: None,
) -> tuple[Outcome, ...]:
    """Outcomes of seeds 0 to ``pelves`` - 1, by seed. Those that ``kept`` (JSON lines) holds already are not run again.

    A file of another ``stamp``, that is of other models or another plan, is begun anew. Outcomes do not depend on the number
    of workers. Stopping loses only the pelves that are under way.
    """
    done = {outcome.seed: outcome for outcome in _kept(kept, stamp)}
    todo = [seed for seed in range(pelves) if seed not in done]
    with kept.open("a", encoding="utf-8") as file:
        for outcome in _run(plan, todo, workers):
            file.write(json.dumps(outcome.as_json(), allow_nan=False) + "\n")
            file.flush()
            done[outcome.seed] = outcome
            told(outcome)
    return tuple(done[seed] for seed in range(pelves))


def _kept(path: Path, stamp: str) -> tuple[Outcome, ...]:
    """What an earlier run of the same stamp left, without a last line that was cut."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    head, *lines = text[: text.rfind("\n") + 1].splitlines() or [""]
    first = json.dumps({"stamp": stamp})
    if head != first:
        lines = []
    path.write_text("".join(f"{line}\n" for line in (first, *lines)), encoding="utf-8")
    return tuple(Outcome.from_json(json.loads(line)) for line in lines)


def _run(plan: ValidationPlan, seeds: Sequence[int], workers: int) -> Iterator[Outcome]:
    if workers == 1 or len(seeds) < 2:
        for seed in seeds:
            yield study_pelvis(seed, plan)
        return
    for first in range(
        0, len(seeds), PELVES_A_POOL
    ):  # a process keeps what it has computed of each pelvis; a new one begins small
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            some = seeds[first : first + PELVES_A_POOL]
            for future in as_completed([pool.submit(study_pelvis, seed, plan) for seed in some]):
                yield future.result()
