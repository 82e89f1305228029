"""The rules' doors: one rule on one file, answered for a person and for a program, with the exit code that says which."""

import json
import tomllib
from datetime import date, datetime

import pytest
from jsonschema import Draft202012Validator

from sijoint.cli.example import ABOUT, example_text
from sijoint.cli.schema import ABOUT as SCHEMAS
from sijoint.cli.schema import schema_of
from sijoint.pathway import finding_texts

NOW = "2026-09-01T12:00:00Z"
RULES = ("screen", "prepare", "dose", "verdict", "repeat")
ANSWERS = {
    "screen": "assessed",
    "dose": "assessed",
    "prepare": "preparation-sheet",
    "verdict": "verdict",
    "repeat": "repeat",
}
NO = {"answer": "no", "by": "nurse", "at": "2026-01-27T09:00:00Z"}
YES = {**NO, "answer": "yes"}


def plain(name: str):
    """An example as plain values, days and times as text."""
    text = example_text(name)
    if text.startswith("{"):
        return json.loads(text)
    return json.loads(json.dumps(tomllib.loads(text), default=lambda one: one.isoformat()))


def changed(name: str, **changes):
    """An example with some places changed; ``answers__fever`` is the fever among the answers."""
    whole = plain(name)
    for place, value in changes.items():
        *path, last = place.split("__")
        table = whole
        for one in path:
            table = table[int(one) if one.isdigit() else one]
        if value is None:
            del table[last]
        else:
            table[last] = value
    return whole


@pytest.fixture
def ask(sij, tmp_path):
    """Ask a rule about facts given as plain values."""

    def run(rule, facts, *options):
        file = tmp_path / "facts.json"
        file.write_text(json.dumps(facts), encoding="utf-8")
        return sij(rule, file, "--now", NOW, *options)

    return run


# The examples, and the schemas of what goes in and comes out.


@pytest.mark.parametrize("name", RULES)
def test_an_example_fits_its_schema_and_its_rule_says_that_all_is_well(ask, name):
    assert [one.message for one in Draft202012Validator(schema_of(f"{name}-facts")).iter_errors(plain(name))] == []
    code, out, err = ask(name, plain(name), "--json")
    assert (code, err) == (0, ""), out
    answer = json.loads(out)
    assert [one.message for one in Draft202012Validator(schema_of(ANSWERS[name])).iter_errors(answer)] == []
    assert answer["policy"] == {"id": "clinic", "effective": "2026-01-01"}
    assert answer["asked_at"] == NOW
    assert answer["schema_version"] == "1"


def test_the_example_of_a_policy_fits_its_schema_and_can_be_judged_by(ask, sij, tmp_path):
    assert list(Draft202012Validator(schema_of("policy")).iter_errors(plain("policy"))) == []
    (tmp_path / "ours.toml").write_text(example_text("policy"), encoding="utf-8")
    code, out, _ = ask("screen", plain("screen"), "--policy", "ours.toml", "--json")
    assert code == 0
    assert json.loads(out)["policy"]["id"] == "our-clinic"


def test_every_shipped_policy_fits_the_schema_of_policies():
    from sijoint.pathway import shipped_policies

    for one in shipped_policies():
        text = {"values": dict(one.values), **({"diary": dict(one.diary)} if one.diary else {})}
        document = {"id": one.id, "title": one.title, "effective": one.effective.isoformat(), **text}
        faults = Draft202012Validator(schema_of("policy")).iter_errors(json.loads(json.dumps(document, default=float)))
        assert [fault.message for fault in faults] == [], one.place


def test_every_schema_is_a_schema_and_is_listed(sij):
    for name in SCHEMAS:
        Draft202012Validator.check_schema(schema_of(name))
    code, out, _ = sij("schema")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == list(SCHEMAS)
    assert sij("schema", "nothing")[0] == 2


def test_a_schema_of_facts_knows_every_field_and_no_other():
    answers = plain("screen")["answers"]
    known = schema_of("screen-facts")["$defs"]["ScreeningAnswers"]
    assert set(answers) <= set(known["properties"])
    assert known["additionalProperties"] is False
    weight = schema_of("dose-facts")["$defs"]["Patient"]["properties"]["weight_kg"]
    assert "kg" in weight["description"]
    assert any(one.get("maximum") for one in weight["anyOf"])


