"""What a demo leaves: episode.json, images, command logs and events, and the report."""

import json
import platform
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image
from rich.progress import Progress

from sijoint import __version__, injectate, needle, response
from sijoint.anatomy import bone_mesh
from sijoint.cohort import Case, Scenario, ScenarioRun
from sijoint.cohort.in_room import ProcedureRun
from sijoint.exchange.episode_file import EpisodeFile, MadeBy, episode_text
from sijoint.fluoroscopy import annotated, decode, export, kernel_name
from sijoint.frames import default_display
from sijoint.model import Assessed, Episode, Procedure, StoredImage, StoreKind, ViewPurpose
from sijoint.model.wire import to_wire
from sijoint.pathway import Policy, assess_referral, load_policy
from sijoint.records import Store, open_store
from sijoint.report import (
    EpisodeReport,
    FigureImage,
    PolicyNamed,
    ProcedureFigures,
    ProvenanceWords,
    RunFacts,
    StepRefused,
    Twin,
    anatomy_picture,
    render_episode,
)
from sijoint.room.events import Event

CAPTIONS = {
    ViewPurpose.SCOUT: "Scout, receptor straight behind the patient",
    ViewPurpose.TRAJECTORY: "Trajectory view: the beam runs along the planned needle",
    ViewPurpose.NEEDLE: "Needle, seen along the planned direction: a dot when it runs true",
    ViewPurpose.LATERAL: "Lateral safety view: how deep the tip is, before contrast is given at this place",
    ViewPurpose.BEFORE_CONTRAST: "Before contrast",
    ViewPurpose.CONTRAST: "Contrast",
    ViewPurpose.AFTER_CONTRAST: "After contrast, from the side",
}


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
                figures.append(ProcedureFigures(index, tuple(shown), picture))
    progress.update(task, advance=2)
    if with_report:
        policy = load_policy(scenario.causes.policy)
        report = EpisodeReport(
            episode=run.episode,
            patient=store.patient(run.episode.patient_id),
            policy=PolicyNamed(
                policy.id, str(policy.effective), policy.title, policy.sources["first_shot_steroid"].source
            ),
            made_at=run.record.ended_at,
            referral=_referral(run.episode, policy),
            figures=tuple(figures),
            provenance=ProvenanceWords(provenance.measured, modelled, (provenance.attribution, provenance.licence)),
            run=RunFacts(
                (("sijoint", __version__), ("python", platform.python_version())),
                seed,
                kernel_name(),
                f"{scenario.name}: {scenario.shows}",
            ),
            refusals=tuple(StepRefused(r.at, r.step, r.sentence, r.findings) for r in run.record.refusals),
            twin=Twin(twin.episode, scenario.beside, scenario.name) if twin else None,
            outcome_notice="" if run.comparison.as_expected else "; ".join(run.comparison.differences),
        )
        (folder / "report.html").write_text(render_episode(report), encoding="utf-8")
    progress.update(task, advance=1)
    store.close()


def _referral(episode: Episode, policy: Policy) -> Assessed | None:
    """The findings on the referral, as the rule gives them for the facts that were kept."""
    if episode.assessment is None:
        return None
    return assess_referral(episode.request, episode.assessment, policy, episode.assessment.at)


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


def _write_images(folder: Path, store: Store, episode: Episode, procedure: Procedure) -> list[FigureImage]:
    """Every stored frame as a 16-bit PNG with its sidecar; those worth printing come back annotated."""
    target = folder / "images"
    target.mkdir(exist_ok=True)
    sidecars = {kept.sha256: json.loads(kept.sidecar) for kept in store.image_rows(episode.id)}
    shown: list[FigureImage] = []
    for number, image in enumerate(procedure.images, 1):
        png, sidecar = store.images.get(image.sha256), sidecars[image.sha256]
        stem = f"{procedure.id}-{number:02d}-{image.purpose.value.replace(' ', '-')}"
        frame = decode(png, sidecar)
        exported, beside = export(frame)
        (target / f"{stem}.png").write_bytes(exported)
        (target / f"{stem}.json").write_text(json.dumps(beside, indent=1, sort_keys=True), encoding="utf-8")
        caption = _caption(image, procedure.images)
        assert frame.pose is not None  # made by this program's C-arm
        display = default_display(frame.pose)
        picture = annotated(frame, display=display, behind=True, text=(caption,))
        buffer = BytesIO()
        Image.fromarray(picture).save(buffer, format="PNG", optimize=True)
        shown.append(FigureImage(buffer.getvalue(), caption, _alt(caption), image.purpose, image.sha256))
    return _worth_printing(shown)


def _worth_printing(images: list[FigureImage]) -> list[FigureImage]:
    """The first scout and trajectory view, the last of each other purpose, and every contrast image, in order."""
    keep: dict[str, FigureImage] = {}
    for image in images:
        first_only = image.purpose in (ViewPurpose.SCOUT, ViewPurpose.TRAJECTORY)
        key = image.purpose.value
        if first_only and key in keep:
            continue
        if image.purpose in (ViewPurpose.CONTRAST, ViewPurpose.BEFORE_CONTRAST, ViewPurpose.AFTER_CONTRAST):
            key = image.sha256
        keep.pop(key, None)
        keep[key] = image
    return list(keep.values())


def _caption(image: StoredImage, images: Sequence[StoredImage]) -> str:
    """Two images of one run say which is which: while the plunger moves, and some seconds after it stopped."""
    if image.purpose is not ViewPurpose.CONTRAST:
        return CAPTIONS[image.purpose]
    run = [one for one in images if one.purpose is image.purpose and one.after_movement == image.after_movement]
    return (
        "Contrast at the end of the injection"
        if image == run[0]
        else "Contrast some seconds later: it stays or washes away"
    )


def _alt(caption: str) -> str:
    return f"Simulated X-ray image of the sacroiliac joint: {caption[:1].lower()}{caption[1:]}"


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
