"""Bad input at the rules' doors: each fault is a sentence that names the field and the remedy, and never the value."""

import json

import pytest
from test_rule_doors import NO, NOW, changed, plain

from sijoint.cli.example import example_text
from sijoint.exchange.plausible import plausible

PATIENT = {"weight_lb": 154, "weight_kg": None}
GLUCOSE = {"session__entries__0__glucose_mg_dl": 6.5}
FACTS = [
    # what cannot be a field, or has to be one
    ("dose", {"patiend": {}}, "facts.json: patiend is not a field; did you mean patient?"),
    ("dose", {"note": "call back"}, "facts.json: note is not a field: take it out"),
    ("dose", {"patient": None}, "facts.json: patient is missing: it takes a table of id, family_name"),
    ("dose", {"patient__birth_date": None}, "patient.birth_date is missing: it takes a day, such as 2026-03-10"),
    ("dose", {"target": None}, 'target is missing: it takes one of "intra-articular", "ligament"'),
    ("dose", {"target": "joint"}, 'target takes one of "intra-articular", "ligament"'),
    ("dose", {"recipe__drug": {}}, "recipe.drug takes a list"),
    ("dose", {"patient": "Robin"}, "patient takes a table of named fields"),
    ("dose", {"schema_version": "2"}, 'schema_version takes "1"'),
    ("dose", {"schema_version": 1}, 'schema_version takes "1"'),
    # days and times
    ("dose", {"patient__birth_date": "1980-02-30"}, "patient.birth_date is no day that exists"),
    ("dose", {"patient__birth_date": "4 May 1980"}, "patient.birth_date is no day that exists"),
    ("dose", {"patient__birth_date": 1980}, "patient.birth_date takes a day"),
    ("dose", {"patient__birth_date": "2027-01-01"}, "patient.birth_date lies in the future of 2026-09-01T12:00Z"),
    ("screen", {"order__at": "2026-01-27T09:00:00"}, "order.at is a time without a zone: end it in Z for UTC"),
    ("screen", {"order__at": "2026-01-27T25:00:00Z"}, "order.at is no time that exists"),
    ("screen", {"order__at": 1769504400}, "order.at takes a time with its zone"),
    ("screen", {"order__at": "2026-09-02T00:00:00Z"}, "order.at lies in the future of"),
    ("screen", {"answers__fever__at": "2030-01-01T00:00:00Z"}, "answers.fever.at lies in the future of"),
    ("screen", {"answers__inr_on": "2026-12-24"}, "answers.inr_on lies in the future of"),
    ("verdict", {"session__entries__0__answered": "2027-01-01T00:00:00Z"}, "session.entries[0].answered lies in the future"),
    ("verdict", {"session__procedure__ended_at": "2026-02-03T08:00:00Z"}, "ended_at comes before started_at"),
    ("verdict", {"session__prompts__0__closes": "2026-02-03T08:00:00Z"}, "session.prompts[0].closes comes before opens"),
    ("dose", {"patient__birth_date": "0001-01-01"}, "patient.birth_date is far from any day that can be meant"),
    ("screen", {"order__at": "9999-12-31T23:59:59-10:00"}, "order.at is far from any day that can be meant"),
    # units
    ("dose", {"patient__weight_kg": None, "patient__weight_lb": 154}, "patient.weight_lb is not a field: give weight_kg, in kg (1 lb is 0.4536 kg)"),
    ("dose", {"patient__weight_lb": 154}, "patient.weight_lb stands beside weight_kg: two units for one thing"),
    ("dose", {"patient__weight_kg": "70 kg"}, "patient.weight_kg takes a number, without its unit"),
    ("dose", {"patient__weight_kg": 700}, "patient.weight_kg is not between 25 and 350 kg: check the number and its unit; 1 lb is 0.4536 kg"),
    ("dose", {"patient__height_cm": 1.7}, "patient.height_cm is not between 110 and 240 cm"),
    ("verdict", {"session__entries__0__glucose_mg_dl": 6.5}, "glucose_mg_dl is not between 30 and 1500 mg/dL: check the number and its unit; 1 mmol/L is 18.016 mg/dL"),
    ("verdict", {"session__entries__0__temperature_c": 100.4}, "temperature_c is not between 30 and 45 degrees Celsius"),
    ("screen", {"answers__hba1c_percent": 48}, "answers.hba1c_percent is not between 3 and 19 percent (NGSP)"),
    # amounts
    ("dose", {"recipe__skin__volume_ml": -1}, "recipe.skin.volume_ml is below zero"),
    ("dose", {"recipe__drug__0__volume_ml": 40000}, "recipe.drug[0].volume_ml is not between 0 and 60 mL"),
    ("dose", {"recipe__skin__volume_ml": True}, "recipe.skin.volume_ml takes a number"),
    ("dose", {"recipe__skin__volume_ml": "a little"}, "recipe.skin.volume_ml takes a number, without its unit"),
    ("dose", {"recipe__skin__mg": 10, "recipe__skin__volume_ml": None}, "recipe.skin.mg is not a field: give volume_ml, in mL (a dose in mg is its volume times the strength"),
    ("screen", {"answers__blood_pressure_systolic": 128.5}, "answers.blood_pressure_systolic takes a whole number"),
    # scales
    ("verdict", {"session__confirmation__index_nrs": 80}, "session.confirmation.index_nrs is not between 0 and 10 points of 10: check the number and its unit; rate before and after on the same scale"),
    ("verdict", {"session__entries__1__index_vas": 15, "session__entries__1__index_nrs": None}, "session.entries[1].index_vas is not a field: give index_nrs"),
    ("verdict", {"session__order__rule__threshold_percent": "0.75"}, "threshold_percent is not between 1 and 100 percent: check the number and its unit; a share such as 0.75 is 75 percent"),
    # who said it
    ("screen", {"answers__fever": {"answer": "no"}}, "answers.fever is answered, but not who said it and when: add by and at"),
    ("screen", {"answers__fever": {**NO, "by": ""}}, "answers.fever is answered, but not who said it and when"),
    ("screen", {"answers__fever": "no"}, 'answers.fever takes a table of named fields, such as {"answer": "no"'),
    ("screen", {"answers__fever__answer": "maybe"}, 'answers.fever.answer takes one of "yes", "no", "unknown", "not asked"'),
    ("verdict", {"session__entries__1__id": "E-O-1/15-min"}, "session.entries holds two entries of the same id"),
]  # fmt: skip


