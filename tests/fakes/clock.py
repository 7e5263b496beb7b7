"""A clock that the test sets."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """The port `Clock`, standing still until it is told to move.

    The wall clock can be set to any time while the monotonic one goes on as real clocks do.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._wall = start or datetime.now(UTC).replace(microsecond=0)
        self._monotonic = 1000.0
        self._boots = 1
        self.slept: list[float] = []
        """Every time that somebody waited, in seconds."""

    def now(self) -> datetime:
        """Return the wall clock."""
        return self._wall

    def monotonic(self) -> float:
        """Return the seconds that have passed, from an arbitrary start."""
        return self._monotonic

    @property
    def epoch(self) -> str:
        """Return the name of the current boot."""
        return f"boot-{self._boots}"

    def restart(self) -> None:
        """Boot anew: the monotonic clock begins at 0, under another epoch."""
        self._boots += 1
        self._monotonic = 0.0

    def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.slept.append(seconds)
        self.advance(max(0.0, seconds))

    def advance(self, seconds: float) -> None:
        """Let time pass on both clocks."""
        if seconds < 0:
            raise ValueError("time does not run backwards: use jump to set the wall clock back")
        self._wall += timedelta(seconds=seconds)
        self._monotonic += seconds

    def jump(self, seconds: float) -> None:
        """Set the wall clock ahead, or back with a negative number; no time passes."""
        self._wall += timedelta(seconds=seconds)
