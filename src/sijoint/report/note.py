"""The procedure note: what was planned, checked, done and given, told from the record. Until it is signed it is a draft."""

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

from sijoint.formulary import skin_preparations
from sijoint.model import Episode, Note, NoteText, OrderKind, Patient, Procedure, Session
from sijoint.pathway import procedure_dose
from sijoint.report.clinician_words import (
    NOT_RECORDED,
    NoSuchPaper,
    foot,
    indication,
    notices,
    or_not_recorded,
    person,
    told,
)
from sijoint.report.given import agent_name, drug_lines, recipe_words
from sijoint.report.paper import Block, Form, Grid, Paper, Part, Points, Rows, Words
from sijoint.report.paper_text import paper_text
from sijoint.report.words import counted, day, in_words, joined, moment, nrs, number, receptor, sentence_case


def note_paper(episode: Episode, session: Session, patient: Patient, made_at: datetime, *, zone: tzinfo = UTC) -> Paper:
    """The note of one session: as written and signed where it is, else generated from the record. Raises NoSuchPaper."""
    procedure = _procedure(session)
    kept = session.note
    parts = _generated(episode, session, zone) if kept is None else tuple(_kept(kept, zone))
    status = "Draft, generated from the record; not signed." if kept is None else _status(kept, zone)
    return Paper(
        title="Procedure note",
        form=Form.CLINICIAN,
        parts=parts,
        who=person(patient),
        lead=(f"{_what(session)}, {moment(procedure.started_at, zone)} ({zone})", status),
        notices=notices(patient),
        foot=foot(made_at, zone),
    )


def generated_note_text(episode: Episode, session: Session, *, zone: tzinfo = UTC) -> str:
    """The first version of the note, for a person to change and sign. Raises NoSuchPaper."""
    _procedure(session)
    return paper_text(Paper(_what(session), Form.CLINICIAN, _generated(episode, session, zone)))


def _procedure(session: Session) -> Procedure:
    if session.procedure is None:
        raise NoSuchPaper("there is no note before a procedure: record the procedure first")
    return session.procedure


def _what(session: Session) -> str:
    order = session.order
    kind = "Diagnostic block" if order.kind is OrderKind.DIAGNOSTIC else "Therapeutic injection"
    return f"{kind}, {order.side} sacroiliac joint, {order.target}"


def _generated(episode: Episode, session: Session, zone: tzinfo) -> tuple[Part, ...]:
    procedure = _procedure(session)
    return (
        Part("Indication", indication(episode, session.order.side)),
        Part("Before", tuple(_before(session, zone))),
        Part("Procedure", tuple(_done(procedure))),
        Part("Contrast", tuple(_contrast(procedure))),
        Part("What was given", tuple(_given(procedure))),
        Part("Radiation", tuple(_radiation(procedure))),
        Part("Complications and deviations", tuple(_wrong(session, procedure))),
        Part("Recovery", tuple(_recovery(session, zone))),
        Part("Plan", tuple(_plan(session))),
    )


def _before(session: Session, zone: tzinfo) -> Iterator[Block]:
    consent, mark, sign_in, time_out = session.consent, session.skin_mark, session.sign_in, session.time_out
    pairs = [
        ("Consent", f"{told(consent.given)}, {moment(consent.at, zone)}" if consent else NOT_RECORDED),
        ("Skin mark", f"{or_not_recorded(mark.side)}, by {mark.by}, awake: {told(mark.patient_awake)}" if mark else NOT_RECORDED),
        ("Sign-in", f"by {sign_in.by}, two identifiers: {told(sign_in.two_identifiers)}" if sign_in else NOT_RECORDED),
        ("Time-out", f"{or_not_recorded(time_out.side)}, {time_out.target}, all agree: {told(time_out.all_agree)}" if time_out else NOT_RECORDED),
        ("Ordered", f"{recipe_words(session.order)}; sedation: {session.order.sedation}"),
    ]  # fmt: skip
    if session.skin_preparation is not None:
        skin = session.skin_preparation
        dry = f"seen dry {moment(skin.seen_dry_at, zone)}" if skin.seen_dry_at else "not seen dry on record"
        known = skin_preparations().get(skin.agent)
        pairs.append(("Skin", f"{known.name if known else in_words(skin.agent)}, {dry}"))
    pairs += [("Sedative", f"{one.name} {one.dose}, {one.route}, {moment(one.at, zone)}") for one in session.sedatives]
    yield Rows(tuple(pairs))


def _done(procedure: Procedure) -> Iterator[Block]:
    operator = "a virtual operator" if procedure.virtual_operator else procedure.operator
    yield Words(f"By {operator}, {procedure.kind}, patient face down, guided by fluoroscopy.")
    if procedure.needle is not None:
        used = procedure.needle
        yield Words(
            f"{used.gauge} G needle of {number(used.length_mm)} mm, {used.tip}, to {number(used.depth_mm, 1)} mm; "
            f"{counted(used.passes, 'skin puncture')}, {counted(used.redirections, 'redirection')}."
        )
    if procedure.abandoned_because:
        yield Words(f"Abandoned: {procedure.abandoned_because}", strong=True)
    if procedure.familiar_pain_on_filling is not None:
        felt = "was" if procedure.familiar_pain_on_filling else "was not"
        yield Words(f"The familiar pain {felt} felt on filling.")


