"""`sij gaps` and `sij packet`: what a payer still lacks, the sealed evidence, and whether it is what was sealed."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "clinic"))

from clinic_course import EPISODE, course_in

from sijoint.clinic import JudgeBlock, sealed_packet
from sijoint.clinic.situation import CommandRefused
from sijoint.model import StoreKind
from sijoint.pathway import site_policies
from sijoint.records import Tag, open_store, verify

LATER = "2026-03-20T10:00:00Z"


@pytest.fixture(scope="module")
def store_file(tmp_path_factory):
    """A clinic in which one block was given and judged."""
    folder = tmp_path_factory.mktemp("clinic")
    course = course_in(folder).discharged()
    course.clock.forward(days=2)
    course.accepted(JudgeBlock)
    course.store.close()
    return folder / "clinic.db"


def test_gaps_are_told_row_by_row_and_end_with_their_own_code(sij, store_file):
    code, said, complained = sij("gaps", store_file, "--episode", EPISODE, "--kind", "therapeutic", "--now", LATER)
    assert (code, complained) == (11, "")
    assert said.startswith("Payer: Medicare LCD family")
    assert " ? Medicines and an active treatment are asked for" in said
    assert " + Pain for 3 months is asked for; the record shows: since " in said


def test_gaps_for_programs_are_the_check_itself(sij, store_file):
    code, said, _ = sij("gaps", store_file, "--episode", EPISODE, "--policy", "clinic", "--json", "--now", LATER)
    told = json.loads(said)
    assert told["policy_id"] == "clinic"
    assert told["complete"] == (code == 0) == (told["gaps"] == [])


def test_a_packet_is_sealed_written_and_checked(sij, store_file, tmp_path):
    out = tmp_path / "packet"
    code, said, complained = sij(
        "packet", store_file, "--episode", EPISODE, "--payer", "medicare-lcd", "--out", out, "--now", LATER
    )
    assert (code, complained) == (0, "")
    assert "3 pictures" in said
    digest = json.loads((out / "packet.json").read_text(encoding="utf-8"))["digest"]
    assert digest in said
    code, said, _ = sij("packet", out)
    assert code == 0
    assert "is what was sealed" in said
    next((out / "images").iterdir()).write_bytes(b"x")
    code, _, complained = sij("packet", out)
    assert code == 2
    assert "is not the one that was sealed" in complained
    store = open_store(store_file)
    assert store.ledger()[-1].tag == Tag.PACKET_SEALED
    store.close()
    assert verify(store_file).intact


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--episode", EPISODE), "say which episode and whose policy"),
        (("--payer", "medicare-lcd"), "say which episode and whose policy"),
        (("--episode", "nobody", "--payer", "medicare-lcd"), "holds no episode"),
        (("--episode", EPISODE, "--payer", "medicare"), "did you mean medicare-lcd?"),
    ],
)
def test_what_a_packet_needs_is_asked_for_in_one_sentence(sij, store_file, tmp_path, words, sentence):
    code, said, complained = sij("packet", store_file, *words, "--out", tmp_path / "p")
    assert (code, said) == (2, "")
    assert sentence in complained
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--episode", "nobody"), "say which episode"),
        (("--episode", EPISODE, "--on", "2026-02-30"), "is no day"),
        (("--episode", EPISODE, "--policy", "nobody"), "there is no policy"),
    ],
)
def test_what_gaps_need_is_asked_for_in_one_sentence(sij, store_file, words, sentence):
    code, _, complained = sij("gaps", store_file, *words)
    assert code == 2
    assert sentence in complained


def test_a_look_into_a_care_store_is_a_line_of_its_ledger(sij, tmp_path):
    course = course_in(tmp_path, StoreKind.CARE).booked()
    course.store.close()
    file = tmp_path / "clinic.db"
    assert sij("gaps", file, "--episode", EPISODE, "--by", "bill", "--now", LATER)[0] == 11
    store = open_store(file)
    assert store.ledger()[-1].tag == Tag.RECORD_READ
    store.close()


def test_a_payers_policy_of_the_sites_own_is_sealed_and_checked(sij, store_file, tmp_path):
    own = tmp_path / "our-payer.toml"
    row = 'source = "our contract", year = 2026, grade = "A"'
    own.write_text(
        'id = "our-payer"\ntitle = "Payer: ours"\neffective = 2026-01-01\nextends = "medicare-lcd"\n[values]\n'
        f"pain_months = {{ value = 6, {row} }}\n",
        encoding="utf-8",
    )
    out = tmp_path / "own"
    words = ("packet", store_file, "--episode", EPISODE, "--payer", own, "--out", out, "--now", LATER)
    code, said, complained = sij(*words)
    assert (code, complained) == (0, "")
    assert said.startswith(f"{out}: Payer: ours")
    sealed = json.loads((out / "packet.json").read_text(encoding="utf-8"))["packet"]
    assert (sealed["policy_id"], sealed["policy_effective"]) == ("our-payer", "2026-01-01")
    assert sij("packet", out)[0] == 0
    store = open_store(store_file)
    seal = store.episode(EPISODE).packet_seals[-1]
    with pytest.raises(CommandRefused, match="no policy 'our-payer'"):
        sealed_packet(store, EPISODE, seal)  # whoever makes it again needs the policy, too
    again = site_policies({own.name: own.read_text(encoding="utf-8")})
    assert sealed_packet(store, EPISODE, seal, again).digest == seal.digest
    store.close()
