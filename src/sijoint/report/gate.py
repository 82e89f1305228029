"""The contrast gate as a story: what was judged, what the gate answered, and what was done after it held a drug back."""

from dataclasses import dataclass

from sijoint.model import GateAnswer, Procedure, StoredImage, SyringeUse
from sijoint.report.timeline import judged_before
from sijoint.report.words import session_clock


@dataclass(frozen=True)
class GateLine:
    """One answer; ``then`` tells what followed where the drug was held back."""

    answer: GateAnswer
    judged: str
    then: str


def gate_lines(procedure: Procedure) -> tuple[GateLine, ...]:
    """Every answer of the gate in order."""
    return tuple(GateLine(one, _judged(procedure, one), _then(procedure, one)) for one in procedure.gate_answers)


def judged_as(procedure: Procedure | None, image: StoredImage | None) -> str:
    """How the contrast on an image was judged, if it shows any and was judged at that place of the needle."""
    if procedure is None or image is None or not image.after_contrast:
        return ""
    there = [
        one
        for one in procedure.judgements
        if one.after_movement == image.after_movement and (image.sha256 in one.image_sha256 or not one.image_sha256)
    ]
    return str(there[-1].pattern) if there else ""


def _judged(procedure: Procedure, answer: GateAnswer) -> str:
    judged = judged_before(procedure, answer.at_s, answer.after_movement)
    return f"{judged.pattern}, by {judged.by}" if judged else "no judgement since the needle last moved"


def _then(procedure: Procedure, answer: GateAnswer) -> str:
    """The next contrast run after a refusal, and whether the needle was moved before it."""
    if answer.allowed:
        return ""
    runs = [one for one in procedure.administrations if one.use is SyringeUse.CONTRAST and one.at_s > answer.at_s]
    later = [one for one in procedure.gate_answers if one.at_s > answer.at_s]
    if runs:
        moved = runs[0].after_movement != answer.after_movement
        return f"{'Needle moved, contrast' if moved else 'Contrast'} again at {session_clock(runs[0].at_s)}."
    return "" if later else "No drug was given after this."
