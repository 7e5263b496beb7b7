"""Named steps at which a test can kill the process, like SIGKILL.

`SATOPS_CRASH_AT=STEP:N` kills it at the Nth time that the step is reached, `SATOPS_CRASH_AT=STEP`
at the first.  Nothing is flushed, closed or cleaned up.
"""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable

VARIABLE = "SATOPS_CRASH_AT"
STEPS = ("intended", "sending", "answered", "spooled", "recorded")
"""The steps of apply, in the order of a submission."""
ASKED_AGAIN = "probed"
"""The additional step of `reconcile NAME --ask-again`, before its request is sent."""


def reach_from_environment() -> Callable[[str], None]:
    """Return the function that apply calls at each step; it does nothing without the variable."""
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
