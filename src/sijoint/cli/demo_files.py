"""What a demo leaves: episode.json, images, command logs and events, the report and the papers."""

import json
import platform
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.progress import Progress

from sijoint import __version__, injectate, needle, response
from sijoint.anatomy import bone_mesh
from sijoint.cohort import Case, Scenario, ScenarioRun
from sijoint.cohort.in_room import ProcedureRun
from sijoint.exchange import diary_entry, visit_entry
from sijoint.exchange.episode_file import EpisodeFile, MadeBy, episode_text
from sijoint.fluoroscopy import export, kernel_name
from sijoint.model import Episode, Patient, Procedure, StoreKind
from sijoint.model.wire import to_wire
from sijoint.pathway import Policy, language, shipped
from sijoint.records import Store, open_store
from sijoint.report import (
    FigureImage,
    ProcedureFigures,
    ProvenanceWords,
    RunFacts,
    StepRefused,
    Twin,
    anatomy_picture,
    assemble_report,
    figure_images,
    paper_html,
    paper_pdf,
    paper_text,
    papers,
    render_episode,
    stored_frame,
)
from sijoint.room.events import Event


def write_demo_files(
    folder: Path,
    case: Case,
    scenario: Scenario,
    run: ScenarioRun,
    twin: ScenarioRun | None,
    *,
    seed: int,
    with_report: bool,
    progress: Progress,
) -> None:
    """Everything beside the store. The store is closed by now and is opened for reading only."""
    task = progress.add_task("writing episode, images and logs", total=4)
    store = open_store(folder / "episode.db")
    provenance = case.patient.provenance
    modelled = _modelled(case)
    for one in (run, twin):
        if one is None:
            continue
        file = EpisodeFile(
            StoreKind.VIRTUAL,
            store.patient(one.episode.patient_id),
            one.episode,
            MadeBy(
                __version__,
                platform.python_version(),
                kernel_name(),
                seed,
                scenario.name if one is run else scenario.beside,
            ),
            modelled,
        )
        name = "episode.json" if one is run else f"{one.record.episode_id}.json"
        (folder / name).write_text(episode_text(file), encoding="utf-8")
        for procedure in one.record.procedures:
            _write_log(folder, procedure, name)
    progress.update(task, advance=1)
    figures = []
    for one in (run, twin) if twin else (run,):
        for index, session in enumerate(one.episode.sessions):
            if session.procedure is None:
                continue
            shown = _write_images(folder, store, one.episode, session.procedure)
            if one is run:
                done = next(p for p in run.record.procedures if p.procedure_id == session.procedure.id)
                picture = _picture(case, done) if with_report else None
                figures.append(ProcedureFigures(index, shown, picture))
    progress.update(task, advance=2)
    if with_report:
        policy = shipped(scenario.causes.policy).at(run.record.ended_at)
        patient = store.patient(run.episode.patient_id)
        report = assemble_report(
            run.episode,
            patient,
            policy,
            run.record.ended_at,
            figures=figures,
            provenance=ProvenanceWords(provenance.measured, modelled, (provenance.attribution, provenance.licence)),
            run=RunFacts(
                (("sijoint", __version__), ("python", platform.python_version())),
                seed,
                kernel_name(),
                f"{scenario.name}: {scenario.shows}",
            ),
            refusals=[StepRefused(r.at, r.step, r.sentence, r.findings) for r in run.record.refusals],
            twin=Twin(twin.episode, scenario.beside, scenario.name) if twin else None,
            outcome_notice="" if run.comparison.as_expected else "; ".join(run.comparison.differences),
        )
        (folder / "report.html").write_text(render_episode(report), encoding="utf-8")
        _write_papers(folder, run.episode, patient, policy, run.record.ended_at)
    progress.update(task, advance=1)
    store.close()


def _write_papers(folder: Path, episode: Episode, patient: Patient, policy: Policy, at: datetime) -> None:
    """Every paper that this episode has, as PDF, page and text, and what belongs into a calendar."""
    target = folder / "papers"
    target.mkdir()
    for name, paper in papers(episode, patient, policy, at).items():
        (target / f"{name}.pdf").write_bytes(paper_pdf(paper))
        (target / f"{name}.html").write_text(paper_html(paper), encoding="utf-8")
        (target / f"{name}.txt").write_text(paper_text(paper), encoding="utf-8")
    for number, session in enumerate(episode.sessions, 1):
        if session.booking is not None:
            (target / f"session-{number}-visit.ics").write_bytes(visit_entry(episode, number, language()))
        if session.prompts:
            (target / f"session-{number}-diary.ics").write_bytes(diary_entry(episode, number, language()))


def _modelled(case: Case) -> tuple[str, ...]:
    """What is modelled or assumed in anything that a demo shows, by the rooms that model it."""
    joint = next(iter(case.body.joints.values()))
    of_case = (*case.patient.provenance.modelled, *case.volume.assumed, *joint.modelled)
    of_rooms = (*needle.what_is_modelled(), *injectate.what_is_modelled(), *response.what_is_modelled())
    return tuple(dict.fromkeys((*of_case, *of_rooms)))


def events_text(events: Sequence[Event]) -> str:
    """One event a line, canonical enough to compare two runs byte by byte."""
    return "".join(json.dumps(to_wire(event), sort_keys=True) + "\n" for event in events)


def _write_log(folder: Path, procedure: ProcedureRun, episode_file: str) -> None:
    log = to_wire(procedure.log)
    log["made_from"]["episode_file"] = episode_file
    (folder / f"commands-{procedure.procedure_id}.json").write_text(
        json.dumps(log, indent=1, sort_keys=True), encoding="utf-8"
    )
    (folder / f"events-{procedure.procedure_id}.jsonl").write_text(events_text(procedure.events), encoding="utf-8")


def _write_images(folder: Path, store: Store, episode: Episode, procedure: Procedure) -> tuple[FigureImage, ...]:
    """Every stored frame as a 16-bit PNG with its sidecar; those worth printing come back annotated."""
    target = folder / "images"
    target.mkdir(exist_ok=True)
    sidecars = {kept.sha256: json.loads(kept.sidecar) for kept in store.image_rows(episode.id)}

    def read(sha256: str) -> tuple[bytes, dict[str, Any]]:
        return store.images.get(sha256), sidecars[sha256]

    for number, image in enumerate(procedure.images, 1):
        stem = f"{procedure.id}-{number:02d}-{image.purpose.value.replace(' ', '-')}"
        exported, beside = export(stored_frame(read, image))
        (target / f"{stem}.png").write_bytes(exported)
        (target / f"{stem}.json").write_text(json.dumps(beside, indent=1, sort_keys=True), encoding="utf-8")
    return figure_images(procedure, read)


def _picture(case: Case, procedure: ProcedureRun) -> bytes:
    plan = procedure.plan
    meshes = {name: bone_mesh(case.patient, name, max_faces=60000) for name in ("sacrum", "hip_left", "hip_right")}
    return anatomy_picture(
        meshes,
        case.body.joints[plan.side].mid_surface_mesh(),
        plan.entry_mm,
        plan.target_mm,
        procedure.needle_expected_mm,
        title="Bones, cleft, plan and needle as it was sent, with the bend expected of it",
    )
