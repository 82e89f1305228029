"""A paper says the same as page, print and plain text."""

import re
from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree

import pytest
from pdf_words import pages_of, words_of_pdf
from pypdf import PdfReader

from sijoint.report.paper import Form, Grid, Paper, Part, Points, Rows, Words, every_sentence
from sijoint.report.paper_html import paper_html
from sijoint.report.paper_pdf import paper_pdf
from sijoint.report.paper_text import paper_text

PAPER = Paper(
    title="What was done",
    form=Form.CLINICIAN,
    parts=(
        Part("First", (Words("Ice & <calm> for 15 minutes."), Words("Call us.", strong=True))),
        Part("Second", (Points(("fever of 38.0 °C or more", "a weak leg")), Rows((("Side", "left"), ("Dose", "7.5 mg"))))),
        Part("Third", (Grid(("At", "mL"), (("0:10", "0.5"), ("1:20", "")), "What went in", numbers=(1,)),), framed=True),
    ),
    who="Jo Doe, born 4 May 1980",
    lead=("Your visit: Tuesday",),
    notices=("VIRTUAL PATIENT",),
    foot=("The physician decides.",),
)  # fmt: skip
LONG = tuple(
    Part(f"Topic {number}", tuple(Words("Keep taking it as before; do not stop by yourself. " * 3) for _ in range(4)))
    for number in range(9)
)


@pytest.mark.parametrize("form", Form)
def test_every_sentence_stands_in_every_form(form):
    paper = replace(PAPER, form=form)
    html = " ".join(" ".join(ElementTree.fromstring(paper_html(paper).split("\n", 1)[1]).itertext()).split())
    printed, text = words_of_pdf(paper_pdf(paper)), paper_text(paper)
    missing_in_print = {PAPER.who, *PAPER.lead} if form is Form.LABELS else set()
    for sentence in every_sentence(paper):
        assert sentence in html
        assert sentence in text
        if sentence not in missing_in_print:
            assert re.sub(r"\s", "", sentence) in printed


def test_the_same_paper_gives_the_same_bytes():
    assert paper_pdf(PAPER) == paper_pdf(PAPER)


def test_a_paper_of_one_page_is_set_smaller_until_it_fits():
    short, long = replace(PAPER, form=Form.ONE_PAGE), replace(PAPER, form=Form.ONE_PAGE, parts=LONG[:5])
    assert pages_of(paper_pdf(short)) == 1
    assert pages_of(paper_pdf(long)) == 1


def test_what_does_not_fit_on_one_page_at_a_readable_size_goes_on_and_is_never_cut():
    endless = replace(PAPER, form=Form.ONE_PAGE, parts=LONG * 3)
    written = paper_pdf(endless)
    assert pages_of(written) > 1
    assert words_of_pdf(written).count("Topic8") == 3


@pytest.mark.parametrize("form", Form)
def test_a_frame_longer_than_a_page_loses_its_frame_and_no_word(form):
    parts = (Part("Framed", tuple(Words(f"Line {number} of a long frame.") for number in range(150)), framed=True),)
    written = paper_pdf(replace(PAPER, form=form, parts=parts))
    assert pages_of(written) > 1
    assert "Line149ofalongframe." in words_of_pdf(written)


def test_hostile_words_stay_words_in_print():
    hostile = "<b>bold</b> & <para> " + "x" * 300 + " 漢字 \u200b \x07 end"
    parts = (Part(hostile, (Words(hostile), Rows(((hostile, hostile),)), Grid(("A", "B"), ((hostile, ""),)))),)
    for form in Form:
        assert "<b>bold</b>&<para>" in words_of_pdf(paper_pdf(replace(PAPER, form=form, parts=parts)))


def test_plain_text_breaks_no_sentence_and_draws_nothing():
    told = paper_text(replace(PAPER, parts=LONG[:1]))
    assert "Keep taking it as before; do not stop by yourself. " * 3 in told
    assert not re.search(r"[-=_*]{3}", told)
    assert "- At 0:10; mL 0.5" in paper_text(PAPER)
    assert "- At 1:20\n" in paper_text(PAPER)


def test_print_says_its_language_and_no_patient_in_its_properties():
    reader = PdfReader(BytesIO(paper_pdf(replace(PAPER, language="es"))))
    assert reader.trailer["/Root"]["/Lang"] == "es"
    assert reader.metadata.title == "What was done"
    assert "Doe" not in str(reader.metadata)