def test_the_examples_are_told_with_their_doors(sij):
    code, out, _ = sij("example")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == list(ABOUT)
    assert sij("example", "screen.json")[1] == sij("example", "screen")[1] == example_text("screen")
    assert sij("example", "nothing")[2].startswith("sij: there is no example 'nothing'; choose one of screen.json")


# What comes back.


@pytest.mark.parametrize(
    ("changes", "code", "decision"),
    [
        ({}, 0, "clear"),
        ({"answers__implant_or_fusion_at_joint": YES, "answers__hardware_sides": ["left"]}, 10, "review"),
        ({"answers__fever": YES}, 11, "stop"),
        ({"answers__pregnancy": None}, 11, "stop"),
        ({"answers__pregnancy": YES}, 12, "absolute"),
    ],
)
def test_the_exit_code_says_how_screening_ends(ask, changes, code, decision):
    facts = changed("screen", **changes)
    ended, out, _ = ask("screen", facts, "--json")
    assert (ended, json.loads(out)["decision"]) == (code, decision)
    ended, out, _ = ask("screen", facts)
    assert ended == code
    assert out.startswith(f"Screening: {decision.upper()}\n")


def test_a_person_reads_what_was_found_what_clears_it_and_where_it_comes_from(ask):
    _, out, _ = ask("screen", changed("screen", answers__fever=YES))
    text = finding_texts()["fever.present"]
    words = " ".join(out.split())
    for part in (text.clinician, text.clears, "fever.present", text.source, f"({text.grade})"):
        assert part in words
    assert "\x1b" not in out  # no colours into a pipe


def test_a_recipe_shows_its_arithmetic(ask):
    code, out, _ = ask("dose", plain("dose"))
    assert code == 0
    assert "bupivacaine 0.5 %" in out
    assert "together" in out
    too_much = changed("dose", recipe__skin={"agent": "lidocaine_1_percent", "volume_ml": 30})
    code, out, _ = ask("dose", too_much, "--json")
    answer = json.loads(out)
    assert code == 11
    assert "order.anaesthetic-too-much" in {one["code"] for one in answer["findings"]}
    assert float(answer["recipe"]["anaesthetic_share"]) > 1


def test_what_was_given_before_adds_up(ask):
    before = [{"agent": "lidocaine_2_percent", "volume_ml": 9}]
    alone = ask("dose", changed("dose", recipe__skin={"agent": "lidocaine_1_percent", "volume_ml": 10}), "--json")
    both = ask(
        "dose",
        changed("dose", given_before=before, recipe__skin={"agent": "lidocaine_1_percent", "volume_ml": 10}),
        "--json",
    )
    assert (alone[0], both[0]) == (0, 11)


def test_a_verdict_shows_its_lines_and_an_indeterminate_one_has_its_own_exit_code(ask):
    code, out, _ = ask("verdict", plain("verdict"))
    assert code == 0
    assert out.startswith("Block: POSITIVE\n")
    assert "75.0 %" in out
    assert "The physician decides." in out
    sedated = changed("verdict", session__order__sedation="moderate")
    code, out, _ = ask("verdict", sedated, "--json")
    assert (code, json.loads(out)["verdict"]) == (10, "indeterminate")


def test_a_verdict_is_by_the_policy_of_its_order_unless_another_is_chosen(ask):
    frozen = changed("verdict", session__order__rule__policy_id="medicare-lcd")
    frozen["session"]["order"]["rule"]["policy_effective"] = "2023-03-19"
    assert json.loads(ask("verdict", frozen, "--json")[1])["policy"]["id"] == "medicare-lcd"
    assert json.loads(ask("verdict", frozen, "--json", "--policy", "clinic")[1])["policy"]["id"] == "clinic"
    ours = changed("verdict", session__order__rule__policy_id="our-clinic")
    code, _, err = ask("verdict", ours)
    assert (code, err.count("\n")) == (2, 1)
    assert "give its file with --policy" in err


