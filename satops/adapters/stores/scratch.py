"""A scratch ledger beside the real one, of the same kind and in the same place: to prove a store.

It is removed again.  The real ledger is never opened for it.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from satops.adapters.stores.open import OpenScratch, kind_of
from satops.errors import SatopsError, StoreUnreachable

PREFIX = "satops-probe-"
"""What the names of scratch ledgers begin with."""


@contextmanager
def scratch_beside(address: str, root: Path) -> Iterator[OpenScratch]:
    """Lend a place for a ledger beside the one at `address`, and clear it afterwards.

    Raises `UsageError` as `open_store` does, and `StoreUnreachable`, naming what was left behind,
    when it cannot be cleared.
    """
    name = PREFIX + secrets.token_hex(6)
    opened, remove = kind_of(address).scratch(address.partition(":")[2], root, name)
    try:
        yield opened
    except BaseException:
        with suppress(OSError, SatopsError):
            remove()
        raise
    try:
        remove()
    except (OSError, SatopsError) as error:
        raise StoreUnreachable(
            f"The scratch ledger {name} beside the real one could not be removed: {error}\n"
            "It does no harm. Remove it by hand."
        ) from error
