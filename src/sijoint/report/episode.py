"""The episode report: one self-contained, printable HTML file that a physician reads from request to repeat."""

from collections.abc import Mapping
from dataclasses import dataclass

from sijoint.model import ImageOrigin, OrderKind, Procedure, Session, Severity, StoredImage, Verdict
from sijoint.report.day_checks import CheckLine, SideLine, checks_made, sides_named
from sijoint.report.diary_figure import DiaryPoint, diary_figure, diary_points
from sijoint.report.facts import EpisodeReport, FigureImage, ProcedureFigures
from sijoint.report.gate import GateLine, gate_lines, judged_as
from sijoint.report.given import (
    DrugLine,
    ViewDose,
    action_window_minutes,
    agent_name,
    concordance_words,
    drug_lines,
    recipe_words,
    total_dose,
    view_doses,
)
from sijoint.report.page import page
from sijoint.report.published import published_dose
from sijoint.report.questions import answered, provocation_rows, sorted_answers
from sijoint.report.refusals import RefusalTold, refusals_told, with_refusals
from sijoint.report.timeline import TimelineEntry, injected_at, timeline
from sijoint.report.words import nrs, span

GRADES = (
    ("A", "primary text read"),
    ("B", "secondary source read"),
    ("C", "weak source"),
    ("GK", "general clinical knowledge, to be confirmed by the site"),
    ("D", "derived here"),
)


@dataclass(frozen=True)
class ShownImage:
    """An image with the stored frame that it shows, where that is known."""

    figure: FigureImage
    stored: StoredImage | None
    judged: str = ""


@dataclass(frozen=True)
class SessionPart:
    """One session, sorted for reading."""

    number: int
    session: Session
    recipe: str
    steroid_consented: str
    sides: tuple[SideLine, ...]
    checks: tuple[CheckLine, ...]
    drugs: tuple[DrugLine, ...]
    doses: tuple[ViewDose, ...]
    dose_total: ViewDose | None
    images: tuple[ShownImage, ...]
    anatomy_png: bytes | None
    diary_svg: bytes
    diary: tuple[DiaryPoint, ...]
    not_answered: int
    not_yet_due: int
    gate: tuple[GateLine, ...]
    concordance: str
    simulated: bool
    why_not: tuple[str, ...]
    twin_verdict: Verdict | None
    twin_concordance: str

    @property
    def heading(self) -> str:
        order = self.session.order
        kind = "Diagnostic block" if order.kind is OrderKind.DIAGNOSTIC else "Therapeutic injection"
        return f"Session {self.number}: {kind}, {order.side}, {order.target}"

    @property
    def gist(self) -> tuple[str, str]:
        """What came out, in one line and one smaller line."""
        procedure, verdict = self.session.procedure, self.session.verdict
        if verdict is not None:
            lead = verdict.card[0] if verdict.card else f"Block {verdict.verdict} for this target"
            return lead, f"Relief lasted: {verdict.relief_duration or '–'}"
        if procedure is None:
            return "No procedure was made", "no needle, no X-ray, no drug"
        if injected_at(procedure) is None:
            return "No drug was given", procedure.abandoned_because
        told = [(point, point.index_nrs) for point in self.diary if point.index_nrs is not None]
        if len(told) < 2:
            return "No diary yet", ""
        window = action_window_minutes(self.session)
        later = [score for point, score in told[1:] if window is None or point.minutes > window[1]]
        when = " once the anaesthetic was over" if window and later else ""
        best = min(later or [score for _, score in told[1:]])
        last, score = told[-1]
        return (
            f"Pain {nrs(told[0][1])} before, {nrs(best)} at best{when}",
            f"Last entry: {nrs(score)} after {span(last.minutes)}",
        )


def render_episode(report: EpisodeReport) -> str:
    """The report as one HTML text, every picture inside it. Same facts, same text."""
    episode = report.episode
    sessions = tuple(_session_part(report, index) for index in range(len(episode.sessions)))
    exposures = [press for one in episode.sessions if one.procedure for press in one.procedure.exposures]
    return page(
        "episode.html.j2",
        report.zone,
        report=report,
        episode=episode,
        patient=report.patient,
        steps=_by_day(with_refusals(timeline(episode), report.refusals), report),
        refused=refusals_told(report.refusals),
        assessment_answers=answered(episode.assessment) if episode.assessment else (),
        provocation=provocation_rows(episode.assessment.provocations) if episode.assessment else (),
        screening=sorted_answers(episode.screening_answers) if episode.screening_answers else None,
        sessions=sessions,
        dose=total_dose(exposures) if exposures else None,
        published=published_dose(report.patient),
        held=_what_held_it(report),
        simulated=any(part.simulated for part in sessions) or report.patient.virtual,
        grades=GRADES,
    )


