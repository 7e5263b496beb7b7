"""Named steps at which a test can end the process, as SIGKILL would.

`SATOPS_CRASH_AT=STEP:N` ends it at the Nth time that a step is reached; `SATOPS_CRASH_AT=STEP`
at the first.  Nothing is flushed, closed or cleaned up: that is the point.
"""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable

VARIABLE = "SATOPS_CRASH_AT"
STEPS = ("intended", "sending", "answered", "spooled", "recorded")
"""Every step that apply names, in the order of a submission."""
ASKED_AGAIN = "probed"
"""The one more step of `reconcile NAME --ask-again`, before its request leaves."""


def reach_from_environment() -> Callable[[str], None]:
    """Return the function that apply calls at each step: nothing, unless a test asks for more."""
    asked = os.environ.get(VARIABLE)
    if not asked:
        return lambda _: None
    step, _, count = asked.partition(":")
    return _killer(step, int(count or 1))


def _killer(step: str, count: int) -> Callable[[str], None]:
    reached: Counter[str] = Counter()
    lock = threading.Lock()

    def reach(name: str) -> None:
        with lock:
            reached[name] += 1
            if name == step and reached[name] == count:
                os.kill(os.getpid(), signal.SIGKILL)

    return reach
