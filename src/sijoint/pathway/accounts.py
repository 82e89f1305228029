"""The account of a rolling year: what a patient was given and exposed to, over all sessions that are passed in."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from math import isfinite

from sijoint.formulary import IngredientKind, methylprednisolone_equivalent_mg
from sijoint.model import (
    AgentTotal,
    Episode,
    OrderKind,
    Procedure,
    ProcedureKind,
    Session,
    YearlyAccount,
)
from sijoint.pathway.doses import known_agent
from sijoint.pathway.injections import drug_given
from sijoint.pathway.policy import Policy


def yearly_account(episodes: Iterable[Episode], policy: Policy, on: date) -> YearlyAccount:
    """The account up to and with a day; the day exactly the policy's days back counts, the one before it does not.

    Rehearsals are no part of it. A procedure that gave no drug still counts with its contrast and its X-rays.
    """
    sessions = [one for episode in episodes for one in episode.sessions if in_year(one, policy, on)]
    procedures = [one.procedure for one in sessions if one.procedure is not None]
    totals = _totals(procedures)
    kinds = {code: agent.kind for code in totals if (agent := known_agent(code)) is not None}

    def of(kind: IngredientKind) -> tuple[AgentTotal, ...]:
        return tuple(_total(code, volume) for code, volume in totals.items() if kinds.get(code) is kind)

    known = [(known_agent(code), volume) for code, volume in totals.items()]
    mpe = sum((methylprednisolone_equivalent_mg(one, ml) for one, ml in known if one is not None), Decimal(0))
    iodine = sum((Decimal(str(one.iodine_mg_ml)) * ml for one, ml in known if one is not None), Decimal(0))
    area, kerma, seconds, without = _radiation(procedures)
    return YearlyAccount(
        on=on,
        days=policy.rolling_year_days,
        sessions=tuple((str(kind), len(_days(sessions, kind, policy))) for kind in OrderKind),
        joints=_joints(sessions),
        steroid=of(IngredientKind.STEROID),
        anaesthetic=of(IngredientKind.LOCAL_ANAESTHETIC),
        contrast=of(IngredientKind.CONTRAST),
        unknown_agents=tuple(_total(code, volume) for code, volume in totals.items() if code not in kinds),
        steroid_mpe_mg=mpe,
        steroid_maximum_mpe_mg=policy.steroid_year_maximum_mpe_mg,
        iodine_mg=iodine,
        dose_area_product_mgy_cm2=area,
        kerma_reference_mgy=kerma,
        fluoroscopy_s=seconds,
        exposures_without_dose=without,
    )


def in_year(session: Session, policy: Policy, on: date) -> bool:
    """Whether a session's performed procedure lies in the rolling year that ends on a day."""
    procedure = session.procedure
    if procedure is None or procedure.kind is not ProcedureKind.PERFORMED:
        return False
    return 0 <= (on - policy.day(procedure.started_at)).days <= policy.rolling_year_days


def radiation(procedure: Procedure) -> tuple[Decimal, Decimal, Decimal, int]:
    """mGy·cm², mGy at the reference point, seconds, and how many presses have no dose that is known.

    A dose stated as a whole stands for the presses where there is one; its missing parts count as one press without dose.
    """
    stated = procedure.dose
    if stated is not None:
        parts = (stated.dose_area_product_mgy_cm2, stated.kerma_reference_mgy, stated.seconds)
        area, kerma, seconds = (one or Decimal(0) for one in parts)
        return area, kerma, seconds, int(None in parts[:2])
    known = [one for one in procedure.exposures if _measured(one.dose_area_product_mgy_cm2, one.kerma_reference_mgy)]
    return (
        _sum(one.dose_area_product_mgy_cm2 for one in known),
        _sum(one.kerma_reference_mgy for one in known),
        _sum(one.seconds for one in procedure.exposures if _measured(one.seconds)),
        len(procedure.exposures) - len(known),
    )


def _radiation(procedures: list[Procedure]) -> tuple[Decimal, Decimal, Decimal, int]:
    rows = [radiation(one) for one in procedures]
    return (
        sum((row[0] for row in rows), Decimal(0)),
        sum((row[1] for row in rows), Decimal(0)),
        sum((row[2] for row in rows), Decimal(0)),
        sum(row[3] for row in rows),
    )


def _measured(*values: float) -> bool:
    return all(isfinite(one) and one >= 0 for one in values)


def _sum(values: Iterable[float]) -> Decimal:
    """Exact in decimals, so that the order of adding changes nothing."""
    return sum((Decimal(str(one)) for one in values), Decimal(0))


def _totals(procedures: list[Procedure]) -> dict[str, Decimal]:
    """Millilitres by agent, every syringe together."""
    totals: dict[str, Decimal] = {}
    for procedure in procedures:
        for one in procedure.administrations:
            if one.volume_ml > 0:
                totals[one.agent] = totals.get(one.agent, Decimal(0)) + one.volume_ml
    return totals


def _total(code: str, volume_ml: Decimal) -> AgentTotal:
    agent = known_agent(code)
    return AgentTotal(
        code, agent.name if agent else code, volume_ml, agent.strength_mg_ml * volume_ml if agent else None
    )


def _days(sessions: list[Session], kind: OrderKind, policy: Policy) -> set[date]:
    """A session is a day, and counts where a drug was given."""
    given = (drug_given(one) for one in sessions if one.order.kind is kind)
    return {policy.day(one) for one in given if one is not None}


def _joints(sessions: list[Session]) -> tuple[tuple[str, int], ...]:
    """Injections by joint: two sides on one day are one session and two joints."""
    counted: dict[str, int] = {}
    for one in sessions:
        if drug_given(one) is not None:
            counted[str(one.order.side)] = counted.get(str(one.order.side), 0) + 1
    return tuple(sorted(counted.items()))
