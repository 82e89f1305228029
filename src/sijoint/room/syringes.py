"""The three syringes: skin anaesthetic, contrast under pulses, and the drug behind the gate."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil

from numpy.random import Generator

from sijoint.fluoroscopy import Frame
from sijoint.formulary import agent as agent_by_code
from sijoint.guidance import ContrastRun
from sijoint.injectate import Compartment, Fluid, RefusedInjection
from sijoint.model import RecipeLine, SyringeUse, ViewPurpose
from sijoint.needle import NeedleState
from sijoint.response import familiar_pain, pain_of_filling, pain_of_skin_anaesthetic
from sijoint.room.commands import InjectContrast, InjectDrug, InjectSkin
from sijoint.room.events import Injected
from sijoint.room.imaging import hold, iodine_layer, report_exposure
from sijoint.room.permission import Action
from sijoint.room.state import ImpossibleCommand, RoomState
from sijoint.room.timing import TIMING


def inject_skin(session: RoomState, command: InjectSkin) -> None:
    if not command.volume_ml > 0:
        raise ImpossibleCommand("inject a volume above zero")
    if not session.permitted(Action.SKIN):
        return
    session.now_s += TIMING.skin_anaesthetic_s
    line = session.setting.recipe.skin
    _given(session, SyringeUse.SKIN, (line,), _Push(command.volume_ml, 0.0, 0.0, None))
    session.skin_numb = True
    session.hurts(pain_of_skin_anaesthetic(session.setting.causes.pain, session.generator("sting")))


def inject_contrast(session: RoomState, command: InjectContrast) -> None:
    """A mask before, pulses while the plunger moves and for some seconds after: wash-out needs time to be seen."""
    if not (command.volume_ml > 0 and command.rate_ml_s > 0 and command.watch_s >= 0):
        raise ImpossibleCommand("contrast needs a volume and a rate above zero")
    needle = session.held_needle  # before the first pulse: no dose for what cannot be done
    if not (session.permitted(Action.CONTRAST) and session.permitted(Action.EXPOSURE)):
        return
    line = session.setting.recipe.contrast
    contrast = agent_by_code(line.agent)
    fluid = Fluid("contrast", contrast.viscosity_mpa_s, contrast.iodine_mg_ml)
    session.now_s += TIMING.syringe_change_s
    rng = session.generator("run")
    interval = 1.0 / TIMING.run_pulses_per_s
    masks = [_pulse(session, rng, interval) for _ in range(TIMING.last_image_frames)]
    before_ml = _by_name(session, fluid.name)
    during: list[Frame] = []
    push = _push(
        session,
        needle,
        fluid,
        command.volume_ml,
        command.rate_ml_s,
        interval,
        SyringeUse.CONTRAST,
        lambda: during.append(_pulse(session, rng)),
    )
    after: list[Frame] = []
    watched = ceil(command.watch_s / interval) if push.given_ml else 0
    while len(after) < watched and session.hand.watches(len(after)):
        after.append(_pulse(session, rng, interval))
    ended = len(after) if len(after) < watched else None
    session.as_done = replace(command, stopped_after=push.stopped_after, watched=ended)
    session.onlooker.let_go(session.as_done)
    mask = hold(masks)
    kept = [(mask, ViewPurpose.BEFORE_CONTRAST)]
    if push.given_ml:
        session.injected(SyringeUse.CONTRAST, before_ml, _by_name(session, fluid.name))
        session.runs.append(ContrastRun(mask, tuple(during), tuple(after), float(push.given_ml), contrast.iodine_mg_ml))
        session.contrast_here = True
        kept += [(hold(frames), ViewPurpose.CONTRAST) for frames in (during, after) if frames]
    pulses = [*masks, *during, *after]
    session.onlooker.held(kept[-1][0])
    images = report_exposure(session, pulses, tuple(kept), len(pulses) * interval)
    if push.into is not None:
        session.run_images = images
        _given(session, SyringeUse.CONTRAST, (line,), push)
        familiar = familiar_pain(
            session.setting.causes.pain,
            push.site_kpa,
            push.into,
            session.generator("familiar"),
            joint_ml=session.fluids.volumes_ml().get(Compartment.JOINT, 0.0),
        )
        pain = pain_of_filling(session.setting.causes.pain, push.site_kpa, familiar, session.generator("filling"))
        session.hurts(pain, familiar=familiar)
    if push.stopped:
        session.refuse(None, push.stopped)


def inject_drug(session: RoomState, command: InjectDrug) -> None:
    """The gate first. What is given is recorded line by line, in the shares of the syringe."""
    lines = session.setting.recipe.drug
    drawn = sum((line.volume_ml for line in lines), Decimal(0))
    if not (0 < command.volume_ml <= drawn and command.rate_ml_s > 0):
        raise ImpossibleCommand(f"the drug syringe holds {drawn} mL; inject more than zero and no more than that")
    needle = session.held_needle
    if not session.permitted(Action.DRUG):
        return
    session.now_s += TIMING.syringe_change_s
    viscosity = sum(agent_by_code(line.agent).viscosity_mpa_s * float(line.volume_ml / drawn) for line in lines)
    fluid = Fluid("drug", viscosity, 0.0)
    before_ml = _by_name(session, fluid.name)
    interval = 1.0 / TIMING.run_pulses_per_s
    push = _push(session, needle, fluid, command.volume_ml, command.rate_ml_s, interval, SyringeUse.DRUG, lambda: None)
    session.as_done = replace(command, stopped_after=push.stopped_after)
    session.onlooker.let_go(session.as_done)
    if push.given_ml:
        session.injected(SyringeUse.DRUG, before_ml, _by_name(session, fluid.name))
        _given(session, SyringeUse.DRUG, lines, push)
    if push.stopped:
        session.refuse(None, push.stopped)


@dataclass(frozen=True)
class _Push:
    """One stroke of the plunger: what went in, the highest pressures, and the sentence when it would not go on."""

    given_ml: Decimal
    peak_kpa: float
    site_kpa: float
    into: Compartment | None
    stopped: str = ""
    stopped_after: int | None = None  # intervals, where the hand left the plunger


def _push(
    session: RoomState,
    needle: NeedleState,
    fluid: Fluid,
    volume_ml: Decimal,
    rate_ml_s: float,
    interval_s: float,
    use: SyringeUse,
    each: Callable[[], None],
) -> _Push:
    """Press until the volume is in, the hand lets go or the fluid will not go; ``each`` is called after every interval."""
    given, peak, site, intervals = 0.0, 0.0, 0.0, 0
    into: Compartment | None = None
    while given < float(volume_ml) - 1e-9:
        portion = min(float(volume_ml) - given, rate_ml_s * interval_s)
        try:
            step = session.fluids.inject(needle.tip_mm, needle.needle, fluid, portion, rate_ml_s)
        except RefusedInjection as refusal:
            return _Push(Decimal(str(round(given, 3))), peak, site, into, str(refusal))
        given += portion
        session.now_s += portion / rate_ml_s
        peak, site, into = max(peak, step.plunger_kpa), max(site, step.site_kpa), step.compartment
        intervals += 1
        each()
        session.onlooker.plunger(use, intervals, given, step.plunger_kpa)
        if given < float(volume_ml) - 1e-9 and not session.hand.pushes(intervals):
            return _Push(Decimal(str(round(given, 3))), peak, site, into, stopped_after=intervals)
    return _Push(volume_ml, peak, site, into)


def _pulse(session: RoomState, rng: Generator, wait_s: float = 0.0) -> Frame:
    if wait_s:
        session.now_s += wait_s
        session.fluids.wait(wait_s)
    frame = session.fluoroscope.pulse(session.now_s, rng, session.metal, iodine_layer(session), locked=True)
    session.onlooker.pulse(frame, sharp=True)
    return frame


def _by_name(session: RoomState, fluid: str) -> dict[str, float]:
    return {str(compartment): ml for compartment, ml in session.fluids.volumes_ml(fluid).items()}


def _given(session: RoomState, use: SyringeUse, lines: tuple[RecipeLine, ...], push: _Push) -> None:
    drawn = sum((line.volume_ml for line in lines), Decimal(0))
    for line in lines:
        whole = len(lines) == 1
        session.event(
            Injected,
            movement=session.movement,
            use=use,
            agent=line.agent,
            volume_ml=push.given_ml if whole else (push.given_ml * line.volume_ml / drawn).quantize(Decimal("0.001")),
            peak_pressure_kpa=round(push.peak_kpa, 2),
        )
