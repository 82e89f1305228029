"""The evidence packet of a payer: sealed by a command, made again from the version that was sealed, checked by anyone.

The packet itself is a file that is handed over; the episode keeps its digest. Canonical JSON (RFC 8785) and SHA-256, so
that a stranger can compute the digest again without this program.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sijoint.clinic.carry_out import carry_out
from sijoint.clinic.commands import SealPacket
from sijoint.clinic.situation import Change, CommandRefused, Situation, stepped
from sijoint.model import Episode, EvidencePacket, PacketSeal, Patient, SealedPacket, Session
from sijoint.model.wire import UnreadableRecord, from_wire_text, to_wire
from sijoint.pathway import (
    NothingToClaim,
    Policy,
    SitePolicies,
    Step,
    UnreadablePolicy,
    evidence_packet,
    payer_policy,
    shipped,
)
from sijoint.records import Store, Tag, canonical

PACKET_FILE, IMAGES = "packet.json", "images"


class PacketAltered(ValueError):
    """A packet whose digest is not that of its contents, or of the facts it was made from."""


@carry_out.register
def _(command: SealPacket, now: Situation) -> Change:
    """Every image that the packet names is kept; what is sealed is the episode as it stood before this command."""
    packet = _packet(
        now.episode, now.patient, command.payer, now.now, now.others_of_patient(), now.policies or now.policy
    )
    lost = [one.sha256 for one in packet.images if now.origin_of_image(one.sha256) is None]
    if lost:
        raise CommandRefused(f"image {lost[0][:12]} of the packet is not kept here: keep its bytes first")
    seal = PacketSeal(
        packet.policy_id, packet.policy_effective, now.now, command.by, now.episode.version, digest_of(packet)
    )
    seals = (*now.episode.packet_seals, seal)
    return Change(stepped(now, Step.SEAL_PACKET, packet_seals=seals), Tag.PACKET_SEALED)


def digest_of(packet: EvidencePacket) -> str:
    """SHA-256 over the canonical JSON of the packet, in hexadecimal."""
    return hashlib.sha256(canonical(to_wire(packet)).encode()).hexdigest()


def sealed_packet(
    store: Store, episode_id: str, seal: PacketSeal, policies: Policy | SitePolicies | None = None
) -> SealedPacket:
    """The packet that a seal was put on, made again; ``policies`` where the payer's is the site's own.

    Raises PacketAltered where the facts no longer give it, CommandRefused where the payer's policy is not there.
    """
    episode = store.episode(episode_id, seal.episode_version)
    others = tuple(one for one in store.episodes() if one.patient_id == episode.patient_id and one.id != episode_id)
    packet = _packet(
        episode,
        store.patient(episode.patient_id),
        seal.policy_id,
        seal.made_at,
        _as_of(others, seal.made_at),
        policies or shipped(),
    )
    sealed = SealedPacket(packet, digest_of(packet))
    if sealed.digest != seal.digest:
        raise PacketAltered(
            "the facts no longer give the packet that was sealed: the patient's data, another episode or the payer's "
            "policy has changed since; the file that was handed over is still checked by its own digest"
        )
    return sealed


def packet_text(sealed: SealedPacket) -> str:
    """The packet as a file: JSON that a person can read, the digest beside it."""
    return json.dumps(to_wire(sealed), indent=1, ensure_ascii=False) + "\n"


def read_packet(text: str) -> SealedPacket:
    """A packet from its file. Raises PacketAltered where it cannot be read or is not what was sealed."""
    try:
        sealed: SealedPacket = from_wire_text(SealedPacket, text)
    except UnreadableRecord as error:
        raise PacketAltered(f"this is no packet that can be read: {error}") from None
    if digest_of(sealed.packet) != sealed.digest:
        raise PacketAltered("the packet is not what was sealed: its digest does not fit its contents")
    return sealed


@dataclass(frozen=True)
class WrittenPacket:
    folder: Path
    file: Path
    images: tuple[Path, ...]


def write_packet(sealed: SealedPacket, store: Store, folder: Path) -> WrittenPacket:
    """The packet and the bytes of every image that it names, in a folder of its own."""
    (folder / IMAGES).mkdir(parents=True, exist_ok=True)
    file = folder / PACKET_FILE
    file.write_text(packet_text(sealed), encoding="utf-8")
    written = []
    for one in dict.fromkeys(image.sha256 for image in sealed.packet.images):
        path = folder / IMAGES / f"{one}.png"
        path.write_bytes(store.images.get(one))
        written.append(path)
    return WrittenPacket(folder, file, tuple(written))


def check_packet(folder: Path) -> SealedPacket:
    """A packet's folder as it was received. Raises PacketAltered naming what was changed or is missing."""
    try:
        sealed = read_packet((folder / PACKET_FILE).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise PacketAltered(f"there is no readable {PACKET_FILE} in this folder") from None
    for one in sealed.packet.images:
        path = folder / IMAGES / f"{one.sha256}.png"
        if not path.is_file():
            raise PacketAltered(f"image {one.sha256[:12]} is missing from the packet")
        if hashlib.sha256(path.read_bytes()).hexdigest() != one.sha256:
            raise PacketAltered(f"image {one.sha256[:12]} is not the one that was sealed")
    return sealed


def _packet(
    episode: Episode,
    patient: Patient,
    payer: str,
    at: datetime,
    others: tuple[Episode, ...],
    policies: Policy | SitePolicies,
) -> EvidencePacket:
    try:
        return evidence_packet(episode, patient, payer_policy(policies, payer, at), at, others)
    except (UnreadablePolicy, NothingToClaim) as refusal:
        raise CommandRefused(str(refusal)) from None


def _as_of(others: tuple[Episode, ...], at: datetime) -> tuple[Episode, ...]:
    """The other episodes with the sessions that had begun by then; what came later was not known."""

    def begun(session: Session) -> bool:
        return session.procedure is None or session.procedure.started_at <= at

    return tuple(replace(one, sessions=tuple(filter(begun, one.sessions))) for one in others)
