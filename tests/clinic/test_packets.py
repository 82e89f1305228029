"""The sealed packet: made again from the version that was sealed, handed over with its pictures, checked by a stranger."""

import hashlib
import json
from dataclasses import replace

import pytest
import rfc8785
from clinic_course import EPISODE, Course, course_in

from sijoint.clinic import (
    AskRepeat,
    JudgeBlock,
    PacketAltered,
    RequestAppointment,
    SealPacket,
    check_packet,
    packet_text,
    read_packet,
    sealed_packet,
    write_packet,
)
from sijoint.clinic.carry_out import carry_out
from sijoint.clinic.situation import Situation
from sijoint.frames import Side
from sijoint.model import OrderKind
from sijoint.records import Tag


@pytest.fixture
def course(tmp_path) -> Course:
    course = course_in(tmp_path).discharged()
    course.clock.forward(days=2)
    course.accepted(JudgeBlock)
    return course


def sealed(course):
    course.accepted(SealPacket, payer="medicare-lcd")
    seal = course.store.episode(EPISODE).packet_seals[-1]
    return seal, sealed_packet(course.store, EPISODE, seal)


def test_a_seal_names_policy_version_and_digest_and_the_line_says_so(course):
    version = course.store.episode(EPISODE).version
    seal, packet = sealed(course)
    assert (seal.policy_id, seal.episode_version, seal.by) == ("medicare-lcd", version, "dr-a")
    assert packet.digest == seal.digest
    assert course.store.story(EPISODE)[-1].line.tag == Tag.PACKET_SEALED


def test_a_stranger_computes_the_digest_from_the_file_alone(course):
    _, packet = sealed(course)
    told = json.loads(packet_text(packet))
    assert hashlib.sha256(rfc8785.dumps(told["packet"])).hexdigest() == told["digest"]
    assert read_packet(packet_text(packet)) == packet


def test_what_happens_later_changes_nothing_of_what_was_sealed(course):
    seal, packet = sealed(course)
    course.clock.forward(days=30)
    course.accepted(AskRepeat, on=course.clock().date(), kind=OrderKind.THERAPEUTIC)
    assert sealed_packet(course.store, EPISODE, seal) == packet
    course.accepted(SealPacket, payer="evicore-cmm-203")
    first, second = course.store.episode(EPISODE).packet_seals
    assert first == seal
    assert second.digest != first.digest


def test_the_packet_is_handed_over_with_its_pictures_and_checked(course, tmp_path):
    _, packet = sealed(course)
    folder = tmp_path / "packet"
    written = write_packet(packet, course.store, folder)
    assert len(written.images) == len({one.sha256 for one in packet.packet.images}) > 0
    assert check_packet(folder) == packet


def changed(text, old, new):
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [('"verdict": "', '"verdict": "not '), ('"pain_before": 8', '"pain_before": 9'), ('"digest": "', '"digest": "0')],
)
def test_a_changed_packet_is_told(course, tmp_path, old, new):
    _, packet = sealed(course)
    with pytest.raises(PacketAltered):
        read_packet(changed(packet_text(packet), old, new))


def test_a_changed_or_missing_picture_is_named(course, tmp_path):
    _, packet = sealed(course)
    folder = tmp_path / "packet"
    first, *_ = write_packet(packet, course.store, folder).images
    first.write_bytes(b"another")
    with pytest.raises(PacketAltered, match=first.stem[:12]):
        check_packet(folder)
    first.unlink()
    with pytest.raises(PacketAltered, match="missing"):
        check_packet(folder)
    (folder / "packet.json").write_text("{}", encoding="utf-8")
    with pytest.raises(PacketAltered, match="no packet"):
        check_packet(folder)
    with pytest.raises(PacketAltered, match="no readable"):
        check_packet(tmp_path / "nowhere")


def test_a_seal_that_the_facts_no_longer_give_is_told(course):
    seal, _ = sealed(course)
    with pytest.raises(PacketAltered, match="no longer give"):
        sealed_packet(course.store, EPISODE, replace(seal, digest="0" * 64))


def test_nothing_is_sealed_for_an_unknown_payer_or_before_a_drug_was_given(course, tmp_path_factory):
    assert "nobody" in course.give(SealPacket, payer="nobody").refusal
    early = course_in(tmp_path_factory.mktemp("early")).booked()
    assert not early.give(SealPacket, payer="medicare-lcd").accepted
    assert early.store.episode(EPISODE).packet_seals == ()


def test_other_episodes_of_the_patient_count_in_the_repeat_answer(course):
    """Counted by patient: a second request does not start the year anew."""
    here = course.store.episode(EPISODE)
    other = replace(here, id="episode-0")
    situation = Situation(
        episode=here,
        patient=course.patient(),
        policy=course.policy,
        now=course.clock(),
        store_kind=course.store.kind,
        origin_of_image=lambda _: None,
        others_of_patient=lambda: (other,),
    )
    asked = AskRepeat(id="a", by="dr-a", episode_id=EPISODE, on=course.clock().date(), kind=OrderKind.DIAGNOSTIC)
    alone = carry_out(asked, replace(situation, others_of_patient=tuple)).episode.repeat_answers[-1]
    together = carry_out(asked, situation).episode.repeat_answers[-1]
    assert together.account.joints == (("left", 2 * alone.account.joints[0][1]),)


def test_a_store_gives_the_other_episodes_of_one_patient_and_of_no_other(course):
    for number, who in (("2", "patient-1"), ("3", "patient-2")):
        person = replace(course.patient(), id=who)
        again = replace(course.request(), at=course.clock(), side=Side.RIGHT)
        request = RequestAppointment(
            id=f"r{number}", by="desk", episode_id=f"episode-{number}", patient=person, request=again
        )
        assert course.send(request).accepted
    with course.store.unit_of_work() as work:
        assert [one.id for one in work.episodes_of("patient-1")] == [EPISODE, "episode-2"]
