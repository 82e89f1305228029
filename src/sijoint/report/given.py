"""What went in and what it cost in radiation: drug lines with their doses, presses of the pedal summed by view."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sijoint.formulary import ActionWindow, IngredientKind, UnknownAgent, agent
from sijoint.model import Administration, Exposure, Order, Session, SyringeUse
from sijoint.report.words import in_words, number, receptor, span


@dataclass(frozen=True)
class DrugLine:
    """One administration, with what its volume holds in words (``7.5 mg``, ``120 mg iodine``)."""

    at_s: float
    use: str
    name: str
    volume_ml: Decimal
    holds: str
    where: str
    pressure_kpa: float


@dataclass(frozen=True)
class ViewDose:
    """All presses at one pose."""

    view: str
    presses: int
    pulses: int
    seconds: float
    kvp: str
    kerma_mgy: float
    dose_area_mgy_cm2: float


def agent_name(code: str) -> str:
    """The formulary's name of an agent; the code in plain words where the formulary does not know it."""
    try:
        return agent(code).name
    except UnknownAgent:
        return in_words(code)


def contents(code: str, volume_ml: Decimal) -> str:
    """What a volume holds: milligrams of drug, of iodine for contrast, nothing for a diluent or an unknown agent."""
    try:
        known = agent(code)
    except UnknownAgent:
        return ""
    if known.kind is IngredientKind.CONTRAST:
        return f"{number(float(volume_ml) * known.iodine_mg_ml, 1)} mg iodine"
    if known.kind is IngredientKind.DILUENT:
        return ""
    return f"{number(known.strength_mg_ml * volume_ml, 2)} mg"


def drug_lines(administrations: Sequence[Administration]) -> tuple[DrugLine, ...]:
    return tuple(
        DrugLine(
            given.at_s,
            given.use.value,
            agent_name(given.agent),
            given.volume_ml,
            contents(given.agent, given.volume_ml),
            "skin and track" if given.use is SyringeUse.SKIN else f"for the {given.side} {given.target} target",
            given.peak_pressure_kpa,
        )
        for given in administrations
    )


def recipe_words(order: Order) -> str:
    """The ordered drug syringe: ``1.5 mL bupivacaine 0.5 %, plain``."""
    return " + ".join(f"{number(line.volume_ml)} mL {agent_name(line.agent)}" for line in order.recipe.drug)


def view_doses(exposures: Sequence[Exposure]) -> tuple[ViewDose, ...]:
    """Exposures summed by pose, in the order of first use."""
    poses: dict[str, list[Exposure]] = {}
    for exposure in exposures:
        poses.setdefault(receptor(exposure.primary_deg, exposure.secondary_deg), []).append(exposure)
    return tuple(_summed(words, presses) for words, presses in poses.items())


def total_dose(exposures: Sequence[Exposure]) -> ViewDose:
    return _summed("all views", exposures)


def action_window_minutes(session: Session) -> tuple[int, int] | None:
    """From when to when relief counts as the anaesthetic's: the verdict's window, else that of the longest-acting one given."""
    if session.verdict is not None:
        return session.verdict.window_minutes
    window = _longest_window(session)
    return (window.latest_onset_min, window.longest_min) if window else None


def concordance_words(session: Session) -> str:
    """How relief has to run to be explained by the anaesthetic that was given: onset and duration; "" without one."""
    window = _longest_window(session)
    if window is None:
        return ""
    return f"begins by {span(window.latest_onset_min)}, lasts {span(window.shortest_min)} to {span(window.longest_min)}"


def _longest_window(session: Session) -> ActionWindow | None:
    """The window of the longest-acting anaesthetic in the drug syringe."""
    windows = []
    for one in session.procedure.administrations if session.procedure else ():
        try:
            anaesthetic = agent(one.agent).anaesthetic
        except UnknownAgent:
            continue
        if one.use is SyringeUse.DRUG and anaesthetic:
            windows.append(anaesthetic.window)
    return max(windows, key=lambda window: window.longest_min) if windows else None


def _summed(view: str, presses: Sequence[Exposure]) -> ViewDose:
    volts = sorted({round(press.kvp) for press in presses})
    kvp = f"{volts[0]}" if len(volts) == 1 else f"{volts[0]}–{volts[-1]}" if volts else "–"
    return ViewDose(
        view,
        len(presses),
        sum(press.pulses for press in presses),
        sum(press.seconds for press in presses),
        kvp,
        sum(press.kerma_reference_mgy for press in presses),
        sum(press.dose_area_product_mgy_cm2 for press in presses),
    )
