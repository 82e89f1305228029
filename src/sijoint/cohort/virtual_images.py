"""Images for the virtual clinic: one simulated procedure, made once beside the rest and played again for others.

Everybody in this clinic has the same bundled anatomy, so that one run of the physics serves them all.
"""

import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from json import loads
from pathlib import Path
from typing import Any

from sijoint.anatomy import bundled_pelvis
from sijoint.clinic import commands as clinic_commands
from sijoint.clinic import image_keeper_for, recorder_for
from sijoint.cohort.case import case_of
from sijoint.cohort.run import run_causes, virtual_store
from sijoint.cohort.scenario import CourseStep, causes_of
from sijoint.cohort.virtual_chart import Chart
from sijoint.cohort.virtual_roster import Until
from sijoint.frames import Side
from sijoint.room.events import Event, Exposed, Judged, Started
from sijoint.room.truth import SimulationTruth, write_truth

SIDE, ROWS = Side.LEFT, 384


@dataclass(frozen=True, eq=False)
class Recording:
    """What a simulated procedure reported, the bytes of its images by hash, and what only the simulator knows."""

    events: tuple[Event, ...]
    images: Mapping[str, tuple[bytes, Mapping[str, Any]]]
    truth: SimulationTruth


class ImagedRun:
    """Begins at once in a thread of its own; whoever needs it first waits for it."""

    def __init__(self, seed: int) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._recording: Future[Recording] = self._thread.submit(recorded, seed)

    def recording(self) -> Recording:
        return self._recording.result()

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)


def recorded(seed: int) -> Recording:
    """A diagnostic block of the bundled pelvis, in a store that is thrown away."""
    case = case_of(bundled_pelvis(), (SIDE,))
    with tempfile.TemporaryDirectory() as folder:
        store = virtual_store(Path(folder) / "scratch.db", seed)
        record = run_causes(
            causes_of({"course": [CourseStep.DIAGNOSTIC]}),
            case,
            store,
            side=SIDE,
            seed=seed,
            rows=ROWS,
            truth_folder=Path(folder) / "truth",
            episode_id="recorded",
            made_from={},
        )
        rows = store.image_rows("recorded")
        images = {row.sha256: (store.images.get(row.sha256), loads(row.sidecar)) for row in rows}
        store.close()
    run = record.procedures[0]
    return Recording(run.events, images, run.truth)


def played_again(chart: Chart, run: ImagedRun, began: datetime) -> Iterator[datetime]:
    """The recorded procedure in this person's episode, event by event at its second; the gate is asked anew."""
    recording = run.recording()
    procedure_id = f"{chart.session.order.id}-p"
    chart.tell(
        clinic_commands.BeginProcedure,
        chart.radiographer,
        procedure_id=procedure_id,
        operator=chart.physician,
        virtual_operator=True,
    )
    keep = image_keeper_for(chart.episode_id, chart.store, chart.clock)
    record = recorder_for(
        chart.episode_id, chart.store, chart.policy, chart.clock, by=chart.radiographer, role_of=chart.role_of
    )
    for event in recording.events:
        if isinstance(event, Judged) and chart.treated.until is Until.IN_THE_ROOM:
            return
        yield began + timedelta(seconds=event.at_s)
        if isinstance(event, Started):
            event = replace(event, procedure_id=procedure_id, operator=chart.physician)
        elif isinstance(event, Judged):
            event = replace(event, by=chart.physician)
        elif isinstance(event, Exposed):
            for image in event.images:
                keep(*recording.images[image.sha256])
        record(event)
    chart.look_again()
    write_truth(chart.store.path.parent / "truth", replace(recording.truth, procedure_id=procedure_id))
