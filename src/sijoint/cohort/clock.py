"""A clock that the course sets: aware UTC, never the wall."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)  # when every virtual episode begins


class CourseClock:
    """Calling it tells the time; it only moves forward."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **amount: float) -> datetime:
        """Move forward by a timedelta's keywords and return the new time."""
        self.now += timedelta(**amount)
        return self.now

    def until(self, moment: datetime) -> datetime:
        """Move forward to a moment; a moment that has passed changes nothing."""
        self.now = max(self.now, moment)
        return self.now
