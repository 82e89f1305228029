"""Labels for the syringes that are drawn up: drug, strength, millilitres, time and initials, to print and stick on."""

from datetime import UTC, datetime, tzinfo

from sijoint.model import Patient, Session, SyringeLabel, SyringeUse
from sijoint.pathway import Policy, syringe_labels
from sijoint.report.clinician_words import NoSuchPaper, foot, notices
from sijoint.report.paper import Block, Form, Paper, Part, Words
from sijoint.report.words import clock, day, number, sentence_case


def labels_paper(session: Session, patient: Patient, policy: Policy, made_at: datetime, *, zone: tzinfo = UTC) -> Paper:
    """One label a syringe; the patient by initials and number alone. Raises NoSuchPaper before anything is drawn up."""
    labels = syringe_labels(session, policy)
    if not labels:
        raise NoSuchPaper("there is nothing to label: draw up the syringes first")
    return Paper(
        title="Syringe labels",
        form=Form.LABELS,
        parts=tuple(_label(one, patient, zone) for one in labels),
        notices=notices(patient),
        foot=foot(made_at, zone),
    )


def _label(label: SyringeLabel, patient: Patient, zone: tzinfo) -> Part:
    contrast = label.use is SyringeUse.CONTRAST  # its strength is iodine and stands in the name
    agents = [
        Words(
            f"{one.name}: {number(one.volume_ml)} mL" + ("" if contrast else f" = {number(one.dose_mg, 2)} mg"),
            strong=True,
        )
        for one in label.lines
    ]
    mixed = [f"{one.name} {number(one.strength_mg_ml, 2)} mg/mL" for one in label.lines] if len(label.lines) > 1 else []
    side = f", {label.side}" if label.side else ""
    blocks: list[Block] = [*agents, Words(f"In all {number(label.total_ml)} mL{side}")]
    if mixed:
        blocks.append(Words(f"Mixed: {'; '.join(mixed)}"))
    if label.particulate:
        blocks.append(Words("HOLDS PARTICLES: never into a vessel", strong=True))
    drawn = f"Drawn {clock(label.drawn_at, zone)} {day(label.drawn_at, zone)} by {label.initials or '______'}"
    blocks += [Words(drawn), Words(f"Use until {clock(label.use_until, zone)} ({zone})", strong=True)]
    lots = "; ".join(f"{one.lot or 'no lot'}, {day(one.expires)}" for one in label.lines)
    initials = f"{patient.given_name[:1]}{patient.family_name[:1]}"
    blocks.append(Words(f"Lot, expiry: {lots}. Patient {patient.id}, {initials}", soft=True))
    return Part(sentence_case(str(label.use)), tuple(blocks))