@pytest.fixture
def refused(sij, tmp_path):
    """What a door complains about; it has to end in 2, print nothing else and say where the fault is."""

    def run(rule, text, *options, name="facts.json"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        code, out, err = sij(rule, name, "--now", NOW, *options)
        assert (code, out) == (2, "")
        assert err.startswith("sij: ")
        return err.removeprefix("sij: ").rstrip("\n")

    return run


@pytest.mark.parametrize(("rule", "changes", "sentence"), FACTS, ids=lambda one: one if isinstance(one, str) else "")
def test_each_fault_is_one_sentence(refused, rule, changes, sentence):
    told = refused(rule, json.dumps(changed(rule, **changes)))
    assert sentence in told
    assert "\n" not in told


def test_no_sentence_repeats_what_stands_in_the_file(refused):
    secret = "Winterbottom-4711"
    spoiled = changed(
        "dose", patient__birth_date=secret, patient__sex=secret, patient__weight_kg=secret, patient__id=[secret]
    )
    assert secret not in refused("dose", json.dumps(spoiled))


def test_every_fault_is_told_at_once(refused):
    spoiled = changed("dose", target="joint", patient__weight_kg=700, patient__sexx="female", patient__sex=None)
    told = refused("dose", json.dumps(spoiled)).splitlines()
    assert len(told) == 3
    assert all(line.startswith("facts.json: ") for line in told)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"target": }', "facts.json is not JSON: Expecting value (line 1, column 12)"),
        ('{"target": NaN}', "facts.json holds NaN, which is no number"),
        ('{"target": "ligament", "target": "ligament"}', "target stands there twice in one table: keep one"),
        ("[]", "facts.json holds no table of named fields: `sij schema` prints what belongs in it"),
        ("[" * 100_000, "facts.json is nested too deeply"),
        ("a = " + "[" * 100_000, "facts.json is nested too deeply"),
        ('{"target": ' + "9" * 5000 + "}", "facts.json holds a whole number of thousands of digits"),
        ("target = ", "facts.json is neither JSON nor TOML"),
        ("", "facts.json: recipe is missing"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(refused, text, sentence):
    assert sentence in refused("dose", text)


def test_a_file_that_is_not_there_or_no_text_says_so(sij, tmp_path):
    assert sij("screen", "nowhere.json")[2] == "sij: there is no file nowhere.json; check the name\n"
    assert sij("screen", tmp_path)[2].endswith("is a folder: give one file in it\n")
    (tmp_path / "scan.json").write_bytes(b"\xff\xfe\x00\x01")
    assert "is no text in UTF-8" in sij("screen", "scan.json")[2]


@pytest.mark.parametrize(
    ("now", "sentence"),
    [
        ("tomorrow", "--now tomorrow is no time that exists"),
        ("2026-03-10T09:00", "--now 2026-03-10T09:00 has no zone"),
        ("9999-12-31T23:00Z", "is far from any time that can be meant"),
        ("2025-12-31T00:00Z", "policy clinic takes effect on 2026-01-01, after 2025-12-31"),
    ],
)
def test_a_moment_that_cannot_be_judged_at_is_refused(sij, tmp_path, now, sentence):
    (tmp_path / "dose.toml").write_text(example_text("dose"), encoding="utf-8")
    code, _, err = sij("dose", "dose.toml", "--now", now)
    assert code == 2
    assert sentence in err


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        ("medicare", "did you mean medicare-lcd"),
        ("nowhere.toml", "there is no file nowhere.toml"),
        ("broken.toml", "broken.toml: no rule reads inr_max; did you mean inr_maximum?"),
    ],
)
def test_a_policy_that_cannot_be_judged_by_is_refused(sij, tmp_path, policy, sentence):
    (tmp_path / "broken.toml").write_text(example_text("policy").replace("inr_maximum", "inr_max"), encoding="utf-8")
    (tmp_path / "dose.toml").write_text(example_text("dose"), encoding="utf-8")
    code, out, err = sij("dose", "dose.toml", "--now", NOW, "--policy", policy)
    assert (code, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1


def test_a_baseline_of_zero_is_answered_and_computes_no_percentage(sij, tmp_path):
    text = json.dumps(changed("verdict", session__confirmation__index_nrs=0))
    (tmp_path / "facts.json").write_text(text, encoding="utf-8")
    code, out, _ = sij("verdict", "facts.json", "--now", NOW, "--json")
    answer = json.loads(out)
    assert (code, answer["verdict"]) == (10, "indeterminate")
    assert all(line["relief_percent"] is None for line in answer["arithmetic"])


def test_a_rating_on_the_other_scale_is_read_as_that_and_not_compared(sij, tmp_path):
    facts = changed("verdict", session__entries__1__scale="0 to 100", session__entries__1__index_nrs=15)
    (tmp_path / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    code, out, err = sij("verdict", "facts.json", "--now", NOW, "--json")
    assert err == ""
    line = next(one for one in json.loads(out)["arithmetic"] if one["label"] == "30 min")
    assert not line["counted"]
    assert code in (0, 10)


def test_a_rehearsal_has_no_verdict(refused):
    told = refused("verdict", json.dumps(changed("verdict", session__procedure__kind="rehearsal")))
    assert told == "a rehearsal has no verdict"


def test_every_number_with_a_unit_in_its_name_knows_what_it_can_be():
    assert all(one.low < one.high and one.unit for one in plausible().values())
    assert {"weight_kg", "height_cm", "volume_ml", "glucose_mg_dl", "temperature_c"} <= set(plausible())


def test_toml_leaves_out_what_json_calls_null(sij, tmp_path):
    text = example_text("dose").replace("weight_kg = 70\n", "")
    (tmp_path / "dose.toml").write_text(text, encoding="utf-8")
    code, out, _ = sij("dose", "dose.toml", "--now", NOW, "--json")
    assert code == 11
    assert "order.no-weight" in {one["code"] for one in json.loads(out)["findings"]}


def test_nothing_of_an_example_is_taken_for_something_else():
    assert plain("dose")["patient"]["birth_date"] == "1980-05-04"
