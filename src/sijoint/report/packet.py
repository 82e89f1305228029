"""A payer's evidence packet as a person reads it: notices first, what is asked and shown, each session, codes, and images.

What is sealed carries its digest; what is not says so. The words of requirements and reasons are the rules' own.
"""

from collections.abc import Iterator
from datetime import UTC, tzinfo

from sijoint.model import BillingLine, EvidencePacket, PacketSession, SealedPacket
from sijoint.report.clinician_words import DISCLAIMER, VIRTUAL, or_not_recorded
from sijoint.report.given import contents
from sijoint.report.paper import Block, Form, Grid, Paper, Part, Points, Rows, Words
from sijoint.report.words import day, finished, joined, moment, nrs, number, percent, receptor

UNSEALED = "NOT SEALED: a preview, without a digest that a payer could check"
SHORT = 12  # characters of an image's hash on paper; the whole one is in the packet's file


def packet_paper(packet: EvidencePacket, sealed: SealedPacket | None = None, *, zone: tzinfo = UTC) -> Paper:
    """``sealed`` where the packet was sealed; it holds the packet that is then printed."""
    told = sealed.packet if sealed is not None else packet
    return Paper(
        title="Evidence packet",
        form=Form.CLINICIAN,
        parts=(
            Part("Notices", (Points(told.notices),), framed=True),
            Part("Why", tuple(_why(told))),
            Part(f"What the policy asks, on {day(told.check.on)}", (_requirements(told),)),
            *((Part("What is still missing", (Points(tuple(gap.text for gap in told.check.gaps)),)),) if told.check.gaps else ()),
            *(Part(_heading(one), tuple(_session(one, zone))) for one in told.sessions),
            Part("Codes proposed to the biller", tuple(_billing(told))),
            Part("Images", tuple(_images(told, zone))),
            *((Part("Seal", (Words(f"SHA-256 over the whole packet: {sealed.digest}"),)),) if sealed is not None else ()),
        ),
        who=f"{told.person.given_name} {told.person.family_name}, born {day(told.person.birth_date)} · patient {told.person.id}",
        lead=(f"{told.policy_title} ({told.policy_id}, effective {day(told.policy_effective)})",),
        notices=(*((VIRTUAL,) if told.person.virtual else ()), *(() if sealed is not None else (UNSEALED,))),
        foot=(f"Episode {told.episode_id}, version {told.episode_version}, {moment(told.made_at, zone)} ({zone}).", DISCLAIMER),
    )  # fmt: skip


def _why(packet: EvidencePacket) -> Iterator[Block]:
    yield Rows(
        (
            ("Working diagnosis", or_not_recorded(packet.diagnosis)),
            ("Pain since", day(packet.pain_since) if packet.pain_since else or_not_recorded("")),
            ("Positive provocation tests", or_not_recorded(joined(str(one) for one in packet.positive_tests))),
            ("Care before", or_not_recorded("; ".join(packet.conservative_care))),
        )
    )


def _requirements(packet: EvidencePacket) -> Grid:
    lines = tuple((one.sentence, str(one.met), f"{one.source}, {one.grade}") for one in packet.check.requirements)
    return Grid(("Asked, and what the record shows", "Met", "Source"), lines)


def _heading(session: PacketSession) -> str:
    return f"Session {session.number}: {session.kind}, {session.side}, {session.target}, {day(session.done_on)}"


def _session(session: PacketSession, zone: tzinfo) -> Iterator[Block]:
    yield Rows(
        (
            ("Operator", session.operator),
            ("Consent", moment(session.consent_at, zone) if session.consent_at else or_not_recorded("")),
            ("Contrast judged as", or_not_recorded(joined(session.contrast))),
            ("Pain before", nrs(session.pain_before)),
            ("Fluoroscopy", f"{number(session.fluoroscopy_s, 1)} s, {number(session.dose_area_product_mgy_cm2, 1)} mGy·cm²"),
            ("Signed out", moment(session.signed_out_at, zone) if session.signed_out_at else or_not_recorded("")),
            ("Complications", joined(session.complications) or "none recorded"),
        )
    )  # fmt: skip
    given = tuple(
        (str(one.use), one.name, f"{number(one.volume_ml)} mL", contents(one.agent, one.volume_ml) or "–")
        for one in session.given
    )
    yield Grid(("Use", "Agent", "Volume", "Holds"), given, numbers=(2, 3))
    if session.verdict:
        threshold = percent(session.threshold_percent)
        yield Words(f"Block {session.verdict}, at a threshold of {threshold}.", strong=True)
        yield Points(tuple(finished(one) for one in session.verdict_reasons))
    if session.relief:
        lines = tuple(
            (one.label, nrs(one.baseline_nrs), nrs(one.nrs), percent(one.relief_percent), "yes" if one.counted else f"no: {one.why_not}")
            for one in session.relief
        )  # fmt: skip
        yield Grid(("Asked at", "Before", "Now", "Relief", "Counts"), lines, numbers=(1, 2, 3))
    if session.deviations:
        yield Points(tuple(f"Deviation: {one}" for one in session.deviations))


def _billing(packet: EvidencePacket) -> Iterator[Block]:
    lines = tuple((f"Session {one.session}, {one.side}", _code(one), one.place, one.why) for one in packet.billing)
    if lines:
        yield Grid(("For", "Code", "Where", "Why"), lines)
    if packet.not_billed:
        yield Points(tuple(f"No code: {one}" for one in packet.not_billed))


def _code(line: BillingLine) -> str:
    return "-".join((line.code, *line.modifiers))


def _images(packet: EvidencePacket, zone: tzinfo) -> Iterator[Block]:
    lines = tuple(
        (
            str(one.session),
            moment(one.at, zone),
            str(one.purpose),
            receptor(one.primary_deg, one.secondary_deg),
            str(one.origin),
            one.sha256[:SHORT],
        )
        for one in packet.images
    )
    caption = f"Each by the first {SHORT} signs of its SHA-256; the whole hashes are in the packet's file"
    yield (
        Grid(("Session", "At", "View", "Receptor", "Origin", "SHA-256"), lines, caption)
        if lines
        else Words("No image.")
    )
