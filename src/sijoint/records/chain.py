"""Reading a ledger as a suspicious person would: which line was changed, removed, inserted, reordered or cut off."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sijoint.records.ledger import GENESIS, LedgerLine
from sijoint.records.witness import WitnessLine

SEARCHED = 500  # numbers looked at on either side for where a line once stood; one moved further reads as changed


class Fault(StrEnum):
    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    REWRITTEN = "rewritten"
    WITNESS = "witness"
    DIGEST = "digest"
    ROW = "row"
    IMAGE = "image"
    FILE = "file"
    GUARD = "guard"
    ANCHOR = "anchor"


@dataclass(frozen=True)
class Breach:
    """One thing that is not as it was written; ``line`` is the ledger line it concerns, 0 for none."""

    fault: Fault
    line: int
    text: str


def check_chain(lines: Sequence[LedgerLine]) -> tuple[Breach, ...]:
    """Faults that the lines themselves show. ``lines`` are in the order of their numbers."""
    origins = [line.sequence if line.holds else _origin(line) for line in lines]
    return (*_gaps(lines), *_misplaced(lines, origins), *_loose_links(lines, origins))


def _origin(line: LedgerLine) -> int | None:
    """The number under which the line was written, as its hash proves; None when its contents were changed."""
    near = sorted(
        range(max(1, line.sequence - SEARCHED), line.sequence + SEARCHED), key=lambda n: abs(n - line.sequence)
    )
    return next((number for number in near if line.hash_as(number) == line.hash), None)


def _gaps(lines: Sequence[LedgerLine]) -> list[Breach]:
    missing, expected = [], 1
    for line in lines:
        for number in range(expected, line.sequence):
            missing.append(_removed(number))
        expected = line.sequence + 1
    return missing


def _misplaced(lines: Sequence[LedgerLine], origins: Sequence[int | None]) -> list[Breach]:
    """Changed lines, and what swaps and shifts of whole lines tell."""
    whole = [(line.sequence, origin) for line, origin in zip(lines, origins, strict=True) if origin is not None]
    altered = [line.sequence for line, origin in zip(lines, origins, strict=True) if origin is None]
    if {place for place, _ in whole} == {origin for _, origin in whole}:
        moved = [_reordered(place, origin) for place, origin in whole if place != origin]
        return moved + [_changed(place) for place in altered]
    return _shifted(whole, altered)


def _shifted(whole: Sequence[tuple[int, int]], altered: Sequence[int]) -> list[Breach]:
    """Lines were put in or taken out and the rest renumbered: those still in order are the anchors to count from."""
    anchors = _longest_rising(whole)
    found: list[Breach] = []
    seen = {origin for _, origin in anchors}
    for place, origin in whole:
        if (place, origin) not in anchors:
            copy = origin in seen
            found.append(_inserted(place) if copy else _reordered(place, origin))
    origins = {origin for _, origin in whole}
    before = (0, 0)
    for anchor in anchors:
        between = [place for place in altered if before[0] < place < anchor[0]]
        places, numbers = anchor[0] - before[0], anchor[1] - before[1]
        added = max(0, min(len(between), places - numbers))
        found += [_inserted(place) for place in between[:added]] + [_changed(place) for place in between[added:]]
        absent = [number for number in range(before[1] + 1, anchor[1]) if number not in origins]
        found += [_removed(number) for number in absent[: max(0, numbers - places)]]
        before = anchor
    return found + [_changed(place) for place in altered if place > before[0]]


def _longest_rising(whole: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The most lines that stand in the order in which they were written."""
    tops: list[int] = []  # smallest origin that ends a rising run of each length
    ends: list[int] = []  # and where it stands
    back: list[int] = []
    for index, (_, origin) in enumerate(whole):
        length = bisect_left(tops, origin)
        back.append(ends[length - 1] if length else -1)
        tops[length:], ends[length:] = [origin, *tops[length + 1 :]], [index, *ends[length + 1 :]]
    rising, at = [], ends[-1] if ends else -1
    while at >= 0:
        rising.append(whole[at])
        at = back[at]
    return rising[::-1]


def _changed(line: int) -> Breach:
    return Breach(Fault.CHANGED, line, f"line {line} of the ledger was changed")


def _inserted(line: int) -> Breach:
    return Breach(Fault.INSERTED, line, f"line {line} of the ledger was inserted")


def _removed(line: int) -> Breach:
    return Breach(Fault.REMOVED, line, f"line {line} of the ledger was removed")


def _reordered(line: int, origin: int) -> Breach:
    text = f"line {line} of the ledger is the one written as line {origin}: lines were reordered"
    return Breach(Fault.REORDERED, line, text)


def _loose_links(lines: Sequence[LedgerLine], origins: Sequence[int | None]) -> list[Breach]:
    """Lines that are whole and follow another line than the one before them."""
    found = []
    before: LedgerLine | None = None
    for line, origin in zip(lines, origins, strict=True):
        follows = GENESIS if before is None else before.hash
        next_in_number = before is None or line.sequence == before.sequence + 1
        whole = origin == line.sequence and (before is None or before.holds)
        if whole and next_in_number and line.previous != follows:
            text = (
                f"line {line.sequence} of the ledger does not follow the line before it: one of the two was rewritten"
            )
            found.append(Breach(Fault.REWRITTEN, line.sequence, text))
        before = line
    return found


def check_witness(lines: Sequence[LedgerLine], witness: Sequence[WitnessLine]) -> tuple[Breach, ...]:
    """Faults that the chain alone cannot show: a cut end, or an end made anew with matching hashes."""
    found = []
    last = lines[-1].sequence if lines else 0
    for expected, signed in enumerate(witness, 1):
        if signed.sequence != expected:
            text = f"the witness's line {expected} speaks of ledger line {signed.sequence}: the witness was altered"
            found.append(Breach(Fault.WITNESS, signed.sequence, text))
            break
    seen = {signed.sequence: signed.head for signed in witness}
    cut = [number for number in seen if number > last]
    if cut:
        span = f"line {cut[0]}" if len(cut) == 1 else f"lines {min(cut)} to {max(cut)}"
        text = f"{span} of the ledger are missing from its end: the witness saw them (truncated)"
        found.append(Breach(Fault.TRUNCATED, min(cut), text))
    for line in lines:
        if line.holds and line.sequence in seen and seen[line.sequence] != line.hash:
            text = f"line {line.sequence} of the ledger is not the one that was acknowledged: it was rewritten"
            found.append(Breach(Fault.REWRITTEN, line.sequence, text))
    unseen = [line.sequence for line in lines if line.sequence not in seen]
    if len(unseen) > 1:
        text = (
            f"the witness ends {len(unseen)} lines before the ledger; one line may be unacknowledged after a crash, "
            "more mean that the witness was cut or the ledger written by another program"
        )
        found.append(Breach(Fault.WITNESS, min(unseen), text))
    return tuple(found)
