"""What only the simulator knows is read by the debrief alone: delete it, and everything else still says the same."""

import shutil

import pytest
from typer.testing import CliRunner

from sijoint.cli.app import app
from sijoint.cohort import run_scenario, scenario, virtual_store
from sijoint.frames import Side
from sijoint.records import open_store, verify
from sijoint.report import EpisodeReport, FigureImage, PolicyNamed, ProcedureFigures, render_episode
from sijoint.report.debrief import debrief_text
from sijoint.room.truth import read_truth


@pytest.fixture(scope="module")
def folder(case, tmp_path_factory):
    """A whole episode with one contrast run outside the joint and one inside, as a demo leaves it."""
    folder = tmp_path_factory.mktemp("demo")
    store = virtual_store(folder / "episode.db", 1)
    run_scenario(scenario("missed"), case, store, side=Side.LEFT, seed=1, rows=128, truth_folder=folder / "truth")
    store.close()
    return folder


def told(folder):
    """Everything that a person or a program can read of the episode, but the debrief."""
    path = folder / "episode.db"
    shown = [
        CliRunner().invoke(app, ["show", "episode-1", "--store", str(path), *more]).output for more in ([], ["--json"])
    ]
    store = open_store(path)
    episode = store.episode("episode-1")
    (session,) = episode.sessions
    images = tuple(
        FigureImage(store.images.get(image.sha256), "caption", "alt", image.purpose, image.sha256)
        for image in session.procedure.images
    )
    report = EpisodeReport(
        episode=episode,
        patient=store.patient(episode.patient_id),
        policy=PolicyNamed("clinic", "2026-01-01"),
        made_at=episode.request.at,
        figures=(ProcedureFigures(0, images, None),),
    )
    store.close()
    return [*shown, verify(path), render_episode(report)]


def test_deleting_the_truth_changes_nothing_but_the_debrief(folder, tmp_path):
    here = tmp_path / "demo"
    shutil.copytree(folder, here)
    before = told(here)
    assert "episode-1" in before[0]
    assert before[2].intact
    assert list((here / "truth").iterdir())
    shutil.rmtree(here / "truth")
    assert told(here) == before
    assert read_truth(here / "truth", "episode-1-p1") is None


def test_the_debrief_sets_every_judgement_beside_what_was_true(folder):
    truth = read_truth(folder / "truth", "episode-1-p1")
    store = open_store(folder / "episode.db")
    procedure = store.episode("episode-1").sessions[0].procedure
    store.close()
    assert [one.tip_in_cleft for one in truth.injections] == [False, True, True]
    text = debrief_text(truth, procedure)
    assert "of 2 judged injections" in text
    assert text.count("not judged") == 1  # the drug
    assert len(truth.needle_path_mm) > 2
