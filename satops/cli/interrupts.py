"""What Ctrl-C and SIGTERM do while orders are being placed."""

import os
import signal
import threading
from types import FrameType
from typing import Any

from satops.cli.output import say
from satops.errors import ExitCode

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopping:
    """Within its block the first signal asks to stop, and the second stops at once.

    Until `arm` is called a signal interrupts as it always does: nothing has been sent.
    """

    def __init__(self) -> None:
        self._armed = False
        self._requested = False
        self._before: dict[int, Any] = {}

    def requested(self) -> bool:
        """Whether nothing new should be begun."""
        return self._requested

    def arm(self) -> None:
        """From now on a signal lets what is on the wire finish."""
        self._armed = True

    def __enter__(self) -> "Stopping":
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._note) for number in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, action in self._before.items():
            signal.signal(number, action)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        if not self._armed:
            raise KeyboardInterrupt
        if self._requested:
            # Threads may be waiting for answers: only a hard exit ends them.  Their intents are
            # in the ledger, and say that these orders are in doubt.
            say("satops: Stopped at once. What was on the wire is in doubt. Look it up:",
                "    satops reconcile")  # fmt: skip
            os._exit(ExitCode.IN_DOUBT)
        self._requested = True
        say(
            "satops: Stopping. Nothing new is begun; what is on the wire is finished and recorded. "
            "A second Ctrl-C stops at once and leaves orders in doubt."
        )
