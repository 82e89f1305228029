"""From a form or a file of facts to the one record of a procedure, line by line in the order in which it happened."""

import string
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from sijoint.formulary import UnknownNeedle, needle
from sijoint.frames import ReceptorTilt, UnreachablePose, positioner_angles, receptor_direction
from sijoint.model import (
    Administration,
    AgentLine,
    Answer,
    Assessed,
    ContrastJudgement,
    FormLine,
    GateAnswer,
    JudgementLine,
    NeedleLine,
    NeedleUse,
    Procedure,
    ProcedureForm,
    ProcedureKind,
    ProcedureWriter,
    StatedDose,
    StoredImage,
    SyringeUse,
    ViewLine,
)
from sijoint.pathway.dose_units import DOSE_AREA, KERMA, SECONDS, UnknownUnit, in_unit_of_record, spelled
from sijoint.pathway.findings import allows

Gate = Callable[[Procedure, datetime], Assessed]
SHA256_LENGTH = 64
ZERO = Decimal(0)


class UnusableForm(ValueError):
    """A form that says too little or what cannot be; the text names the line and what to do."""


def procedure_from_form(form: ProcedureForm, by: str, now: datetime, gate: Gate) -> Procedure:
    """The record that a form comes to. Raises UnusableForm.

    ``gate`` answers for the record as it stood before each drug: the same gate that the room asks, asked afterwards.
    """
    _check(form, now)
    assert form.side is not None
    assert form.target is not None
    procedure = Procedure(
        id=form.procedure_id,
        kind=ProcedureKind.PERFORMED,
        side=form.side,
        target=form.target,
        operator=form.operator,
        virtual_operator=False,
        started_at=form.started_at,
        needle=_needle(form),
        familiar_pain_on_filling={Answer.YES: True, Answer.NO: False}.get(form.familiar_pain_on_filling.answer),
        writer=form.writer,
        source=form.source,
        entered_at=now,
        entered_by=by,
        recorded_for=form.recorded_for,
        read_back=form.read_back,
        dose=_dose(form),
    )
    before: FormLine | None = None
    for line in form.lines:
        if isinstance(line, AgentLine) and line.use is SyringeUse.DRUG and not _same_syringe(line, before):
            answer = gate(procedure, line.at)
            asked = GateAnswer(
                _at_s(line.at, procedure), allows(answer), answer.findings, procedure.movements, afterwards=True
            )
            procedure = replace(procedure, gate_answers=(*procedure.gate_answers, asked))
        procedure = _with_line(procedure, line, form)
        before = line
    return replace(procedure, ended_at=form.ended_at, abandoned_because=form.abandoned_because)


def administration(line: AgentLine, procedure: Procedure, movement: int) -> Administration:
    """What a line says was given; side and target are those of the procedure where it names none."""
    return Administration(
        at_s=_at_s(line.at, procedure),
        use=line.use,
        agent=line.agent,
        volume_ml=line.volume_ml,
        side=line.side or procedure.side,
        target=line.target or procedure.target,
        after_movement=movement,
    )


def check_given(line: AgentLine, place: str) -> None:
    """Raises UnusableForm for what nobody can have given."""
    if not line.agent.strip():
        raise UnusableForm(f"{place} does not say what was given: name the agent")
    if not (line.volume_ml.is_finite() and line.volume_ml > 0):
        raise UnusableForm(f"{place} gives {line.volume_ml} mL: a volume given is above zero")


def _same_syringe(line: AgentLine, before: FormLine | None) -> bool:
    """The agents of one syringe go in together; the gate is asked before the first of them."""
    return isinstance(before, AgentLine) and before.use is SyringeUse.DRUG and before.at == line.at


def _at_s(at: datetime, procedure: Procedure) -> float:
    return (at - procedure.started_at) / timedelta(seconds=1)


def _with_line(procedure: Procedure, line: FormLine, form: ProcedureForm) -> Procedure:
    match line:
        case NeedleLine():
            return replace(procedure, movements=procedure.movements + 1)
        case ViewLine():
            return replace(procedure, images=(*procedure.images, _image(line, procedure, form)))
        case AgentLine():
            given = administration(line, procedure, procedure.movements)
            return replace(procedure, administrations=(*procedure.administrations, given))
        case JudgementLine():
            hashes = tuple(
                one.sha256
                for one in procedure.images
                if one.after_contrast and one.sha256 and one.after_movement == procedure.movements
            )
            at_s = _at_s(line.at, procedure)
            judged = ContrastJudgement(at_s, line.pattern, line.by, False, procedure.movements, hashes)
            return replace(procedure, judgements=(*procedure.judgements, judged))


