"""Emergency cards to hang up or lay beside the patient: what to do, in order, with the numbers for this weight or for all."""

from datetime import UTC, datetime, tzinfo

from sijoint.model import EmergencyCard, LipidRow, Patient
from sijoint.pathway import Policy, emergency_cards
from sijoint.report.clinician_words import foot
from sijoint.report.paper import Block, Form, Grid, Paper, Part, Words
from sijoint.report.words import number

CONFIRM = "The site confirms that these are its own protocol before the clinic opens."


def emergency_paper(patient: Patient | None, policy: Policy, made_at: datetime, *, zone: tzinfo = UTC) -> Paper:
    """For one patient whose weight is known; else the site's own, with a row of lipid for every weight."""
    cards = emergency_cards(patient, policy)
    weight = cards[0].weight_kg
    tables = tuple(_table(one) for one in cards if weight is None and one.lipid_rows)
    return Paper(
        title="Emergency cards",
        form=Form.CLINICIAN if weight is None else Form.PATIENT,
        parts=(*(_card(one) for one in cards), *tables),
        lead=(f"Doses for {number(weight)} kg" if weight is not None else "Doses for every weight",),
        notices=(CONFIRM,),
        foot=(f"Edition {cards[0].edition}.", *foot(made_at, zone)),
    )


def _card(card: EmergencyCard) -> Part:
    blocks: list[Block] = [Words(f"When: {card.when}.", strong=True)]
    blocks += [Words(f"{place}. {step.text}") for place, step in enumerate(card.steps, 1)]
    named = (one.strip() for step in card.steps if step.source for one in f"{step.source} ({step.grade})".split(";"))
    sources = tuple(dict.fromkeys(named))
    if sources:
        blocks.append(Words(f"Sources: {'; '.join(sources)}.", soft=True))
    return Part(card.title, tuple(blocks), framed=True)


def _table(card: EmergencyCard) -> Part:
    head = ("Weight, kg", "Bolus, mL", "Over, min", "Then, mL/min", "For, min", "At most, mL")
    return Part(
        "Lipid emulsion 20 % by weight",
        (Grid(head, tuple(_row(one) for one in card.lipid_rows), numbers=(0, 1, 2, 3, 4, 5)),),
    )


def _row(row: LipidRow) -> tuple[str, ...]:
    return (
        number(row.weight_kg),
        number(row.bolus_ml),
        _range(row.bolus_minutes),
        _range(row.infusion_ml_min),
        _range(row.infusion_minutes) if row.infusion_minutes else "until stable",
        number(row.ceiling_ml),
    )


def _range(ends: tuple[object, object]) -> str:
    low, high = (number(one) for one in ends)  # type: ignore[arg-type]  # Decimals both
    return low if low == high else f"{low}–{high}"
