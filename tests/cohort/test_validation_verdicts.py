"""Published figures, their intervals, and ours held against them."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijoint.cohort.validation import Found, Outcome, read_validation_plan, validation_page, verdicts
from sijoint.cohort.validation.estimates import MEASURED
from sijoint.cohort.validation.intervals import mean_interval, measured_mean_interval, share_interval
from sijoint.cohort.validation.plan_file import Status, UnreadablePlan
from sijoint.cohort.validation.verdicts import Result

PLAN_FILE = Path(__file__).parents[2] / "docs/validation-plan.toml"
PLAN = read_validation_plan(PLAN_FILE)


def outcome(seed, **measured):
    return Outcome(seed, "left", "male", 50.0, 25.0, **measured)


def found(outcomes, row):
    return next(verdict for verdict in verdicts(PLAN, Found(tuple(outcomes))) if verdict.row.id == row)


def test_intervals_are_the_published_ones():
    # Fortin gives 49-71 %, the dissection study prints 34.2-74.2 % (their interval: 30-70 by Wilson), Korean J Pain 5.4 +/- 0.8
    assert share_interval(46, 76) == pytest.approx((0.493, 0.707), abs=0.002)
    assert share_interval(10, 20) == pytest.approx((0.299, 0.701), abs=0.002)
    low, high = mean_interval(5.4, 2.9, 50)
    assert (high - low) / 2 == pytest.approx(0.82, abs=0.01)


@given(n=st.integers(1, 400), data=st.data())
def test_a_share_lies_in_its_interval_and_the_interval_in_zero_to_one(n, data):
    events = data.draw(st.integers(0, n))
    low, high = share_interval(events, n)
    assert -1e-12 <= low <= events / n + 1e-12
    assert events / n - 1e-12 <= high <= 1 + 1e-12


def test_a_share_of_nothing_is_refused():
    with pytest.raises(ValueError, match="no share"):
        share_interval(3, 2)
    with pytest.raises(ValueError, match="no share"):
        share_interval(0, 0)


def test_every_row_that_can_be_measured_is_measured_by_name():
    ids = {row.id for row in PLAN.rows}
    assert set(MEASURED) == ids
    assert len(ids) == len(PLAN.rows)


def test_a_figure_inside_the_published_interval_passes_and_one_outside_misses():
    inside = [outcome(seed, read_inside_lower=seed % 20 != 0) for seed in range(100)]  # 95 %
    outside = [outcome(seed, read_inside_lower=seed % 2 == 0) for seed in range(100)]
    assert found(inside, "success_lower").figures[0].result is Result.PASS
    assert found(outside, "success_lower").figures[0].result is Result.MISS


def test_what_was_not_measured_is_no_miss_and_counts_nowhere():
    some = [outcome(seed, overlap_angle_deg=5.0 + 0.1 * seed) for seed in range(4)] + [outcome(9)]
    figure = found(some, "overlap_angle").figures[0]
    assert figure.ours.n == 4
    assert figure.ours.value == pytest.approx(5.15)
    assert found(some, "success_upper").figures[0].result is Result.NOT_MEASURED


def test_leaks_count_from_the_volume_that_is_seen():
    some = [outcome(0, leak_lower_ml=0.049), outcome(1, leak_lower_ml=0.05), outcome(2), outcome(3, leak_lower_ml=0.0)]
    assert found(some, "leak_clinical_lower").figures[0].ours.value == pytest.approx(1 / 3)


def test_grades_are_told_by_sex_and_sum_to_one():
    some = [replace(outcome(n, grade=n % 4), sex="female" if n % 2 else "male") for n in range(40)]
    for row in ("grades_men", "grades_women"):
        assert sum(figure.ours.value for figure in found(some, row).figures) == pytest.approx(1)
    assert found(some, "grades_men").figures[1].ours.value == 0


def test_means_need_two_values_for_an_interval():
    assert all(end != end for end in measured_mean_interval([1.0]))


def test_the_page_claims_nothing_for_what_was_fitted():
    some = [outcome(n, fill_ml=1.45, leak_arthrography_ml=0.1, read_inside_lower=True) for n in range(30)]
    page = validation_page(PLAN, verdicts(PLAN, Found(tuple(some))), some, "a test")
    fitted = next(line for line in page.splitlines() if line.startswith("| volume that fills"))
    held = next(
        line for line in page.splitlines() if line.startswith("| intra-articular by fluoroscopic contrast, lower")
    )
    assert fitted.endswith("| - |")
    assert held.endswith("| outside |") or held.endswith("| inside |")
    for row in PLAN.rows:
        assert row.source in page


def test_the_plan_keeps_fitted_and_held_out_apart():
    status = {row.id: row.status for row in PLAN.rows}
    assert status["leak_arthrography"] is Status.FITTED
    for row in ("leak_clinical_lower", "success_upper", "dissection_inside", "dissection_felt", "grades_women"):
        assert status[row] is Status.HELD_OUT


@pytest.mark.parametrize(
    ("text", "said"),
    [("written = [", "is not TOML"), ("written = 1", "missing or wrong"), (None, "cannot be read")],
)
def test_a_file_that_is_no_plan_is_refused_in_one_sentence(tmp_path, text, said):
    path = tmp_path / "plan.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadablePlan, match=said):
        read_validation_plan(path)


def test_outcomes_survive_their_file():
    one = outcome(3, grade=2, refusals=("no plan",))
    assert Outcome.from_json(one.as_json()) == one
