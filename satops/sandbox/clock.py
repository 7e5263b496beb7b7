"""The sandbox's clock: the machine's clock, until a test sets it."""

import threading
from datetime import UTC, datetime, timedelta


class SandboxClock:
    """The time for orders and their statuses.  Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stands_at: datetime | None = None
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Return the sandbox's time, UTC."""
        with self._lock:
            return (self._stands_at or datetime.now(UTC)) + self._ahead

    def now_ms(self) -> int:
        """Return the sandbox's time in milliseconds since 1970."""
        return round(self.now().timestamp() * 1000)

    def set(self, instant: datetime) -> None:
        """Stop the clock at an instant with an offset; `advance` moves it."""
        if instant.tzinfo is None:
            raise ValueError("The instant must carry a zone.")
        with self._lock:
            self._stands_at, self._ahead = instant.astimezone(UTC), timedelta()

    def advance(self, seconds: float) -> None:
        """Move the clock forward, whether it is stopped or not."""
        with self._lock:
            self._ahead += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Follow the machine's clock again."""
        with self._lock:
            self._stands_at, self._ahead = None, timedelta()
