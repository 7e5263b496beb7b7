"""The machine's clocks."""

import time
from datetime import UTC, datetime
from typing import Final

_STEADY: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""On Linux this clock goes on while the machine sleeps.  CLOCK_MONOTONIC would stand still, and an
intent whose `until` has passed during the sleep would seem fresh."""


def monotonic_s() -> float:
    """Return seconds that never run backwards and, where the system can, count sleep."""
    return time.clock_gettime(_STEADY)


class SystemClock:
    """The port `Clock` on the machine's own clocks."""

    def now(self) -> datetime:
        """Return the wall clock in UTC; it may jump when somebody sets it."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return `monotonic_s`."""
        return monotonic_s()

    def sleep(self, seconds: float) -> None:
        """Wait; a negative time is none."""
        time.sleep(max(0.0, seconds))
