"""The report says everything that is in the facts, in a file that needs nothing from outside."""

import re
from dataclasses import replace
from xml.etree import ElementTree

from page_read import Seen, read

import made_up_episode as made_up
from sijoint.model import (
    Assessed,
    Decision,
    Episode,
    Finding,
    Grade,
    Severity,
    VerdictValue,
)
from sijoint.report import StepRefused, render_episode


def test_the_page_is_well_formed(html):
    assert html.startswith("<!DOCTYPE html>")
    root = ElementTree.fromstring(html.split("\n", 1)[1])
    assert root.tag == "html"
    assert root.get("lang") == "en"


def test_the_page_asks_nothing_of_anyone(html):
    seen = Seen(html)
    assert "script" not in {tag for tag, _ in seen.elements}
    for tag, attributes in seen.elements:
        for name in ("src", "href", "srcset", "data", "action", "poster"):
            value = attributes.get(name)
            if value is not None:
                assert value.startswith(("#", "data:image/png;base64,")), (tag, name, value[:40])
        assert not [name for name in attributes if name.startswith("on")]
    style = "".join(re.findall(r"<style>(.*?)</style>", html, re.DOTALL))
    assert "url(" not in style
    assert "@import" not in style


def test_every_picture_has_words_and_every_table_has_heads(html):
    seen = Seen(html)
    pictures = [attributes for tag, attributes in seen.elements if tag == "img"]
    assert len(pictures) == 16
    assert all(picture["alt"] for picture in pictures)
    curves = [attributes for tag, attributes in seen.elements if tag == "svg" and attributes.get("role") == "img"]
    assert len(curves) == 2
    assert all("pain" in curve["aria-label"].lower() for curve in curves)
    assert html.count("<table") == html.count("<thead")


def test_links_inside_the_page_lead_somewhere(html):
    seen = Seen(html)
    ids = [attributes["id"] for _, attributes in seen.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for tag, a in seen.elements if tag == "a"} <= set(ids)


def test_the_same_facts_give_the_same_bytes():
    assert render_episode(made_up.report()) == render_episode(made_up.report())


def test_it_says_virtual_simulated_and_who_decides(html):
    words = read(html)
    assert "SIMULATED · VIRTUAL PATIENT." in words
    assert "not a certified medical device; the physician decides" in words


def test_a_real_patient_is_not_called_virtual():
    figures_of_nothing = made_up.report(
        patient=replace(made_up.PATIENT, virtual=False), episode=made_up.stopped(), figures=()
    )
    words = read(render_episode(figures_of_nothing))
    assert "VIRTUAL" not in words
    assert "SIMULATED" not in words
    assert "not a certified medical device" in words


def findings_of(episode: Episode) -> list[Finding]:
    every = []
    for session in episode.sessions:
        for assessed in (session.screening, session.recipe_check):
            every += assessed.findings if assessed else ()
        for gate in session.procedure.gate_answers if session.procedure else ():
            every += gate.findings
        every += session.procedure.deviations if session.procedure else ()
    return every


def test_every_finding_stands_there_with_its_source(html):
    words = read(html)
    found = findings_of(made_up.episode())
    assert len(found) >= 5
    for finding in found:
        for part in (finding.clinician, finding.source, finding.code):
            assert part in words


def test_findings_on_the_referral_and_refused_steps_are_told():
    above = Finding("referral:above", Severity.REVIEW, "Pain above L5.", "", "Examine again.", "Slipman 2000", Grade.B)
    side = Finding(
        "side:consent", Severity.ABSOLUTE, "Consent names the right side.", "", "", "rules, 6", Grade.DERIVED
    )
    refused = StepRefused(
        made_up.at(2, 3), "give consent", "The request says left and the consent says right.", (side,)
    )
    words = read(render_episode(made_up.report(referral=Assessed(Decision.REVIEW, (above,)), refusals=(refused,))))
    for part in ("Pain above L5.", "Slipman 2000", "Examine again.", refused.sentence, side.clinician, side.source):
        assert part in words
    assert "Refused give consent" in words[words.index("Timeline 12 Jan") : words.index("Request and assessment")]
    assert words.index(refused.sentence) < words.index("Timeline 12 Jan")  # on the first screen


