"""What a patient reads about the own record: every state has its words, a result is no proof, a picture says what it shows."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from readable import english_grade

from made_up_episode import PATIENT, episode
from sijoint.model import EpisodeState, ImageOrigin, StoredImage, Target, VerdictValue, ViewPurpose
from sijoint.pathway import load_policy
from sijoint.report import paper_pdf
from sijoint.report.diary_table import COLUMNS, diary_csv, diary_lines
from sijoint.report.own_record import own_record_paper
from sijoint.report.own_words import image_in_words, own_image, result_in_words, where_it_stands
from sijoint.report.paper import every_sentence

POLICY = load_policy("clinic")
EPISODE = episode()
JUDGED = next(one for one in EPISODE.sessions if one.verdict is not None)
NOW = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.mark.parametrize("state", EpisodeState)
def test_every_state_has_words_that_anybody_reads(state):
    told = where_it_stands(replace(EPISODE, state=state), POLICY)
    assert "{" not in told
    assert english_grade(told) <= 7


def test_without_an_appointment_no_day_is_made_up():
    waiting = replace(EPISODE, state=EpisodeState.BOOKED, sessions=())
    assert "a day that we tell you" in where_it_stands(waiting, POLICY)


@pytest.mark.parametrize("value", VerdictValue)
@pytest.mark.parametrize("target", Target)
def test_a_result_speaks_of_the_target_and_is_no_proof(value, target):
    session = replace(
        JUDGED, verdict=replace(JUDGED.verdict, verdict=value), order=replace(JUDGED.order, target=target)
    )
    text = " ".join(result_in_words(session, POLICY))
    assert "{" not in text
    assert english_grade(text) <= 8
    if value is VerdictValue.POSITIVE:
        assert "It is no proof: about 1 in 8" in text
    if value is VerdictValue.NEGATIVE:
        assert "not tested" in text
    if value is not VerdictValue.INDETERMINATE:
        assert ("ligaments behind" in text) is (target is Target.LIGAMENT)


def test_before_the_verdict_there_is_no_result():
    assert result_in_words(replace(JUDGED, verdict=None), POLICY) == ()


def image(purpose, sha256="a" * 64, origin=ImageOrigin.SIMULATED):
    return StoredImage(sha256, 1.0, origin, purpose, 180.0, 0.0, False)


def test_the_picture_that_says_most_is_shown_and_says_when_it_is_simulated():
    contrast, later = image(ViewPurpose.CONTRAST), image(ViewPurpose.CONTRAST, "b" * 64)
    assert own_image((image(ViewPurpose.SCOUT), contrast, later, image(ViewPurpose.AFTER_CONTRAST))) is later
    assert own_image((image(ViewPurpose.SCOUT), image(ViewPurpose.LATERAL))) is None
    assert own_image((image(ViewPurpose.CONTRAST, ""),)) is None, "a view that is not kept here cannot be shown"
    assert "virtual body" in image_in_words(contrast)[-1]
    assert len(image_in_words(image(ViewPurpose.CONTRAST, origin=ImageOrigin.RECEIVED))) == 1


def test_every_answer_is_a_line_of_the_table_with_its_clocks():
    rows = list(csv.DictReader(io.StringIO(diary_csv([EPISODE]))))
    assert len(rows) == sum(len(one.entries) for one in EPISODE.sessions)
    assert tuple(rows[0]) == COLUMNS
    assert {row["injection"] for row in rows} == {str(n) for n, one in enumerate(EPISODE.sessions, 1) if one.entries}
    first = diary_lines(EPISODE.sessions[0])[0]
    assert rows[0]["answered (UTC)"] == f"{first.entry.answered:%Y-%m-%d %H:%M:%S}"


def test_a_late_answer_is_told_late_and_one_without_a_question_neither():
    session = EPISODE.sessions[0]
    entry, prompt = session.entries[0], session.prompts[0]
    late = replace(entry, prompt_id=prompt.id, answered=prompt.closes + timedelta(minutes=1))
    alone = replace(entry, id="alone", prompt_id="", answered=prompt.due)
    lines = diary_lines(replace(session, entries=(late, alone)))
    assert [(one.question, one.in_time) for one in lines] == [("my pain is back", None), (prompt.label, False)]


def test_the_whole_record_is_a_paper_for_the_patient():
    paper = own_record_paper(PATIENT, [EPISODE], POLICY, NOW)
    told = " ".join(every_sentence(paper))
    for wanted in ("Irene Marlow", "VIRTUAL PATIENT", "Your answers about your health", "Your diary", "Your result"):
        assert wanted in told
    assert "Irene" not in paper.title
    assert paper_pdf(paper).startswith(b"%PDF")
    assert paper_pdf(paper) == paper_pdf(own_record_paper(PATIENT, [EPISODE], POLICY, NOW))
