"""Everything that is kept of a patient, as one paper for that patient: who, what was asked and answered, done and found."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sijoint.model import Answer, Episode, Fact, Patient, ScreeningAnswers, Session
from sijoint.pathway import Language, Policy, body_map, language
from sijoint.pathway.screening_questions import every_topic
from sijoint.report.diary_table import diary_lines
from sijoint.report.own_words import result_in_words, where_it_stands
from sijoint.report.paper import Block, Form, Grid, Paper, Part, Points, Rows, Words
from sijoint.report.sheets import notices
from sijoint.report.words import in_words, sentence_case


def own_record_paper(patient: Patient, episodes: Sequence[Episode], policy: Policy, made_at: datetime) -> Paper:
    """One part a subject, the newest request last. Times are by the clinic's clock."""
    told = language()
    parts: list[Part] = [_person(patient, told)]
    for number, episode in enumerate(episodes, 1):
        heading = "Your request" if len(episodes) == 1 else f"Request {number}"
        parts.append(_request(heading, episode, policy, told))
        if episode.screening_answers is not None:
            parts.append(_answers(episode.screening_answers))
        for place, session in enumerate(episode.sessions, 1):
            parts += _session(place, session, policy, told)
    return Paper(
        title="Your record",
        form=Form.PATIENT,
        parts=tuple(parts),
        who=told.word("papers", "person", name=_name(patient), born=told.full_day(patient.birth_date)),
        lead=("This is what the clinic keeps about you. If something is wrong, tell us.",),
        notices=notices(patient, told),
        foot=(told.word("papers", "made_home", at=told.stamp(made_at, policy.zone)), told.word("papers", "disclaimer")),
    )


def _name(patient: Patient) -> str:
    return f"{patient.given_name} {patient.family_name}"


def _person(patient: Patient, told: Language) -> Part:
    weight = f"{told.number(patient.weight_kg)} kg" if patient.weight_kg is not None else "not known"
    height = f"{told.number(patient.height_cm)} cm" if patient.height_cm is not None else "not known"
    pairs = (
        ("Name", _name(patient)),
        ("Born", told.full_day(patient.birth_date)),
        ("Sex", str(patient.sex)),
        ("How to reach you", patient.contact),
        ("Weight", weight),
        ("Height", height),
    )
    return Part("About you", (Rows(pairs),))


def _request(heading: str, episode: Episode, policy: Policy, told: Language) -> Part:
    request = episode.request
    side = "both" if request.bilateral else told.side(request.side) if request.side else "not said"
    where = ", ".join(
        f"{body_map()[one.region].label}{f', {told.side(one.side)}' if one.side else ''}"
        for one in request.areas
        if one.region in body_map()
    )
    pairs = [
        ("Asked", told.stamp(request.at, policy.zone)),
        ("In your words", request.reason or "–"),
        ("Side", side),
        ("Since", told.full_day(request.pain_since) if request.pain_since else "not said"),
    ]
    pairs += [("Where", where)] if where else []
    pairs += [("Where it stands", where_it_stands(episode, policy))]
    return Part(heading, (Rows(tuple(pairs)),))


def _answers(answers: ScreeningAnswers) -> Part:
    """Yes and not known first; what was denied in one list."""
    said: dict[str, list[str]] = {}
    for topic in every_topic():
        for question in topic.questions:
            fact: Fact = getattr(answers, question.fact)
            said.setdefault(str(fact.answer), []).append(question.words)
    blocks: list[Block] = []
    for answer, words in (
        (Answer.YES, "Yes"),
        (Answer.UNKNOWN, "Not known"),
        (Answer.NOT_ASKED, "Not asked"),
        (Answer.NO, "No"),
    ):
        if said.get(str(answer)):
            blocks += [Words(words, strong=True), Points(tuple(said[str(answer)]))]
    medicines = tuple(dict.fromkeys(one.typed or one.agent for one in answers.medicines))
    allergies = tuple(dict.fromkeys(one.typed or one.agent for one in answers.allergies))
    blocks += [Words("Medicines", strong=True), Points(medicines or ("none",))]
    blocks += [Words("Allergies", strong=True), Points(allergies or ("none",))]
    return Part("Your answers about your health", tuple(blocks))


def _session(number: int, session: Session, policy: Policy, told: Language) -> Iterable[Part]:
    pairs = [("Planned", f"{session.order.kind} injection, {told.side(session.order.side)} side")]
    if session.booking is not None:
        pairs.append(("Visit", told.stamp(session.booking.at, policy.zone)))
    if session.procedure is not None:
        pairs.append(("Done", told.stamp(session.procedure.started_at, policy.zone)))
    yield Part(f"Injection {number}", (Rows(tuple(pairs)),))
    if session.discharge_sheet is not None:
        given = tuple(sentence_case(one.words) for one in session.discharge_sheet.given)
        yield Part("What was given", (Points(given or ("Nothing was given.",)),))
    lines = diary_lines(session)
    if lines:
        rows = tuple(
            (
                line.question,
                told.stamp(line.entry.answered, policy.zone),
                _or_dash(line.entry.index_nrs),
                _or_dash(line.entry.rest_nrs),
                in_words(str(line.entry.analgesic_taken.answer)),
                "–" if line.in_time is None else "yes" if line.in_time else "no",
            )
            for line in lines
        )
        head = ("Question", "Answered", "Worst movement", "At rest", "Painkiller", "In time")
        yield Part("Your diary", (Grid(head, rows, numbers=(2, 3)),))
    result = result_in_words(session, policy)
    if result:
        yield Part("Your result", tuple(Words(text) for text in result))


def _or_dash(value: int | None) -> str:
    return "–" if value is None else str(value)
