"""The episode report: one self-contained, printable HTML file that a physician reads from request to repeat."""

from collections.abc import Mapping
from dataclasses import dataclass

from sijoint.model import (
    DayOfConfirmation,
    Episode,
    ImageOrigin,
    OrderKind,
    Procedure,
    Session,
    Severity,
    SignOut,
    StoredImage,
    Verdict,
)
from sijoint.report.diary_figure import DiaryPoint, diary_figure, diary_points
from sijoint.report.facts import EpisodeReport, FigureImage, ProcedureFigures
from sijoint.report.given import DrugLine, ViewDose, agent_name, drug_lines, recipe_words, total_dose, view_doses
from sijoint.report.page import page
from sijoint.report.questions import Answered, answered, provocation_rows, sorted_answers
from sijoint.report.timeline import TimelineEntry, injected_at, timeline
from sijoint.report.words import in_words, nrs, number, span

GRADES = (
    ("A", "primary text read"),
    ("B", "secondary source read"),
    ("C", "weak source"),
    ("GK", "general clinical knowledge, to be confirmed by the site"),
    ("D", "derived here"),
)


@dataclass(frozen=True)
class SideLine:
    """The side that one document names; None where it names none, which is not agreement."""

    document: str
    side: str | None
    agrees: bool


@dataclass(frozen=True)
class ShownImage:
    """An image with the stored frame that it shows, where that is known."""

    figure: FigureImage
    stored: StoredImage | None


@dataclass(frozen=True)
class CheckLine:
    """One of the checks of the day with every fact that it asked."""

    name: str
    at: object
    by: str
    facts: tuple[Answered, ...]
    notes: tuple[str, ...] = ()


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
    simulated: bool
    twin_verdict: Verdict | None

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
            return "No procedure was made", ""
        if injected_at(procedure) is None:
            return "No drug was given", procedure.abandoned_because
        told = [(point, point.index_nrs) for point in self.diary if point.index_nrs is not None]
        if len(told) < 2:
            return "No diary yet", ""
        best = min(score for _, score in told[1:])
        last, score = told[-1]
        return (
            f"Pain {nrs(told[0][1])} before, {nrs(best)} at best",
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
        steps=_by_day(_with_refusals(report), report),
        assessment_answers=answered(episode.assessment) if episode.assessment else (),
        provocation=provocation_rows(episode.assessment.provocations) if episode.assessment else (),
        screening=sorted_answers(episode.screening_answers) if episode.screening_answers else None,
        sessions=sessions,
        dose=total_dose(exposures) if exposures else None,
        held=_what_held_it(report),
        simulated=any(part.simulated for part in sessions) or report.patient.virtual,
        grades=GRADES,
    )


def _session_part(report: EpisodeReport, index: int) -> SessionPart:
    session = report.episode.sessions[index]
    procedure = session.procedure
    figures = next((one for one in report.figures if one.session_index == index), ProcedureFigures(index))
    twin = report.twin.episode.sessions if report.twin else ()
    return SessionPart(
        number=index + 1,
        session=session,
        recipe=recipe_words(session.order),
        steroid_consented=agent_name(session.consent.steroid) if session.consent and session.consent.steroid else "",
        sides=_sides(report.episode, session),
        checks=_checks(session),
        drugs=drug_lines(procedure.administrations) if procedure else (),
        doses=view_doses(procedure.exposures) if procedure else (),
        dose_total=total_dose(procedure.exposures) if procedure and procedure.exposures else None,
        images=_shown(figures, procedure),
        anatomy_png=figures.anatomy_png,
        diary_svg=diary_figure(session),
        diary=diary_points(session) if injected_at(procedure) else (),
        simulated=procedure is not None and any(image.origin is ImageOrigin.SIMULATED for image in procedure.images),
        twin_verdict=twin[index].verdict if index < len(twin) else None,
    )


def _shown(figures: ProcedureFigures, procedure: Procedure | None) -> tuple[ShownImage, ...]:
    stored: Mapping[str, StoredImage] = {image.sha256: image for image in procedure.images} if procedure else {}
    return tuple(ShownImage(figure, stored.get(figure.sha256)) for figure in figures.images)


def _sides(episode: Episode, session: Session) -> tuple[SideLine, ...]:
    """Every document that has to name the side, against the order."""
    named = [
        ("request", episode.request, True),
        ("examination", episode.assessment, True),
        ("order", session.order, True),
        ("consent", session.consent, False),
        ("skin mark", session.skin_mark, False),
        ("time-out", session.time_out, False),
        ("procedure", session.procedure, False),
    ]
    there = [(name, record.side) for name, record, _ in named if record is not None]
    return tuple(SideLine(name, str(side) if side else None, side is session.order.side) for name, side in there)


def _checks(session: Session) -> tuple[CheckLine, ...]:
    records = [
        ("Consent", session.consent, "patient"),
        ("Confirmed on the day", session.confirmation, ""),
        ("Skin mark", session.skin_mark, ""),
        ("Sign-in", session.sign_in, ""),
        ("Time-out", session.time_out, ""),
        ("Sign-out", session.sign_out, ""),
        ("Discharge", session.discharge, ""),
    ]
    return tuple(
        CheckLine(name, record.at, by or getattr(record, "by", ""), answered(record), _values(record))
        for name, record, by in records
        if record is not None
    )


def _values(record: object) -> tuple[str, ...]:
    """What a check measured or wrote down beside its yes and no."""
    notes = []
    if isinstance(record, DayOfConfirmation):
        if record.blood_pressure_systolic:
            notes.append(f"blood pressure {record.blood_pressure_systolic}/{record.blood_pressure_diastolic} mmHg")
        if record.glucose_mg_dl is not None:
            notes.append(f"glucose {number(record.glucose_mg_dl)} mg/dL")
        notes.append(f"pain on own movement {nrs(record.index_nrs)}, at rest {nrs(record.rest_nrs)}")
        notes += [f"changed: {in_words(name)}" for name in record.changed]
    if isinstance(record, SignOut):
        notes.append(f"complications: {record.complications or 'none recorded'}")
        notes += [f"recorded for {record.recorded_for}"] if record.recorded_for else []
    return tuple(notes)


def _with_refusals(report: EpisodeReport) -> tuple[TimelineEntry, ...]:
    refused = [TimelineEntry(one.at, "Refused", in_words(one.step)) for one in report.refusals]
    return tuple(sorted([*timeline(report.episode), *refused], key=lambda step: step.at))


def _by_day(
    steps: tuple[TimelineEntry, ...], report: EpisodeReport
) -> tuple[tuple[object, tuple[TimelineEntry, ...]], ...]:
    days: dict[object, list[TimelineEntry]] = {}
    for step in steps:
        day = step.at.date() if step.whole_day else step.at.astimezone(report.zone).date()
        days.setdefault(day, []).append(step)
    return tuple((day, tuple(of_day)) for day, of_day in days.items())


def _what_held_it(report: EpisodeReport) -> tuple[str, ...]:
    """The sentences of everything that stopped a step, each once, for the first screen."""
    held = [refused.sentence for refused in report.refusals]
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
