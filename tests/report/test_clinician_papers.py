"""Note, letter, verdict card, labels and emergency cards tell what is on record, and say where nothing is."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

import made_up_episode as made_up
from sijoint.frames import Side
from sijoint.model import (
    Complication,
    ComplicationGrade,
    ComplicationKind,
    ComplicationOutcome,
    DrawnLine,
    EnteredInError,
    Note,
    NoteText,
    Referral,
    Referrer,
    Syringe,
    SyringeUse,
    Vial,
)
from sijoint.pathway import load_policy
from sijoint.report import NoSuchPaper, generated_note_text, note_paper, paper_text, papers
from sijoint.report.emergency import emergency_paper
from sijoint.report.labels import labels_paper
from sijoint.report.letter import letter_paper
from sijoint.report.verdict_card import verdict_paper

POLICY = load_policy("clinic")
WRITTEN = made_up.at(8, 1, 12)
EPISODE = made_up.episode()
BLOCK, THERAPY = EPISODE.sessions


def with_block(**changes):
    return replace(BLOCK, **changes)


def note(session=BLOCK):
    return paper_text(note_paper(EPISODE, session, made_up.PATIENT, WRITTEN))


def letter(episode=EPISODE):
    return paper_text(letter_paper(episode, made_up.PATIENT, WRITTEN))


def test_the_note_tells_what_was_done_and_that_nobody_has_signed():
    told = note()
    for words in (
        "pain of the left sacroiliac joint",
        "22 G needle",
        "bupivacaine 0.5 %",
        "1.5 mL",
        "mGy·cm²",
        "30 min",
    ):
        assert words in told
    assert "Draft, generated from the record; not signed." in told
    assert "VIRTUAL PATIENT" in told


def test_what_is_not_on_record_is_said_and_not_made_up():
    bare = with_block(
        consent=None, skin_mark=None, sign_in=None, time_out=None, recovery=(), discharge=None, sign_out=None
    )
    told = note(replace(bare, procedure=replace(bare.procedure, exposures=(), needle=None, judgements=())))
    for words in (
        "Consent: not recorded",
        "Skin mark: not recorded",
        "No dose is recorded.",
        "No contrast run was judged.",
    ):
        assert words in told
    assert "no sign-out is recorded" in told
    assert "Not discharged" in told


def test_a_drug_that_was_not_given_is_not_in_the_note():
    none = with_block(
        procedure=replace(BLOCK.procedure, administrations=(), abandoned_because="the patient asked to stop")
    )
    told = note(none)
    assert "Nothing was given." in told
    assert "Abandoned: the patient asked to stop" in told


def test_a_signed_note_is_printed_as_signed_with_what_was_added():
    at = made_up.at(2, 3, 11)
    kept = Note((NoteText(at, "Dr A", "As I wrote it."),), at, "Dr A", (NoteText(at, "Dr A", "Added later."),))
    told = note(with_block(note=kept))
    assert "Signed by Dr A" in told
    assert "As I wrote it." in told
    assert told.index("As I wrote it.") < told.index("Addendum 1") < told.index("Added later.")
    assert "22 G needle" not in told


def test_what_was_entered_in_error_stays_readable_and_marked():
    at = made_up.at(2, 3, 11)
    wrong = NoteText(at, "Dr A", "Right side.", entered_in_error=EnteredInError(at, "Dr A", "it was the left"))
    told = note(with_block(note=Note((wrong, NoteText(at, "Dr A", "Left side.")))))
    assert "ENTERED IN ERROR" in told
    assert "it was the left" in told
    assert "Right side." in told
    assert told.index("Left side.") < told.index("ENTERED IN ERROR")


def test_the_generated_text_is_the_draft_that_a_person_edits():
    text = generated_note_text(EPISODE, BLOCK)
    assert "22 G needle" in text
    assert made_up.PATIENT.family_name not in text
    with pytest.raises(NoSuchPaper, match="record the procedure first"):
        generated_note_text(EPISODE, with_block(procedure=None))


def test_the_letter_tells_question_answer_and_what_is_asked():
    told = letter()
    for words in (
        "asked on 12 Jan 2026",
        "Block positive for this target.",
        "4 of 6 provocation tests positive",
        "bupivacaine",
    ):
        assert words in told
    assert "About 1 in 8 first positives is not confirmed." in told
    assert "is the source" not in told
    assert told.count("May be repeated.") == 1


def test_the_letter_goes_to_the_referrer_by_name():
    known = replace(EPISODE.request, referrer=Referrer("Dr R. Low", "Harbour practice"))
    assert "To: Dr R. Low and Harbour practice" in letter(replace(EPISODE, request=known))
    assert "To: the referring physician" in letter()


def test_a_patient_who_is_sent_elsewhere_gets_a_letter_with_the_reason():
    visit = replace(
        EPISODE.assessment, referral=Referral.REDIRECT, reason="saddle numbness", redirect_to="spine surgery"
    )
    told = letter(replace(EPISODE, assessment=visit, sessions=(), repeat_answers=()))
    assert "redirect, to spine surgery" in told
    assert "Reason: saddle numbness." in told
    with pytest.raises(NoSuchPaper):
        letter(replace(EPISODE, assessment=None))


def test_complications_stand_in_note_and_letter():
    at = made_up.at(2, 4, 9)
    worse = Complication("c1", ComplicationKind.MORE_PAIN, ComplicationGrade.MILD, at, at, "nurse", "ice", ComplicationOutcome.ONGOING)  # fmt: skip
    session = with_block(complications=(worse,))
    assert "More pain, mild: ice" in note(session).replace("more pain", "More pain")
    assert "more pain (mild)" in letter(replace(EPISODE, sessions=(session, THERAPY)))


def test_the_verdict_card_shows_the_arithmetic_and_what_counts():
    told = paper_text(verdict_paper(BLOCK, made_up.PATIENT, WRITTEN))
    assert "Block positive for this target." in told
    assert "Asked at 2 h; Before 7/10; Now 1/10; Relief 85.7 %; Patient says 80 %; Counts yes" in told
    assert "Threshold, frozen with the order: 75 %" in told
    assert "is the source" not in told
    with pytest.raises(NoSuchPaper, match="judge the block first"):
        verdict_paper(THERAPY, made_up.PATIENT, WRITTEN)


def drawn(*agents, **changes):
    at = made_up.at(2, 24, 9)
    lines = tuple(DrawnLine(Vial(agent, "L7", made_up.at(12, 1).date()), Decimal(volume)) for agent, volume in agents)
    return replace(Syringe("s1", SyringeUse.DRUG, lines, at, "CH", Side.LEFT), **changes)


def label(*syringes):
    return paper_text(labels_paper(replace(THERAPY, syringes=syringes), made_up.PATIENT, POLICY, WRITTEN))


def test_a_label_names_drug_strength_volume_time_and_initials():
    told = label(drawn(("lidocaine_2_percent", "1"), ("triamcinolone_40", "1")))
    for words in (
        "lidocaine 2 %",
        "= 20 mg",
        "triamcinolone acetonide 40 mg/mL",
        "= 40 mg",
        "In all 2 mL, left",
        "by CH",
    ):
        assert words in told
    assert "Mixed: lidocaine 2 %, plain 10 mg/mL" in told
    assert "HOLDS PARTICLES" in told
    assert made_up.PATIENT.family_name not in told


def test_a_label_without_particles_or_initials_says_neither():
    told = label(drawn(("bupivacaine_0.5_percent", "1"), drawn_by=""))
    assert "PARTICLES" not in told
    assert "by ______" in told
    with pytest.raises(NoSuchPaper, match="draw up the syringes first"):
        label()


def test_emergency_cards_for_a_patient_hold_that_weight_and_the_sites_a_table():
    own = paper_text(emergency_paper(made_up.PATIENT, POLICY, WRITTEN))
    assert "Doses for 71 kg" in own
    assert "Lipid emulsion 20 % by weight" not in own
    site = paper_text(emergency_paper(None, POLICY, WRITTEN))
    assert "Weight, kg 70; Bolus, mL 105" in site
    assert "own protocol" in site


def test_an_unknown_weight_gets_the_table_and_no_guess():
    nobody = paper_text(emergency_paper(replace(made_up.PATIENT, weight_kg=None), POLICY, WRITTEN))
    assert "Doses for every weight" in nobody


def test_every_paper_that_the_facts_allow_is_there_and_no_other():
    names = set(papers(EPISODE, made_up.PATIENT, POLICY, WRITTEN))
    assert {"session-1-note", "session-2-note", "session-1-verdict", "letter", "emergency-cards"} <= names
    assert "session-2-verdict" not in names
    assert "session-1-labels" not in names
    before = replace(
        EPISODE, sessions=(with_block(procedure=None, verdict=None, booking=None, preparation=None),), repeat_answers=()
    )
    assert set(papers(before, made_up.PATIENT, POLICY, WRITTEN + timedelta(days=1))) == {"letter", "emergency-cards"}
