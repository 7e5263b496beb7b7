"""The machine's clocks, and the rules of named time zones.

The rules come from the tzdata package.  The machine's own are never used: their release differs
between machines, and the windows of a series, and so its orders, must be the same everywhere.
"""

import time
import uuid
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Final

_STEADY: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""On Linux this clock counts while the machine sleeps.  CLOCK_MONOTONIC does not, so that an intent
whose `until` passed during the sleep would seem fresh."""

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


def monotonic_s() -> float:
    """Return seconds that never run backwards and, if the system supports it, count sleep."""
    return time.clock_gettime(_STEADY)


class SystemClock:
    """The port `Clock`, with the machine's clocks."""

    def now(self) -> datetime:
        """Return the wall clock in UTC; it may jump when it is set."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return `monotonic_s`."""
        return monotonic_s()

    @property
    def epoch(self) -> str:
        """Return the system's boot id; without one, an id of this process."""
        return _epoch()

    def sleep(self, seconds: float) -> None:
        """Wait; not at all for a negative time."""
        time.sleep(max(0.0, seconds))


@cache
def _epoch() -> str:
    with suppress(OSError):
        boot_id = _BOOT_ID.read_text("ascii").strip()
        if boot_id:
            return boot_id
    return f"process-{uuid.uuid4()}"


class PinnedZones:
    """The time zones of the tzdata package."""

    @property
    def release(self) -> str:
        """Release of the IANA database."""
        import tzdata

        return str(tzdata.IANA_VERSION)

    def zone(self, name: str) -> tzinfo | None:
        """Return a time zone by its name; None if absent."""
        from importlib.resources import files
        from zoneinfo import ZoneInfo

        package = files("tzdata")
        # Check the list first, so that no name leads to another file.
        if name not in (package / "zones").read_text("ascii").split():
            return None
        with (package / "zoneinfo" / name).open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
