"""What a session gave and when: the instant of the drug and its anaesthetics, from the record of administrations."""

from datetime import datetime, timedelta
from decimal import Decimal

from sijoint.formulary import ActionWindow, Agent
from sijoint.model import Procedure, ProcedureKind, Session, SyringeUse
from sijoint.pathway.doses import known_agent


def injected_at(procedure: Procedure | None) -> datetime | None:
    """When the last drug was given; None where none was."""
    if procedure is None:
        return None
    times = [one.at_s for one in procedure.administrations if one.use is SyringeUse.DRUG and one.volume_ml > 0]
    return procedure.started_at + timedelta(seconds=max(times)) if times else None


def drug_given(session: Session) -> datetime | None:
    """When this session gave a drug to a patient; None for rehearsals and where nothing was given."""
    procedure = session.procedure
    if procedure is None or procedure.kind is not ProcedureKind.PERFORMED:
        return None
    return injected_at(procedure)


def given_agents(procedure: Procedure) -> tuple[tuple[Agent, Decimal], ...]:
    """The agents of the drug syringe that were given, with their millilitres."""
    total: dict[str, Decimal] = {}
    for one in procedure.administrations:
        if one.use is SyringeUse.DRUG:
            total[one.agent] = total.get(one.agent, Decimal(0)) + one.volume_ml
    known = ((known_agent(code), volume) for code, volume in total.items() if volume > 0)
    return tuple((one, volume) for one, volume in known if one is not None)


def action_window(procedure: Procedure) -> ActionWindow | None:
    """The window of the anaesthetics given together: the latest onset of any, the shortest and longest of any."""
    windows = [one.anaesthetic.window for one, _ in given_agents(procedure) if one.anaesthetic is not None]
    if not windows:
        return None
    return ActionWindow(
        max(one.latest_onset_min for one in windows),
        min(one.shortest_min for one in windows),
        max(one.longest_min for one in windows),
    )


def leg_weakness(procedure: Procedure) -> tuple[str, int] | None:
    """The longest-acting anaesthetic given, skin included, and the minutes of leg weakness that it explains."""
    agents = [known_agent(one.agent) for one in procedure.administrations]
    known = [(one.name, one.anaesthetic.leg_weakness_min) for one in agents if one and one.anaesthetic]
    return max(known, key=lambda one: one[1], default=None)