def _image(line: ViewLine, procedure: Procedure, form: ProcedureForm) -> StoredImage:
    """Without a confirmed patient position angles say nothing, and the view counts as one without a pose."""
    primary = secondary = 0.0
    known = form.position is not None and (line.left_deg is not None or line.primary_deg is not None)
    if form.position is not None and line.left_deg is not None and line.cephalad_deg is not None:
        tilt = ReceptorTilt(float(line.left_deg), float(line.cephalad_deg), behind=form.position.prone)
        primary, secondary = (round(angle, 3) for angle in positioner_angles(tilt.direction))
    elif known and line.primary_deg is not None and line.secondary_deg is not None:
        primary, secondary = float(line.primary_deg), float(line.secondary_deg)
    return StoredImage(
        sha256=line.sha256,
        at_s=_at_s(line.at, procedure),
        origin=line.origin,
        purpose=line.purpose,
        primary_deg=primary,
        secondary_deg=secondary,
        after_contrast=line.after_contrast,
        after_movement=procedure.movements,
        kept_as=line.kept_as,
        pose_known=known,
    )


def _needle(form: ProcedureForm) -> NeedleUse | None:
    if not form.needle:
        return None
    try:
        one = needle(form.needle)
    except UnknownNeedle as unknown:
        raise UnusableForm(str(unknown)) from None
    return NeedleUse(one.gauge, one.length_mm, one.tip, passes=form.passes)


def _dose(form: ProcedureForm) -> StatedDose | None:
    parts = (
        ("dose-area product", form.dose_area, DOSE_AREA),
        ("air kerma", form.kerma, KERMA),
        ("fluoroscopy", form.fluoroscopy, SECONDS),
    )
    try:
        area, kerma, seconds = (
            None if one is None else in_unit_of_record(one, units, what) for what, one, units in parts
        )
    except UnknownUnit as wrong:
        raise UnusableForm(str(wrong)) from None
    if area is None and kerma is None and seconds is None:
        return None
    stated = tuple(f"{what} {one.value} {spelled(one.unit)}" for what, one, _ in parts if one is not None)
    return StatedDose(area, kerma, seconds, stated)


def _check(form: ProcedureForm, now: datetime) -> None:
    if form.writer is ProcedureWriter.ROOM:
        raise UnusableForm(
            "the room records its procedures itself, as they happen: a form is a manual form or an import"
        )
    if not form.procedure_id.strip() or not form.operator.strip():
        raise UnusableForm("a procedure has an id of its own and an operator: name both")
    if form.side is None or form.target is None:
        raise UnusableForm("side and target are not named: what is absent is not agreement")
    if form.passes < 0:
        raise UnusableForm(f"{form.passes} needle passes: a number of passes is zero or more")
    times = [("the start", form.started_at), ("the end", form.ended_at)]
    times += [(f"line {number}", line.at) for number, line in enumerate(form.lines, 1)]
    for place, at in times:
        if at.tzinfo is None:
            raise UnusableForm(f"the time of {place} has no time zone: write it with its offset")
    if form.ended_at < form.started_at or form.ended_at > now:
        raise UnusableForm("a procedure ends after it began and before it is written down: correct the times")
    _check_lines(form)


def _check_lines(form: ProcedureForm) -> None:
    last, contrast = form.started_at, False
    for number, line in enumerate(form.lines, 1):
        place = f"line {number}"
        if line.at < last or line.at > form.ended_at:
            raise UnusableForm(f"{place} is out of order: times run forward from the start to the end of the procedure")
        last = line.at
        if isinstance(line, AgentLine):
            check_given(line, place)
            contrast = contrast or line.use is SyringeUse.CONTRAST
        elif isinstance(line, JudgementLine) and not line.by.strip():
            raise UnusableForm(f"{place} does not say who judged the contrast: name the physician")
        elif isinstance(line, ViewLine):
            _check_view(line, place, contrast)


def _check_view(line: ViewLine, place: str, contrast: bool) -> None:
    if line.after_contrast and not contrast:
        raise UnusableForm(
            f"{place} is a view after contrast, and no line before it gives contrast: correct one of them"
        )
    if line.sha256 and (len(line.sha256) != SHA256_LENGTH or set(line.sha256) - set(string.hexdigits.lower())):
        raise UnusableForm(f"{place}: an image is named by 64 hexadecimal digits, the SHA-256 of its bytes")
    words, angles = (line.left_deg, line.cephalad_deg), (line.primary_deg, line.secondary_deg)
    if any(not one.is_finite() for one in (*words, *angles) if one is not None):
        raise UnusableForm(f"{place}: an angle is a number of degrees")
    if (None in words and words != (None, None)) or (None in angles and angles != (None, None)):
        raise UnusableForm(f"{place} names one angle of two: give both, or neither where the pose is not known")
    if words != (None, None) and angles != (None, None):
        raise UnusableForm(f"{place} gives the pose twice: in words or as positioner angles, not both")
    if angles != (None, None):
        try:
            receptor_direction(*(float(one) for one in angles if one is not None))
        except UnreachablePose as wrong:
            raise UnusableForm(f"{place}: {wrong}") from None
    if words != (None, None) and (abs(words[0] or ZERO) > 180 or abs(words[1] or ZERO) > 90):
        raise UnusableForm(f"{place}: the receptor turns at most 180° to a side and 90° towards head or feet")