def _session_part(report: EpisodeReport, index: int) -> SessionPart:
    session = report.episode.sessions[index]
    procedure = session.procedure
    figures = next((one for one in report.figures if one.session_index == index), ProcedureFigures(index))
    twin = report.twin.episode.sessions if report.twin else ()
    prompts = _prompts(session, report)
    return SessionPart(
        number=index + 1,
        session=session,
        recipe=recipe_words(session.order),
        steroid_consented=agent_name(session.consent.steroid) if session.consent and session.consent.steroid else "",
        sides=sides_named(report.episode, session),
        checks=checks_made(session),
        drugs=drug_lines(procedure.administrations) if procedure else (),
        doses=view_doses(procedure.exposures) if procedure else (),
        dose_total=total_dose(procedure.exposures) if procedure and procedure.exposures else None,
        images=_shown(figures, procedure),
        anatomy_png=figures.anatomy_png,
        diary_svg=diary_figure(session),
        diary=_answers_not_judged(session),
        not_answered=sum(not one.answered and one.due for one in prompts),
        not_yet_due=sum(not one.answered and not one.due for one in prompts),
        gate=gate_lines(procedure) if procedure else (),
        concordance=concordance_words(session),
        simulated=procedure is not None and any(image.origin is ImageOrigin.SIMULATED for image in procedure.images),
        why_not=_what_held_it(report) if procedure is None and index == len(report.episode.sessions) - 1 else (),
        twin_verdict=twin[index].verdict if index < len(twin) else None,
        twin_concordance=concordance_words(twin[index]) if index < len(twin) else "",
    )


@dataclass(frozen=True)
class _Prompt:
    answered: bool
    due: bool


def _prompts(session: Session, report: EpisodeReport) -> tuple[_Prompt, ...]:
    """Every question of the diary: answered or not, and whether its time was over when the report was written."""
    answered_ids = {entry.prompt_id for entry in session.entries}
    return tuple(_Prompt(one.id in answered_ids, one.closes < report.made_at) for one in session.prompts)


def _answers_not_judged(session: Session) -> tuple[DiaryPoint, ...]:
    """Every answer of the diary that the arithmetic of a verdict does not list."""
    points = diary_points(session) if injected_at(session.procedure) else ()
    listed = {line.label for line in session.verdict.arithmetic} if session.verdict else set()
    return tuple(point for point in points if not (session.verdict and point.label in {"before", *listed}))


def _shown(figures: ProcedureFigures, procedure: Procedure | None) -> tuple[ShownImage, ...]:
    stored: Mapping[str, StoredImage] = {image.sha256: image for image in procedure.images} if procedure else {}
    shown = [(figure, stored.get(figure.sha256)) for figure in figures.images]
    return tuple(ShownImage(figure, image, judged_as(procedure, image)) for figure, image in shown)


def _by_day(
    steps: tuple[TimelineEntry, ...], report: EpisodeReport
) -> tuple[tuple[object, tuple[TimelineEntry, ...]], ...]:
    days: dict[object, list[TimelineEntry]] = {}
    for step in steps:
        day = step.at.date() if step.whole_day else step.at.astimezone(report.zone).date()
        days.setdefault(day, []).append(step)
    return tuple((day, tuple(of_day)) for day, of_day in days.items())


def _once(told: RefusalTold) -> str:
    """The sentence of a refusal; asked in vain more than once, it says how often."""
    sentence = told.first.sentence
    return (
        sentence
        if len(told.times) == 1
        else f"{sentence.rstrip()} (Asked {len(told.times)} times with the same answer.)"
    )


def _what_held_it(report: EpisodeReport) -> tuple[str, ...]:
    """The sentences of everything that stopped a step, each once, for the first screen."""
    held = [_once(told) for told in refusals_told(report.refusals)]
    assessed = [
        report.referral,
        *(one for session in report.episode.sessions for one in (session.screening, session.recipe_check)),
    ]
    for one in assessed:
        held += (
            [finding.clinician for finding in one.findings if finding.severity in (Severity.STOP, Severity.ABSOLUTE)]
            if one
            else []
        )
    return tuple(dict.fromkeys(held))