def test_two_blocks_are_compared_where_the_file_holds_both(ask):
    first = plain("verdict")["session"]
    second = json.loads(json.dumps(first).replace("2026-02-03", "2026-02-24").replace("O-1", "O-9"))
    second["order"]["recipe"]["drug"][0]["agent"] = "bupivacaine_0.5_percent"
    second["procedure"]["administrations"][0]["agent"] = "bupivacaine_0.5_percent"
    facts = {"schema_version": "1", "session": second, "first": first}
    _, out, _ = ask("verdict", facts, "--json")
    pair = json.loads(out)["dual"]
    assert (pair["first_order_id"], pair["second_order_id"]) == ("O-1", "O-9")
    assert pair["value"] in ask("verdict", facts)[1]
    assert "dual" not in json.loads(ask("verdict", plain("verdict"), "--json")[1])


def test_a_repeat_at_the_other_side_needs_a_block_there(ask):
    code, out, _ = ask("repeat", changed("repeat", side="right"), "--json")
    assert code == 11
    assert "repeat.no-positive-block" in {one["code"] for one in json.loads(out)["gaps"]}


def test_a_repeat_says_what_is_missing_and_from_when(ask):
    assert ask("repeat", plain("repeat"))[0] == 0
    code, out, _ = ask("repeat", changed("repeat", on="2026-03-20"), "--json")
    answer = json.loads(out)
    assert code == 11
    assert not answer["eligible"]
    assert {"repeat.too-soon", "repeat.pain-not-returned"} <= {one["code"] for one in answer["gaps"]}
    assert answer["next_eligible"] == "2026-05-12"
    assert "Repeat on 2026-03-20: NOT YET" in ask("repeat", changed("repeat", on="2026-03-20"))[1]


def test_a_repeat_is_judged_by_the_policy_in_force_on_the_day_it_is_asked_for(ask):
    early = changed("repeat", on="2023-01-01")
    code, _, err = ask("repeat", early, "--policy", "medicare-lcd")
    assert code == 2
    assert "takes effect on 2023-03-19, after 2023-01-01" in err


def test_facts_come_as_json_or_toml_from_a_file_or_the_standard_input(sij, tmp_path, monkeypatch):
    (tmp_path / "dose.toml").write_text(example_text("dose"), encoding="utf-8")
    (tmp_path / "dose.json").write_text(json.dumps(plain("dose")), encoding="utf-8")
    toml = sij("dose", "dose.toml", "--now", NOW, "--json")
    assert toml == sij("dose", "dose.json", "--now", NOW, "--json")
    monkeypatch.setattr("sys.stdin", (tmp_path / "dose.toml").open(encoding="utf-8"))
    assert sij("dose", "-", "--now", NOW, "--json") == toml


def test_the_same_question_gets_the_same_answer(ask):
    assert ask("verdict", plain("verdict"), "--json") == ask("verdict", plain("verdict"), "--json")


# What a finding means.


def test_a_code_is_explained_with_or_without_its_subject(sij):
    code, out, _ = sij("explain", "answer.unknown:pregnancy")
    assert code == 0
    assert out.startswith("answer.unknown")
    for word in ("clinician", "patient", "clears", "source", "grade"):
        assert word in out
    assert "{" not in out


def test_a_slip_in_a_code_is_met_with_those_that_come_near(sij):
    code, out, err = sij("explain", "pregnancy.confirmd")
    assert (code, out) == (2, "")
    assert "did you mean pregnancy.confirmed" in err
    assert "did you mean pregnancy." in sij("explain", "pregnancy")[2]
    assert "`sij explain --list` shows them all" in sij("explain", "xyzzy")[2]


def test_every_code_is_listed_in_whole_sentences(sij):
    code, out, _ = sij("explain", "--list")
    assert code == 0
    assert {line.split()[0] for line in out.splitlines()} == set(finding_texts())
    listed = json.loads(sij("explain", "--list", "--json")[1])
    assert {one["code"]: one["grade"] for one in listed} == {
        code: str(text.grade) for code, text in finding_texts().items()
    }


def test_without_a_moment_it_is_now(sij, tmp_path):
    (tmp_path / "dose.toml").write_text(example_text("dose"), encoding="utf-8")
    asked = json.loads(sij("dose", "dose.toml", "--json")[1])["asked_at"]
    assert datetime.fromisoformat(asked).date() >= date(2026, 1, 1)
