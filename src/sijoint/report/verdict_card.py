"""The verdict on one page: the answer first, what it says and does not say, every reason, and the arithmetic behind it."""

from datetime import UTC, datetime, tzinfo

from sijoint.model import Patient, Session, Verdict
from sijoint.report.clinician_words import NoSuchPaper, foot, notices, person
from sijoint.report.paper import Form, Grid, Paper, Part, Points, Rows, Words
from sijoint.report.words import finished, moment, nrs, percent, span

ARITHMETIC = (
    "Relief = (pain before − pain now) ÷ pain before, on the patient's own worst movement. The computed relief decides; "
    "the patient's own word stands beside it. Below zero: worse than before."
)


def verdict_paper(session: Session, patient: Patient, made_at: datetime, *, zone: tzinfo = UTC) -> Paper:
    """Raises NoSuchPaper before the block is judged."""
    verdict = session.verdict
    if verdict is None:
        raise NoSuchPaper("there is no verdict on this session: judge the block first")
    lead, *rest = verdict.card or (f"Block {verdict.verdict} for this target.",)
    reasons = tuple(finished(one) for one in verdict.reasons if one not in verdict.card)
    pair = tuple(one for one in session.dual.card if one not in verdict.card) if session.dual else ()
    return Paper(
        title="Verdict on the block",
        form=Form.CLINICIAN,
        parts=(
            Part(lead, tuple(Words(finished(one)) for one in rest), framed=True),
            *((Part("Both blocks together", (Points(pair),), framed=True),) if pair else ()),
            *((Part("Why", (Points(reasons),)),) if reasons else ()),
            Part("By what it was judged", (_rule(verdict),)),
            Part("The arithmetic", (Words(ARITHMETIC, soft=True), _arithmetic(verdict))),
        ),
        who=person(patient),
        lead=(f"Judged {moment(verdict.at, zone)} ({zone})",),
        notices=notices(patient),
        foot=foot(made_at, zone),
    )


def _rule(verdict: Verdict) -> Rows:
    window = verdict.window_minutes
    return Rows(
        (
            ("Target", f"{verdict.side}, {verdict.target}"),
            ("Threshold, frozen with the order", percent(verdict.threshold_percent)),
            ("Answers counted after the drug", f"{span(window[0])} to {span(window[1])}" if window else "none"),
            ("Relief lasted", verdict.relief_duration or "–"),
            ("Policy", verdict.policy_id),
        )
    )


def _arithmetic(verdict: Verdict) -> Grid:
    lines = tuple(
        (
            one.label,
            nrs(one.baseline_nrs),
            nrs(one.nrs),
            percent(one.relief_percent),
            percent(one.patient_stated_percent),
            "yes" if one.counted else f"no: {one.why_not or 'outside the window'}",
        )
        for one in verdict.arithmetic
    )
    return Grid(("Asked at", "Before", "Now", "Relief", "Patient says", "Counts"), lines, numbers=(1, 2, 3, 4))