def _contrast(procedure: Procedure) -> Iterator[Block]:
    if not procedure.judgements:
        yield Words("No contrast run was judged.")
    yield Points(tuple(f"{sentence_case(str(one.pattern))}, judged by {one.by}" for one in procedure.judgements))
    known = [one for one in procedure.images if one.pose_known]
    views = tuple(dict.fromkeys(receptor(one.primary_deg, one.secondary_deg) for one in known))
    after = sum(one.after_contrast for one in procedure.images)
    yield Words(f"{counted(len(procedure.images), 'image')} kept, {after} of them after contrast.")
    if views:
        yield Words(f"Views: {'; '.join(views)}.")


def _given(procedure: Procedure) -> Iterator[Block]:
    lines = tuple(
        (sentence_case(one.use), one.name, f"{number(one.volume_ml)} mL", one.holds, one.where)
        for one in drug_lines(procedure.administrations)
    )
    if not lines:
        yield Words("Nothing was given.")
        return
    yield Grid(("Use", "Agent", "Volume", "Holds", "Where"), lines, numbers=(2, 3))


def _radiation(procedure: Procedure) -> Iterator[Block]:
    dose = procedure_dose(procedure)
    if dose is None:
        yield Words("No dose is recorded.")
        return
    pairs = [
        ("Dose-area product", dose.dose_area_product_mgy_cm2, "mGy·cm²"),
        ("At the reference point", dose.kerma_reference_mgy, "mGy"),
        ("Fluoroscopy", dose.seconds, "s"),
    ]
    yield Rows(tuple((name, f"{number(value, 2)} {unit}" if value is not None else NOT_RECORDED) for name, value, unit in pairs))  # fmt: skip
    if dose.as_stated:
        yield Words(f"As stated: {joined(dose.as_stated)}.", soft=True)


def _wrong(session: Session, procedure: Procedure) -> Iterator[Block]:
    told_out = session.sign_out.complications if session.sign_out else ""
    yield Words(f"At sign-out: {told_out or ('none recorded' if session.sign_out else 'no sign-out is recorded')}.")
    items = [f"{one.kind}, {one.grade}: {one.action}" for one in session.complications]
    items += [f"Deviation: {one.clinician}" for one in procedure.deviations]
    if items:
        yield Points(tuple(items))


def _recovery(session: Session, zone: tzinfo) -> Iterator[Block]:
    lines = tuple(
        (
            f"{one.minutes} min",
            f"{one.vitals.systolic}/{one.vitals.diastolic}",
            str(one.vitals.pulse),
            f"{one.vitals.spo2} %",
            nrs(one.index_nrs),
            told(one.leg_power_at_baseline),
            told(one.gait_at_baseline),
        )
        for one in session.recovery
    )
    if lines:
        yield Grid(("After", "mmHg", "Pulse", "SpO₂", "Pain", "Leg as before", "Gait as before"), lines)
    if session.discharge is not None:
        yield Words(f"Discharged {moment(session.discharge.at, zone)} by {session.discharge.by}.")
    elif session.left_early is not None:
        yield Words(f"Left early, {moment(session.left_early.at, zone)}: {session.left_early.reason}", strong=True)
    else:
        yield Words("Not discharged when this was written.")


def _plan(session: Session) -> Iterator[Block]:
    if session.order.kind is OrderKind.DIAGNOSTIC:
        rule = session.order.rule
        percent, count = number(rule.threshold_percent), rule.consecutive_entries
        yield Words(f"Diary; judged by relief of {percent} % at {count} answers in a row, frozen with the order.")
    else:
        yield Words("Diary; a repeat is asked for when the pain is back.")
    steroid = session.consent.steroid if session.consent else ""
    if steroid:
        yield Words(f"Steroid consented to: {agent_name(steroid)}.")
    sheet = session.discharge_sheet
    if sheet is not None:
        yield Words(f"The clinic calls between {day(sheet.call_from)} and {day(sheet.call_until)}.")


def _status(note: Note, zone: tzinfo) -> str:
    if note.signed_at is None:
        return "Draft; not signed."
    return f"Signed by {note.signed_by}, {moment(note.signed_at, zone)}."


def _kept(note: Note, zone: tzinfo) -> Iterator[Part]:
    """The last version, then what was added; earlier versions that were entered in error stay readable."""
    *earlier, last = note.versions
    yield Part("", _lines(last, zone))
    for number_of, one in enumerate(note.addenda, 1):
        yield Part(f"Addendum {number_of}, {one.by}, {moment(one.at, zone)}", _lines(one, zone))
    for one in earlier:
        if one.entered_in_error is not None:
            yield Part(f"Earlier version, {one.by}, {moment(one.at, zone)}", _lines(one, zone))


def _lines(text: NoteText, zone: tzinfo) -> tuple[Block, ...]:
    lines = tuple(Words(line) for line in text.text.splitlines() if line.strip())
    mark = text.entered_in_error
    if mark is None:
        return lines
    said = f"ENTERED IN ERROR, marked by {mark.by}, {moment(mark.at, zone)}: {mark.reason}"
    return (Words(said, strong=True), *(Words(line.text, soft=True) for line in lines))
