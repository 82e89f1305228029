"""How relief ran after a block: when it began, how long it was seen, when it was gone, and what the drug explains of that."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sijoint.formulary import ActionWindow
from sijoint.model import ReliefLine, VerdictValue
from sijoint.pathway.relief import OUTSIDE, UNANSWERED
from sijoint.pathway.verdict_words import hours


@dataclass(frozen=True)
class Course:
    """How relief ran inside the window, minutes after the injection.

    ``gone_min`` is the first counted answer below the threshold after relief; None where relief was still there at the
    last answer. ``began_min`` is None where no consecutive answers reached the threshold. ``could_have_been`` says that
    answers which are missing or do not count might have made such a run: then it is not negative either.
    """

    began_min: int | None
    last_relieved_min: int | None
    gone_min: int | None
    asked_by_onset: bool
    early_answers: int
    could_have_been: bool

    @property
    def duration(self) -> str:
        """Still relieved at the last answer is "at least", not prolonged for ever."""
        if self.last_relieved_min is None:
            return "none"
        if self.gone_min is None:
            return f"at least {hours(self.last_relieved_min)}"
        return f"between {hours(self.last_relieved_min)} and {hours(self.gone_min)}"


@dataclass(frozen=True)
class CourseVerdict:
    """What the course alone says, with its reasons; ``duration`` in words."""

    value: VerdictValue
    reasons: tuple[str, ...]
    duration: str


def course_of(lines: tuple[ReliefLine, ...], threshold: Decimal, needed: int, window: ActionWindow) -> Course:
    """The course by the arithmetic of a verdict, one line for every moment asked about."""
    counted = [one for one in lines if one.counted and one.relief_percent is not None]
    early = sum(one.minutes <= window.latest_onset_min + window.shortest_min for one in counted)
    by_onset = any(one.minutes <= window.latest_onset_min for one in counted)
    asked = _one_a_moment(lines)
    relieved = [one.counted and one.relief_percent is not None and one.relief_percent >= threshold for one in asked]
    start = next(iter(_runs(relieved, needed)), None)
    if start is None:
        perhaps = [yes or not one.counted for yes, one in zip(relieved, asked, strict=True)]
        could = any(
            asked[i].minutes <= window.latest_onset_min or any(relieved[i : i + needed]) for i in _runs(perhaps, needed)
        )
        return Course(None, None, None, by_onset, early, could)
    began = asked[start].minutes
    end = began
    for one in counted:
        if one.minutes > began:
            if one.relief_percent is None or one.relief_percent < threshold:
                break
            end = one.minutes
    # What ends relief may lie beyond the window: an on-time answer the next morning closes an open end.
    after = [
        one.minutes
        for one in lines
        if one.minutes > end and one.relief_percent is not None and one.relief_percent < threshold
        if one.counted or one.why_not == OUTSIDE
    ]
    still = [
        one.minutes
        for one in lines
        if one.minutes > end and one.relief_percent is not None and one.relief_percent >= threshold
        if one.why_not == OUTSIDE and (not after or one.minutes < min(after))
    ]
    last = max([end, *still])
    return Course(began, last, min(after, default=None), by_onset, early, True)


def verdict_by_course(
    course: Course,
    lines: tuple[ReliefLine, ...],
    threshold: Decimal,
    needed: int,
    window: ActionWindow,
    elapsed: timedelta,
) -> CourseVerdict:
    """Positive, negative or indeterminate by the course; ``elapsed`` since the injection."""
    readable = window.latest_onset_min + window.shortest_min
    if elapsed < timedelta(minutes=readable):
        why = f"asked {int(elapsed / timedelta(minutes=1))} min after the injection: the block is read from {readable} min on"
        return _unread(why)
    missing = not_counted(lines)
    if course.early_answers < needed or not course.asked_by_onset:
        why = (
            f"fewer than {needed} on-time answers while the anaesthetic must act (up to {hours(readable)}, "
            f"one of them by {window.latest_onset_min} min)"
        )
        return _unread(why, *missing)
    if course.began_min is None or course.last_relieved_min is None:
        if course.could_have_been:
            why = f"{threshold} % was not shown at {needed} consecutive moments, and answers between them are missing or do not count"
            return _unread(why, *missing)
        best = max(
            (one.relief_percent for one in lines if one.counted and one.relief_percent is not None), default=None
        )
        why = f"relief never reached {threshold} % at {needed} consecutive on-time answers (best {_plain(best)} %)"
        return CourseVerdict(VerdictValue.NEGATIVE, (why, *_noted(missing)), "none")
    if course.began_min > window.latest_onset_min:
        why = f"relief began at {hours(course.began_min)}, later than the anaesthetic explains ({window.latest_onset_min} min)"
        return CourseVerdict(VerdictValue.INDETERMINATE, (f"discordant: {why}", *missing), course.duration)
    if course.gone_min is not None and course.gone_min < window.shortest_min:
        why = f"relief was gone by {hours(course.gone_min)}, sooner than the anaesthetic explains ({hours(window.shortest_min)})"
        return CourseVerdict(VerdictValue.INDETERMINATE, (f"discordant: {why}", *_noted(missing)), course.duration)
    reasons = [
        f"relief of {threshold} % or more at {needed} consecutive on-time answers inside the window: {course.duration}"
    ]
    if course.last_relieved_min > window.longest_min:
        reasons.append(f"concordant-prolonged: longer than the anaesthetic explains ({hours(window.longest_min)})")
    return CourseVerdict(VerdictValue.POSITIVE, (*reasons, *_noted(missing)), course.duration)


def not_counted(lines: tuple[ReliefLine, ...]) -> tuple[str, ...]:
    """One sentence with every answer inside the window that does not count and why; empty where all do."""
    reasons: dict[str, list[str]] = {}
    for one in lines:
        if one.inside_window and not one.counted and one.why_not not in ("", UNANSWERED):
            reasons.setdefault(one.why_not, []).append(one.label)
    if not reasons:
        return ()
    told = "; ".join(f"{why} ({', '.join(dict.fromkeys(labels))})" for why, labels in reasons.items())
    return (f"answers inside the window that do not count: {told}",)


def _unread(*why: str) -> CourseVerdict:
    return CourseVerdict(VerdictValue.INDETERMINATE, why, "not judged")


def _noted(sentences: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"note: {one}" for one in sentences)


def _one_a_moment(lines: tuple[ReliefLine, ...]) -> list[ReliefLine]:
    """The lines inside the window, one for each question: the counted one where there is one."""
    best: dict[str, ReliefLine] = {}
    for one in lines:
        if one.inside_window and (one.label not in best or one.counted):
            best[one.label] = one
    return list(best.values())


def _runs(flags: list[bool], needed: int) -> list[int]:
    """Where runs of so many true flags begin."""
    return [i for i in range(len(flags) - needed + 1) if all(flags[i : i + needed])]


def _plain(percent: Decimal | None) -> str:
    """A percentage without trailing zeros."""
    return "no" if percent is None else f"{percent.normalize():f}"
