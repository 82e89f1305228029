"""Reading a ledger as a suspicious person would: which line was changed, removed, inserted, reordered or cut off."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sijoint.records.ledger import GENESIS, LedgerLine
from sijoint.records.witness import WitnessLine


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


@dataclass(frozen=True)
class Breach:
    """One thing that is not as it was written; ``line`` is the ledger line it concerns, 0 for none."""

    fault: Fault
    line: int
    text: str


def check_chain(lines: Sequence[LedgerLine]) -> tuple[Breach, ...]:
    """Faults that the lines themselves show. ``lines`` are in the order of their numbers."""
    origins = [_origin(line, lines) for line in lines]
    return (*_gaps(lines), *_misplaced(lines, origins), *_loose_links(lines, origins))


def _origin(line: LedgerLine, lines: Sequence[LedgerLine]) -> int | None:
    """The number under which the line was written, as its hash proves; None when its contents were changed."""
    if line.holds:
        return line.sequence
    near = sorted(range(1, lines[-1].sequence + 2), key=lambda number: abs(number - line.sequence))
    return next((number for number in near if line.hash_as(number) == line.hash), None)


def _gaps(lines: Sequence[LedgerLine]) -> list[Breach]:
    missing, expected = [], 1
    for line in lines:
        for number in range(expected, line.sequence):
            missing.append(Breach(Fault.REMOVED, number, f"line {number} of the ledger was removed"))
        expected = line.sequence + 1
    return missing


def _misplaced(lines: Sequence[LedgerLine], origins: Sequence[int | None]) -> list[Breach]:
    """Changed lines, and what shifts and swaps of whole lines tell."""
    found, shift = [], 0
    numbers = {line.sequence for line in lines}
    came_from = set(origins)
    for line, origin in zip(lines, origins, strict=True):
        here = line.sequence
        if origin is None:
            if here - shift in came_from or _makes_room(here, shift, lines, origins):
                found.append(Breach(Fault.INSERTED, here, f"line {here} of the ledger was inserted"))
                shift += 1
            else:
                found.append(Breach(Fault.CHANGED, here, f"line {here} of the ledger was changed"))
        elif here - origin == shift:
            continue
        elif origin in numbers and here in came_from and here - origin != shift - 1:
            text = f"line {here} of the ledger is the one written as line {origin}: lines were reordered"
            found.append(Breach(Fault.REORDERED, here, text))
        elif here - origin < shift:
            for number in range(here - shift, origin):
                text = f"line {number} of the ledger was removed and the lines after it renumbered"
                found.append(Breach(Fault.REMOVED, number, text))
            shift = here - origin
        else:
            text = f"line {here} of the ledger is the one written as line {origin}: lines were reordered"
            found.append(Breach(Fault.REORDERED, here, text))
    return found


def _makes_room(here: int, shift: int, lines: Sequence[LedgerLine], origins: Sequence[int | None]) -> bool:
    """Whether the next line that is genuine stands one further than before: this one was put in front of it."""
    for line, origin in zip(lines, origins, strict=True):
        if line.sequence > here and origin is not None:
            return line.sequence - origin == shift + 1
    return False


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
