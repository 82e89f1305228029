"""The report of episodes that did not run like the book: stopped, abandoned, refused, bare, hostile, not over yet."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from xml.etree import ElementTree

from page_read import Seen, read

import made_up_episode as made_up
from sijoint.frames import Side
from sijoint.model import (
    Answer,
    Assessed,
    ContrastPattern,
    Decision,
    Fact,
    Finding,
    Grade,
    Severity,
)
from sijoint.pathway import Call, CallReason, calls_due, load_policy
from sijoint.report import EpisodeReport, ProvenanceWords, RunFacts, StepRefused, assemble_report, render_episode


def test_a_run_that_ended_otherwise_says_so_first():
    words = read(render_episode(made_up.report(outcome_notice="The verdict is negative; positive was expected.")))
    assert words.index("The verdict is negative; positive was expected.") < words.index("Timeline 12 Jan")


def test_stopped_before_any_procedure_is_told_in_plain_sentences():
    words = read(render_episode(made_up.report(episode=made_up.stopped(), figures=())))
    assert "No X-ray was made" in words
    assert "No procedure was made in this session : no needle, no X-ray, no drug." in words
    assert "Held back. Pregnancy is confirmed: no fluoroscopy." in words
    assert "Nobody has asked yet." in words
    assert "None" not in words


def test_an_episode_of_a_bare_request_renders():
    bare = replace(made_up.stopped(), assessment=None, screening_answers=None, sessions=())
    report = EpisodeReport(bare, made_up.PATIENT, made_up.report().policy, made_up.at(1, 12))
    words = read(render_episode(report))
    assert "No assessment is on record." in words
    assert "The screening questions have not been answered." in words
    assert "None was ordered" in words


def test_a_side_that_differs_or_is_missing_is_marked():
    whole = made_up.episode()
    first = whole.sessions[0]
    wrong = replace(first, consent=replace(first.consent, side=Side.RIGHT), time_out=replace(first.time_out, side=None))
    html = render_episode(made_up.report(episode=replace(whole, sessions=(wrong,))))
    assert re.findall(r'<span class="missing">(.*?)</span>', html) == ["right", "not stated"]


def test_no_discharge_is_said_plainly():
    whole = made_up.episode()
    staying = replace(whole.sessions[0], discharge=None)
    words = read(render_episode(made_up.report(episode=replace(whole, sessions=(staying,)))))
    assert "Not discharged. Thirty minutes is the plan, not an exit." in words


def test_an_abandoned_procedure_without_judgement_renders():
    whole = made_up.episode()
    done = whole.sessions[0].procedure
    given_up = replace(
        done,
        judgements=(),
        administrations=(),
        images=(),
        exposures=(),
        needle=None,
        abandoned_because="The patient asked to stop.",
    )
    cut = replace(whole.sessions[0], procedure=given_up, entries=(), prompts=(), recovery=(), verdict=None)
    words = read(render_episode(made_up.report(episode=replace(whole, sessions=(cut,)), figures=())))
    assert "The patient asked to stop." in words
    assert "no judgement since the needle last moved" in words
    assert "No drug was given" in words
    assert "Nothing was given." in words


def test_a_step_refused_again_and_again_for_the_same_reason_is_told_once():
    weak = Finding(
        "discharge.leg-weak", Severity.STOP, "Leg power is not at baseline.", "", "power back", "rules", Grade.DERIVED
    )
    call = replace(weak, code="discharge.call-physician", clinician="Call the physician.")
    moments = [made_up.at(1, 22) + timedelta(minutes=30 * step) for step in range(6)]
    refusals = tuple(
        StepRefused(at, "discharge patient", "Not yet to be discharged.", (weak, call) if step else (weak,))
        for step, at in enumerate(moments)
    )
    words = read(render_episode(made_up.report(refusals=refusals)))
    assert words.count("Refused discharge patient") == 2
    assert "Refused discharge patient, asked 5 times with the same answer" in words
    assert words.count("Call the physician.") == 1
    assert f"until 22 Jan 2026, {moments[-1]:%H:%M}" in words


def test_a_refusal_stands_before_the_same_step_accepted_at_the_same_moment():
    whole = made_up.episode()
    order = whole.sessions[0].order
    refused = StepRefused(order.at, "place order", "The two do not mix.")
    words = read(render_episode(made_up.report(refusals=(refused,))))
    told = words[words.index("Timeline 12 Jan") : words.index("Request and assessment")]
    assert told.index("Refused place order") < told.index("Order diagnostic")


def test_contrast_is_given_for_a_target_and_judged_where_it_went(html):
    words = read(html)
    drugs = words[words.index("What was given") : words.index("Radiation, as")]
    assert "contrast, for the left intra-articular target" in drugs
    assert "contrast, left intra-articular" not in drugs


def test_after_the_gate_held_back_it_says_what_was_done(html):
    words = read(html)
    gate = words[words.index("Contrast gate") : words.index("What was given")]
    assert re.search(r"held back.*Needle moved, contrast again at \d+:\d\d\..*allowed", gate)
    assert "calibrated on simulation" in gate


def test_a_simulated_dose_stands_beside_the_published_one(html):
    words = read(html)
    assert "median 1671 mGy·cm² in overweight" in words or "median 1210 mGy·cm² in normal weight" in words
    assert "no estimate of any patient's dose" in words


def test_questions_of_the_future_are_not_called_unanswered():
    whole = made_up.episode()
    first = whole.sessions[0]
    unanswered = replace(first, entries=first.entries[:1])
    early = made_up.report(episode=replace(whole, sessions=(unanswered,)))
    soon = read(render_episode(replace(early, made_at=first.prompts[0].opens)))
    late = read(render_episode(replace(early, made_at=first.prompts[-1].closes + timedelta(days=1))))
    assert f"{len(first.prompts) - 1} of {len(first.prompts)} not yet due" in soon
    assert "not answered in time" not in soon
    assert f"{len(first.prompts) - 1} of {len(first.prompts)} questions not answered in time" in late


def test_a_therapeutic_injection_has_no_threshold_of_a_test():
    words = read(render_episode(made_up.report()))
    second = words[
        words.index("Session 2: Therapeutic") : words.index(
            "May it be repeated?", words.index("Session 2: Therapeutic")
        )
    ]
    assert "Judged by" not in second
    assert "Dashed: pain at" not in second


HOSTILE = "<script>alert('x')</script>\"&]]>{{ 7*7 }}"


def test_hostile_words_stay_words():
    whole = made_up.episode()
    first = whole.sessions[0]
    finding = replace(first.screening.findings[0], clinician=HOSTILE, source=HOSTILE, code=HOSTILE)
    nasty = replace(
        whole,
        request=replace(whole.request, reason=HOSTILE),
        assessment=replace(whole.assessment, by=HOSTILE, red_flag=Fact(Answer.NO, "x", made_up.at(1, 2), HOSTILE)),
        sessions=(
            replace(
                first,
                screening=Assessed(Decision.REVIEW, (finding,)),
                prompts=tuple(replace(prompt, label=HOSTILE) for prompt in first.prompts),
                procedure=replace(first.procedure, operator=HOSTILE, virtual_operator=False),
            ),
        ),
    )
    patient = replace(made_up.PATIENT, family_name=HOSTILE, id=HOSTILE)
    figures = made_up.figures(0)
    figures = replace(figures, images=tuple(replace(image, caption=HOSTILE, alt=HOSTILE) for image in figures.images))
    html = render_episode(
        made_up.report(
            episode=nasty,
            patient=patient,
            figures=(figures,),
            provenance=ProvenanceWords((HOSTILE,), (HOSTILE,), (HOSTILE,)),
            run=RunFacts(((HOSTILE, HOSTILE),), 1, HOSTILE, HOSTILE),
            outcome_notice=HOSTILE,
        )
    )
    seen = Seen(html)
    assert "script" not in {tag for tag, _ in seen.elements}
    assert HOSTILE in seen.words
    ElementTree.fromstring(html.split("\n", 1)[1])


def test_numbers_are_free_of_noise():
    whole = made_up.episode()
    first = whole.sessions[0]
    line = replace(first.verdict.arithmetic[0], relief_percent=Decimal("71.42857142857142857142857143"))
    judged = replace(first.verdict, arithmetic=(line,), threshold_percent=Decimal("75.000"))
    words = read(render_episode(made_up.report(episode=replace(whole, sessions=(replace(first, verdict=judged),)))))
    assert "71.4 %" in words
    assert "75 %" in words
    assert not re.search(r"\d\.\d{4,}", words)
    assert "E+" not in words


def test_the_last_pattern_judged_is_the_one_printed_for_a_gate():
    whole = made_up.episode()
    first = whole.sessions[0]
    patterns = [ContrastPattern.VASCULAR, ContrastPattern.IA_TYPE_II]
    judged = tuple(
        replace(one, pattern=pattern) for one, pattern in zip(first.procedure.judgements, patterns, strict=True)
    )
    done = replace(first.procedure, judgements=judged)
    words = read(render_episode(made_up.report(episode=replace(whole, sessions=(replace(first, procedure=done),)))))
    gate = words[words.index("Contrast gate") : words.index("What was given")]
    assert "vascular, by virtual operator held back" in gate
    assert "poor cephalad spread, by virtual operator allowed" in gate


def test_times_are_shown_in_the_zone_that_is_asked_for():
    from datetime import timezone

    words = read(render_episode(made_up.report(zone=timezone(timedelta(hours=2), "site time"))))
    assert "Times in site time" in words
    assert "11:06 Consent" in words


def test_a_total_is_printed_once_below_all_of_its_rows(html):
    """A browser repeats the foot of a table on every printed page, under rows that do not add up to it."""
    printed = html[html.index("@media print") :]
    assert "tfoot { display: table-row-group; }" in printed


def test_the_report_lists_the_calls_that_are_due():
    at = made_up.at(8, 1, 12)
    late = Call(CallReason.RED_FLAG, "O-1", at, at, True, ("Temperature 38.5 °C.",), reminders=2, physician=True)
    told = render_episode(made_up.report(calls=(late,)))
    calls = told[told.index('id="calls"') : told.index('id="repeat"')]
    for words in ("Red flag, the physician", "Temperature 38.5 °C.", "overdue", "came back 2 times"):
        assert words in calls
    assert "No call was due" in render_episode(made_up.report())


def test_a_report_that_is_put_together_asks_the_rules_for_referral_and_calls():
    whole, policy = made_up.report(), load_policy("clinic")
    asked = made_up.at(2, 26, 12)
    put = assemble_report(whole.episode, made_up.PATIENT, policy, asked, provenance=whole.provenance, run=whole.run)
    assert put.calls == calls_due(whole.episode, policy, asked)
    assert put.calls
    assert put.referral is not None
    assert put.policy.effective == str(policy.effective)
    early = replace(whole.episode, assessment=None, sessions=())
    bare = assemble_report(early, made_up.PATIENT, policy, asked, provenance=whole.provenance, run=whole.run)
    assert (bare.referral, bare.calls) == (None, ())
