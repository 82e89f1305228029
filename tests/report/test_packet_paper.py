"""The payer's packet on paper: what is asked and shown, what is missing, the seal or that there is none."""

from dataclasses import replace

import pytest
from pdf_words import words_of_pdf

import made_up_episode as made_up
from sijoint.clinic import digest_of
from sijoint.model import SealedPacket, Target
from sijoint.pathway import NothingToClaim, evidence_packet, load_policy
from sijoint.report import PaperAsked, PaperKind, packet_paper, paper_of, paper_pdf, paper_text

PAYER = load_policy("medicare-lcd")
WHEN = made_up.at(8, 1, 12)


def packet(episode=None):
    return evidence_packet(episode or made_up.episode(), made_up.PATIENT, PAYER, WHEN)


def test_every_requirement_gap_and_session_is_told():
    made, told = packet(), paper_text(packet_paper(packet()))
    assert made.check.requirements
    for one in made.check.requirements:
        assert one.sentence in told
    for gap in made.check.gaps:
        assert gap.text in told
    for notice in made.notices:
        assert notice in told
    assert [f"Session {one.number}: " in told for one in made.sessions] == [True, True]


def test_an_unsealed_packet_says_so_and_a_sealed_one_shows_its_digest():
    made = packet()
    digest = digest_of(made)
    assert "NOT SEALED" in paper_text(packet_paper(made))
    sealed = packet_paper(made, SealedPacket(made, digest))
    assert "NOT SEALED" not in paper_text(sealed)
    assert digest in paper_text(sealed)
    assert digest in words_of_pdf(paper_pdf(sealed))


def test_the_paper_is_of_the_packet_that_was_sealed():
    asked = PaperAsked(made_up.episode(), 1, made_up.PATIENT, PAYER, WHEN)
    made = packet()
    other = replace(made, diagnosis="as it was when it was sealed")
    assert "as it was when it was sealed" in paper_text(
        paper_of(PaperKind.PACKET, replace(asked, sealed=SealedPacket(other, "0")))
    )
    assert "NOT SEALED" in paper_text(paper_of(PaperKind.PACKET, asked))


def test_codes_are_bare_and_ligaments_have_none():
    told = paper_text(packet_paper(packet()))
    for line in packet().billing:
        assert line.code in told
    whole = made_up.episode()
    first = whole.sessions[0]
    ligament = replace(first, order=replace(first.order, target=Target.LIGAMENT))
    assert "No code: " in paper_text(packet_paper(packet(replace(whole, sessions=(ligament,)))))


def test_where_nothing_was_given_there_is_no_packet():
    with pytest.raises(NothingToClaim):
        paper_of(PaperKind.PACKET, PaperAsked(replace(made_up.episode(), sessions=()), 1, made_up.PATIENT, PAYER, WHEN))
