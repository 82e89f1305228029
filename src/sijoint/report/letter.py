"""The letter to the referrer: what was asked, what was found and done, what came out, and what is next."""

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

from sijoint.model import Episode, OrderKind, Patient, Referral, Session
from sijoint.pathway import hold_signed, injected_at
from sijoint.report.clinician_words import NoSuchPaper, foot, indication, notices, or_not_recorded, person
from sijoint.report.diary_figure import diary_points
from sijoint.report.given import drug_lines
from sijoint.report.paper import Block, Form, Paper, Part, Points, Words
from sijoint.report.words import day, in_words, joined, nrs, number, sentence_case

SHOWN_ANSWERS = 10


def letter_paper(episode: Episode, patient: Patient, made_at: datetime, *, zone: tzinfo = UTC) -> Paper:
    """From the whole episode as it stands. Raises NoSuchPaper before anybody has assessed the patient."""
    if episode.assessment is None:
        raise NoSuchPaper("there is nothing to write to the referrer before the assessment: record the visit first")
    referrer = episode.request.referrer
    names = joined(part for part in (referrer.name, referrer.practice) if part) if referrer else ""
    asked = f"asked on {day(episode.request.at, zone)} by the {episode.request.requested_by}"
    return Paper(
        title="Letter on a sacroiliac joint injection",
        form=Form.CLINICIAN,
        parts=(
            Part("Why", (*indication(episode, _side(episode)), *_referral(episode))),
            *(_session(number_of, one, zone) for number_of, one in enumerate(episode.sessions, 1) if one.procedure),
            *_outcome(episode),
            Part("Medicines", tuple(_medicines(episode))),
            Part("What we ask of you", tuple(_asked(episode))),
            Part("", (Words("With kind regards"), Words("________________________________"), Words("Physician, signature and date", soft=True))),
        ),
        who=person(patient),
        lead=(f"To: {names or 'the referring physician'} ({asked})",),
        notices=notices(patient),
        foot=foot(made_at, zone),
    )  # fmt: skip


def _side(episode: Episode) -> object:
    visit = episode.assessment
    return episode.sessions[-1].order.side if episode.sessions else visit.side if visit else None


def _referral(episode: Episode) -> Iterator[Words]:
    visit = episode.assessment
    if visit is None or visit.referral is Referral.ACCEPT:
        return
    where = f", to {visit.redirect_to}" if visit.redirect_to else ""
    soon = f", {visit.redirect_urgency}" if visit.redirect_urgency else ""
    yield Words(f"Decision: {visit.referral}{where}{soon}. Reason: {or_not_recorded(visit.reason)}.", strong=True)


def _session(number_of: int, session: Session, zone: tzinfo) -> Part:
    order, procedure = session.order, session.procedure
    assert procedure is not None  # asked for by the caller
    kind = "diagnostic block" if order.kind is OrderKind.DIAGNOSTIC else "therapeutic injection"
    given = [
        f"{one.name} {number(one.volume_ml)} mL" for one in drug_lines(procedure.administrations) if one.use == "drug"
    ]
    said = f"{sentence_case(kind)}, {order.side} side, {order.target}, by fluoroscopy on {day(procedure.started_at, zone)}."
    blocks: list[Block] = [Words(said), Words(f"Given: {joined(given)}." if given else "No drug was given.")]
    patterns = tuple(dict.fromkeys(str(one.pattern) for one in procedure.judgements))
    if patterns:
        blocks.append(Words(f"Contrast: {joined(patterns)}."))
    if procedure.abandoned_because:
        blocks.append(Words(f"Abandoned: {procedure.abandoned_because}"))
    wrong = [f"{one.kind} ({one.grade})" for one in session.complications]
    if session.sign_out is not None and session.sign_out.complications:
        wrong.append(session.sign_out.complications)
    blocks.append(Words(f"Complications: {joined(wrong) or 'none recorded'}."))
    points = diary_points(session) if injected_at(procedure) else ()
    told = [f"{one.label} {nrs(one.index_nrs)}" for one in points if one.index_nrs is not None]
    if len(told) > 1:
        more = f"; {len(told) - SHOWN_ANSWERS} later answers are in our record" if len(told) > SHOWN_ANSWERS else ""
        blocks.append(Words(f"Pain on the patient's own worst movement: {', '.join(told[:SHOWN_ANSWERS])}{more}."))
    return Part(f"Session {number_of}", tuple(blocks))


def _outcome(episode: Episode) -> Iterator[Part]:
    for number_of, session in enumerate(episode.sessions, 1):
        if session.verdict is not None:
            yield Part(f"Result of the block in session {number_of}", (Points(session.verdict.card),), framed=True)
        if session.dual is not None:
            yield Part("Result of the two blocks together", (Points(session.dual.card),), framed=True)
    if episode.repeat_answers:
        last = episode.repeat_answers[-1]
        when = f", not before {day(last.next_eligible)}" if last.next_eligible else ""
        said = "May be repeated." if last.eligible else f"May not be repeated yet{when}."
        steps = tuple(f"{one.text} ({one.source}, {one.grade})" for one in last.next_steps)
        reasons = (*(gap.text for gap in last.gaps), *steps)
        blocks: tuple[Block, ...] = (Words(f"Asked {day(last.asked_on)}: {said}"),)
        yield Part("Repeat", (*blocks, Points(reasons)) if reasons else blocks)


def _medicines(episode: Episode) -> Iterator[Block]:
    answers = episode.screening_answers
    held = [
        one
        for one in (episode.prescriber_contacts if answers is not None else ())
        if hold_signed(one.agent, episode.prescriber_contacts) == one
    ]
    if not held:
        yield Words("No medicine was paused on our word.")
    for one in held:
        yield Words(f"{sentence_case(in_words(one.agent))}: pause agreed with {one.prescriber} on {day(one.at)}.")


def _asked(episode: Episode) -> Iterator[Block]:
    for_you = ["Please go on with exercise and the treatment that the patient has."]
    sheets = [one.discharge_sheet for one in episode.sessions if one.discharge_sheet]
    if sheets:
        last = sheets[-1]
        for_you.append(f"To an emergency department at once ({last.emergency_phone}): {'; '.join(last.emergency_if)}.")
        for_you.append(f"To us the same day ({last.clinic_phone}): {'; '.join(last.call_if)}.")
    yield Points(tuple(for_you))
