"""The page of the validation study: what is published, what came out here, fitted or held out, inside or not."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sijoint.cohort.validation.beside import also_measured
from sijoint.cohort.validation.outcome import Outcome
from sijoint.cohort.validation.plan_file import Status, ValidationPlan
from sijoint.cohort.validation.verdicts import Figure, Result, Verdict

_HEADS = {
    Status.HELD_OUT: (
        "Held out",
        "Nothing was tuned to these. *inside*: our figure lies in the published 95 % interval.",
    ),
    Status.FITTED: ("Fitted", "Parameters were chosen to meet these, so meeting them proves nothing."),
    Status.INPUT: ("Put in", "These figures are put into the model; what comes out again is shown beside them."),
}


def validation_page(
    plan: ValidationPlan,
    found: Sequence[Verdict],
    outcomes: Sequence[Outcome],
    made_by: str,
    discussed: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Markdown. ``made_by`` is the command and the versions that made it; ``discussed`` what is said of rows, by their id."""
    parts = [
        "# Validation of joint, needle and arthrogram\n",
        f"Made by `{made_by}` from the plan that was written on {plan.written}, before the models: "
        "[validation-plan.toml](validation-plan.toml) says how each figure is measured, what is assumed of the virtual hand, and "
        "what counts as seen. **Everything here is simulation on synthetic pelves**; it shows whether the model behaves as "
        "published series do, not that it is right for a patient.\n",
        _told(outcomes),
    ]
    for status, (title, words) in _HEADS.items():
        rows = [verdict for verdict in found if verdict.row.status is status]
        parts.append(f"## {title}\n\n{words}\n")
        parts.append(
            "| figure | truth | published (95 % interval) | here (95 % interval) | n | result |\n|---|---|---|---|---|---|"
        )
        parts.extend(_line(verdict, figure) for verdict in rows for figure in verdict.figures)
        parts.append("")
    parts.append("## Beside the plan\n\nReported so that the figures above can be read; nothing here is judged.\n")
    parts.extend(f"* {line}" for line in also_measured(outcomes))
    if discussed:
        parts.append("\n## What the misses say, and what was tried\n")
        parts.extend(
            f"* **{verdict.row.what}**: {discussed[verdict.row.id]}" for verdict in found if verdict.row.id in discussed
        )
    parts.append("\n## Sources\n")
    parts.extend(
        f"* {row.what}: {row.source} (grade {row.grade})" + (f"; {row.note}" if row.note else "")
        for row in (verdict.row for verdict in found)
    )
    return "\n".join(parts) + "\n"


def _told(outcomes: Sequence[Outcome]) -> str:
    refusals: dict[str, int] = {}
    for one in outcomes:
        for reason in one.refusals:
            refusals[reason] = refusals.get(reason, 0) + 1
    told = "; ".join(f"{count} × {reason}" for reason, count in sorted(refusals.items(), key=lambda each: -each[1]))
    return f"{len(outcomes)} pelves, one side each. Not measured on some: {told or 'nothing'}.\n"


def _line(verdict: Verdict, figure: Figure) -> str:
    row, share = verdict.row, _is_share(verdict)
    unit = "" if share else f" {row.published.get('unit', '')}".rstrip()
    published = "-" if figure.published is None else _number(figure.published, share) + unit
    if "sd" in row.published:
        published += f" ± {row.published['sd']:g}"
    if figure.interval:
        published += f" ({_number(figure.interval[0], share)} to {_number(figure.interval[1], share)})"
    here, n = "-", ""
    if figure.ours:
        ours = figure.ours
        here = _number(ours.value, share) + unit + ("" if ours.sd != ours.sd else f" ± {ours.sd:.2g}")
        here += f" ({_number(ours.low, share)} to {_number(ours.high, share)})"
        n = str(ours.n)
    result = figure.result.value if verdict.judged or figure.result is Result.NOT_MEASURED else "-"
    what = row.what + (f", {figure.name}" if figure.name else "")
    return f"| {what} | {row.truth} | {published} | {here} | {n} | {result} |"


def _is_share(verdict: Verdict) -> bool:
    published = verdict.row.published
    return "events" in published or "counts" in published or published.get("unit") == "share"


def _number(value: float, share: bool) -> str:
    return f"{100 * value:.0f} %" if share else f"{value:.3g}"
