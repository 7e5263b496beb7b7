"""The garbage collector, kept out of the way while many values are made that have no cycles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Keep the collector from walking over all that is being read, again and again.

    It finds nothing there, and takes a fifth of the time of a large tree, and more of a ledger's.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
