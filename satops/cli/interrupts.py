"""The effect of Ctrl-C, SIGTERM and a closed terminal while orders are being placed."""

import os
import signal
import threading
import time
from types import FrameType
from typing import Any

from satops.cli.output import say
from satops.errors import ExitCode

_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_ONE_STOP_S = 1.0
"""Seconds in which a second signal counts as the same one: a terminal and a wrapper may both send
it."""


class Stopping:
    """In its block the first signal requests a stop, and the second stops at once.

    Before `arm`, a signal interrupts as usual: nothing has been sent.
    """

    def __init__(self) -> None:
        self._armed = False
        self._requested = False
        self._heard_at = float("-inf")
        self._before: dict[int, Any] = {}

    def requested(self) -> bool:
        """Whether to begin nothing new."""
        return self._requested

    def arm(self) -> None:
        """From now on a signal lets running requests finish."""
        self._armed = True

    def __enter__(self) -> "Stopping":
        if threading.current_thread() is threading.main_thread():
            self._before = {
                number: signal.signal(number, self._note)
                for number in _SIGNALS
                if not is_ignored(number)
            }
        return self

    def __exit__(self, *_: object) -> None:
        for number, action in self._before.items():
            signal.signal(number, action)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if now - self._heard_at < _ONE_STOP_S:
            return
        self._heard_at = now
        if not self._armed:
            raise KeyboardInterrupt
        if self._requested:
            # Only a hard exit ends threads that wait for answers.  Their intents are in the ledger,
            # so these orders are in doubt.
            say("satops: Stopped at once. What was on the wire is in doubt. Look it up:",
                "    satops reconcile")  # fmt: skip
            os._exit(ExitCode.IN_DOUBT)
        self._requested = True
        say(
            "satops: Stopping. Nothing new is begun; what is on the wire is finished and recorded. "
            "A second Ctrl-C stops at once and leaves orders in doubt."
        )


def is_ignored(number: int) -> bool:
    """Tell whether this process was started to ignore SIGHUP, for example by `nohup`."""
    return number == getattr(signal, "SIGHUP", None) and (
        signal.getsignal(number) is signal.SIG_IGN
    )