def test_a_decision_on_a_finding_stands_beside_it(html):
    words = read(html)
    assert "Decided by Dr A. Berg: Food supplement, stopped by the patient a week ago." in words


def test_unknown_answers_stand_apart_from_denials(html):
    words = read(html)
    unknown = words.index("Not known: unknown is not no")
    denied = words.index("Answered no")
    assert unknown < words.index("ACE inhibitor or ARB with a diuretic unknown") < denied
    assert words.index("Septic joint suspected ·") > denied


def test_angles_never_stand_without_the_word_receptor(html):
    words = read(html)
    assert "receptor 9° to the patient's right, 14° cephalad (−171°/14°)" in words
    assert "receptor at the patient's left (lateral) (90°/0°)" in words
    assert not re.search(r"\b(LAO|RAO|PA view)\b", words)
    for match in re.finditer(r"\d° (to the patient's|cephalad|caudad)", words):
        assert "eceptor" in words[max(0, match.start() - 45) : match.start()]


def test_the_gate_is_told_in_order_with_the_judgement_that_it_saw(html):
    words = read(html)
    first = words[words.index("Contrast gate") : words.index("What was given")]
    held = first.index("peri-articular, by virtual operator held back")
    allowed = first.index("intra-articular, cephalad spread, by virtual operator allowed")
    assert held < allowed


def test_drugs_come_with_volume_and_content(html):
    words = read(html)
    assert "bupivacaine 0.5 %, plain drug, for the left intra-articular target 1.5 mL 7.5 mg 31 kPa" in words
    assert "iohexol" in words
    assert "72 mg iodine" in words


def test_doses_add_up(html):
    exposures = made_up.episode().sessions[0].procedure.exposures
    total = sum(press.dose_area_product_mgy_cm2 for press in exposures)
    pulses = sum(press.pulses for press in exposures)
    assert f"Together {len(exposures)} {pulses}" in read(html)
    assert total == 404.25  # half goes up
    assert "404.3" in read(html)


def test_the_verdict_is_printed_in_its_own_words(html):
    words = read(html)
    verdict = made_up.episode().sessions[0].verdict
    for sentence in verdict.card:
        assert sentence in words
    assert "joint is the source" not in words
    assert "2 h 7/10 1/10 85.7 % 80 % yes" in words
    assert "3 h 7/10 1/10 85.7 % – no: answered after its time" in words


def test_two_verdicts_stand_side_by_side(html):
    words = read(html)
    assert re.search("This episode: anaesthetic only first, policy [a-z-]+ Block positive", words)
    assert re.search("Same causes and seed: first injection with steroid, policy [a-z-]+ Block positive", words)
    assert "Same causes and seed" not in read(render_episode(made_up.report()))


def test_a_verdict_without_a_card_still_names_only_the_target():
    whole = made_up.episode()
    bare = replace(whole.sessions[0].verdict, card=(), verdict=VerdictValue.NEGATIVE)
    words = read(
        render_episode(made_up.report(episode=replace(whole, sessions=(replace(whole.sessions[0], verdict=bare),))))
    )
    assert "Block negative for this target" in words


def test_repeat_answers_come_with_gaps_and_the_next_date(html):
    words = read(html)
    assert "Asked 28 Apr 2026: not before 25 May 2026" in words
    assert "63 days since the last therapeutic injection; the policy asks for 90." in words
    assert "Asked 28 Jul 2026: yes" in words


def test_measured_and_modelled_are_told_apart(html):
    words = read(html)
    measured, modelled = words.index("Measured Bones and joints"), words.index("Modelled, assumed or synthetic")
    assert measured < modelled < words.index("Pain, placebo and steroid response are a model.")
    assert "Seed 20260101" in words
    assert "numba, separable" in words
