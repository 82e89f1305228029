"""The table of warning signs: what the phone is handed says what the server finds."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from well_patient import INJECTED_S, NO, NOW, POLICY, UNKNOWN, YES, codes, entry, followed

from sijoint.model import NOT_ASKED, PainScale, Severity
from sijoint.model.wire import from_wire, to_wire
from sijoint.pathway import FlagTable, flag_table, red_flags
from sijoint.pathway.injections import leg_weakness

HERE = followed({})
INJECTED = NOW + timedelta(seconds=INJECTED_S)
DRUG_EXPLAINS = timedelta(minutes=leg_weakness(HERE.procedure)[1])


def answer(after: timedelta, **changes):
    return replace(entry(HERE.prompts[0], 3), **{"answered": INJECTED + after, "leg_weak": NO, **changes})


def test_every_sentence_of_the_table_is_what_the_finding_says():
    texts = {(one.code, one.of): one.patient for one in flag_table(HERE, POLICY).rules}
    everything = answer(
        timedelta(days=20),
        bladder_bowel_or_saddle_change=YES,
        breathing_trouble_or_chest_pain=UNKNOWN,
        temperature_c=Decimal("39.1"),
        glucose_mg_dl=Decimal(400),
        blood_pressure_systolic=200,
    )
    findings = red_flags(replace(everything, index_nrs=10), HERE, POLICY)
    assert len(findings) == 6
    assert all(one.patient == texts[one.code.partition(":")[0], one.code.partition(":")[2]] for one in findings)
    assert all("{" not in text for text in texts.values())


@pytest.mark.parametrize(
    ("after", "weak", "unsure"),
    [
        (DRUG_EXPLAINS, Severity.REVIEW, Severity.REVIEW),
        (DRUG_EXPLAINS + timedelta(seconds=1), Severity.STOP, Severity.STOP),
    ],
)
def test_a_leg_that_nobody_is_sure_about_counts_as_weak(after, weak, unsure):
    assert red_flags(replace(answer(after), leg_weak=YES), HERE, POLICY)[0].severity is weak
    assert red_flags(replace(answer(after), leg_weak=UNKNOWN), HERE, POLICY)[0].severity is unsure


def test_a_leg_is_asked_about_until_the_end_of_the_first_day():
    asked = replace(answer(timedelta(days=1)), leg_weak=NOT_ASKED)
    assert codes(red_flags(asked, HERE, POLICY)) == {"redflag.leg-unknown"}
    later = replace(asked, answered=asked.answered + timedelta(seconds=1))
    assert red_flags(later, HERE, POLICY) == ()


def test_without_an_injection_a_weak_leg_is_explained_by_nothing():
    nothing = replace(HERE, procedure=None)
    told = replace(answer(timedelta(0)), leg_weak=YES)
    assert codes(red_flags(told, nothing, POLICY)) == {"redflag.leg-weak"}
    assert flag_table(nothing, POLICY).injected_at is None


def test_a_number_on_another_scale_is_not_compared():
    worse = replace(answer(timedelta(days=9)), index_nrs=100)
    assert codes(red_flags(worse, HERE, POLICY)) == {"redflag.more-pain"}
    assert red_flags(replace(worse, scale=PainScale.VAS), HERE, POLICY) == ()


def test_the_table_travels_as_json():
    table = flag_table(HERE, POLICY)
    assert from_wire(FlagTable, to_wire(table)) == table
