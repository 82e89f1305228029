"""The curve shows what was answered: nothing added, nothing moved."""

import re
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import pytest

import made_up_episode as made_up
from sijoint.formulary import agent
from sijoint.report import diary_figure
from sijoint.report.diary_figure import diary_points
from sijoint.report.given import action_window_minutes

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def diagnostic():
    return made_up.episode().sessions[0]


def by_class(svg: bytes, name: str, tag: str = "circle"):
    return [one for one in ElementTree.fromstring(svg).iter(SVG + tag) if name in one.get("class", "").split()]


def test_every_answer_is_one_dot_and_the_legend_has_two(diagnostic):
    answered = [point for point in diary_points(diagnostic) if point.index_nrs is not None]
    assert len(answered) == 1 + len(diagnostic.entries)
    assert len(by_class(diary_figure(diagnostic), "dot")) == len(answered) + 2


def test_a_late_answer_is_hollow(diagnostic):
    late = [point.label for point in diary_points(diagnostic) if not point.on_time]
    assert late == ["3 h"]
    assert len(by_class(diary_figure(diagnostic), "late")) == 2  # with the legend's


def test_painkillers_are_marked_where_they_were_taken(diagnostic):
    marked = [point.label for point in diary_points(diagnostic) if point.analgesic]
    assert marked == ["8 h", "bedtime"]
    assert len(by_class(diary_figure(diagnostic), "pill", "path")) == 3


def test_dots_go_right_with_time_and_down_with_relief(diagnostic):
    dots = by_class(diary_figure(diagnostic), "dot")[:-2]
    points = [point for point in diary_points(diagnostic) if point.index_nrs is not None]
    across = [float(dot.get("cx")) for dot in dots]
    assert across == sorted(across)
    for dot, point in zip(dots, points, strict=True):
        for other, twin in zip(dots, points, strict=True):
            lower_pain = point.index_nrs < twin.index_nrs
            assert (float(dot.get("cy")) > float(other.get("cy"))) == lower_pain


def test_the_window_starts_and_ends_at_the_dots_of_its_minutes(diagnostic):
    (window,) = by_class(diary_figure(diagnostic), "window", "rect")
    start, end = float(window.get("x")), float(window.get("x")) + float(window.get("width"))
    assert diagnostic.verdict.window_minutes == (30, 480)
    places = {
        p.label: float(d.get("cx"))
        for p, d in zip(diary_points(diagnostic), by_class(diary_figure(diagnostic), "dot")[:-2], strict=True)
    }
    assert start == pytest.approx(places["30 min"], abs=0.2)
    assert end == pytest.approx(places["8 h"], abs=3.5)  # answered three minutes after it was due


def test_the_threshold_is_a_share_of_the_pain_before(diagnostic):
    words = " ".join(diary_figure(diagnostic).decode().split())
    assert "75 % relief = 1.75" in words  # a quarter of 7
    milder = replace(diagnostic, confirmation=replace(diagnostic.confirmation, index_nrs=4))
    assert "75 % relief = 1<" in diary_figure(milder).decode()


def test_without_a_verdict_the_window_is_the_formularys():
    therapeutic = made_up.episode().sessions[1]
    known = agent("lidocaine_2_percent").anaesthetic.window
    assert action_window_minutes(therapeutic) == (known.latest_onset_min, known.longest_min)


def test_a_nurses_check_and_an_entry_of_the_same_minutes_are_one_point(diagnostic):
    labels = [point.label for point in diary_points(diagnostic)]
    assert labels.count("15 min") == 1
    only_checks = replace(diagnostic, entries=())
    assert [point.label for point in diary_points(only_checks)] == ["before", "15 min", "30 min"]


def test_no_drug_no_curve(diagnostic):
    without = replace(diagnostic, procedure=replace(diagnostic.procedure, administrations=()))
    assert diary_figure(without) == b""
    assert diary_figure(replace(diagnostic, procedure=None)) == b""


def test_an_own_entry_without_a_prompt_is_drawn(diagnostic):
    last = diagnostic.entries[-1]
    back = replace(last, id="back", prompt_id="pain-is-back", answered=last.answered + timedelta(days=40))
    with_own = replace(diagnostic, entries=(*diagnostic.entries, back))
    assert diary_points(with_own)[-1].label == "own entry"
    assert diary_points(with_own)[-1].on_time


def test_the_figure_fits_its_frame_and_needs_nothing(diagnostic):
    for session in made_up.episode().sessions:
        svg = diary_figure(session)
        for dot in by_class(svg, "dot"):
            assert 0 < float(dot.get("cx")) < 760
            assert 0 < float(dot.get("cy")) < 300
        assert not re.search(rb"href|url\(|<script", svg)
        assert svg == diary_figure(session)
