"""The list of medicines: what is on it by class, what a person still has to match, and what goes badly with the plan."""

from collections.abc import Iterator
from datetime import datetime

from sijoint.formulary import ListedMedicine, Proposal, ingredients_of, medicine, propose
from sijoint.model import Finding, Medicine, Order, ScreeningAnswers, Sedation
from sijoint.pathway.doses import steroid_agents
from sijoint.pathway.findings import found


def takes(answers: ScreeningAnswers, class_name: str) -> bool:
    """Whether a medicine of this class is on the patient's list."""
    return bool(taken_of_class(answers, class_name))


def taken_of_class(answers: ScreeningAnswers, class_name: str) -> tuple[ListedMedicine, ...]:
    """The medicines of a class on the patient's list, each once; one that awaits a person counts as what it may be."""
    known = (medicine(one.agent) for one in answers.medicines)
    return tuple(dict.fromkeys(one for one in known if one is not None and one.class_name == class_name))


def matched(one: Medicine) -> ListedMedicine | None:
    """What a person accepted a typed name for; None while nobody has, and for a code that is not on the list."""
    return medicine(one.agent) if one.accepted_by.strip() else None


def accepted(typed: str, proposal: Proposal, by: str, last_dose_at: datetime | None = None) -> tuple[Medicine, ...]:
    """What a person took a typed name for: every ingredient of the product, each with who accepted it."""
    return tuple(Medicine(typed, code, by, last_dose_at) for code in (proposal.code, *proposal.also))


def medicine_findings(answers: ScreeningAnswers, order: Order) -> list[Finding]:
    """Names that await a person, products of which a part is missing, and medicines that go badly with this order."""
    return [
        *(finding for one in answers.medicines for finding in _name(one, answers)),
        *_with_steroid(answers, order),
        *_with_sedation(answers, order),
        *_infection(answers),
    ]


def _name(one: Medicine, answers: ScreeningAnswers) -> Iterator[Finding]:
    """Never silently accepted, never dropped: what nobody has matched stays a finding until a clinician sets it aside."""
    if matched(one) is None:
        if one.set_aside_by.strip():
            yield found("medicine.set-aside", of=one.typed, typed=one.typed, by=one.set_aside_by)
        else:
            yield found("medicine.unmatched", of=one.typed, typed=one.typed, near=_near(one.typed))
    accepted = {other.agent for other in answers.medicines if matched(other) is not None}
    product = ingredients_of(one.typed)
    missing = [part.name for part in product if part.code not in accepted]
    if len(product) > 1 and missing and matched(one) is not None:
        yield found("medicine.combination", of=one.typed, typed=one.typed, missing=" and ".join(missing))


def _near(typed: str) -> str:
    """What the name may mean, best first, for the person who decides."""
    words = []
    for proposal in propose(typed):
        parts = [known.name for code in (proposal.code, *proposal.also) if (known := medicine(code)) is not None]
        words.append(" with ".join(parts))
    return " or ".join(words) or "nothing"


def _with_steroid(answers: ScreeningAnswers, order: Order) -> Iterator[Finding]:
    for one in taken_of_class(answers, "corticosteroid"):
        yield found("steroid.systemic", of=one.code, medicine=one.name)
    if steroid_agents(order):
        for one in taken_of_class(answers, "moderate CYP3A4 inhibitor"):
            yield found("cyp3a4.moderate", of=one.code, medicine=one.name)


def _with_sedation(answers: ScreeningAnswers, order: Order) -> Iterator[Finding]:
    sedated = order.sedation is not Sedation.NONE
    for one in taken_of_class(answers, "SGLT2 inhibitor"):
        yield found("sglt2.fasting" if sedated else "sglt2.present", of=one.code, medicine=one.name)
    if sedated:
        for class_name in ("opioid", "benzodiazepine", "other sedative"):
            for one in taken_of_class(answers, class_name):
                yield found("sedation.additive", of=one.code, medicine=one.name)


def _infection(answers: ScreeningAnswers) -> Iterator[Finding]:
    for one in taken_of_class(answers, "immunosuppressant"):
        yield found("immunosuppressant.taken", of=one.code, medicine=one.name)
    for one in taken_of_class(answers, "antibiotic"):
        yield found("antibiotic.taken", of=one.code, medicine=one.name)
