"""A scratch ledger of the same kind and in the same location as the real one, to prove a store.

It is removed afterwards.  The real ledger is never opened.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from satops.adapters.stores.open import kind_of
from satops.errors import SatopsError, StoreUnreachable
from satops.ports import OpenScratch

PREFIX = "satops-probe-"
"""Prefix of the names of scratch ledgers."""
_NAME = re.compile(re.escape(PREFIX) + "[0-9a-f]{12}")


class LeftOver(Struct, frozen=True):
    """A scratch ledger of a proof that was interrupted or is running."""

    name: str
    removal: str
    """Command that removes it."""


def left_beside(address: str, root: Path) -> tuple[LeftOver, ...]:
    """Return the scratch ledgers beside the ledger at `address`; removes none.

    Raises `UsageError` as `open_store` does, and `StoreUnreachable`.
    """
    found = kind_of(address).left(address.partition(":")[2], root)
    return tuple(LeftOver(name, removal) for name, removal in found if _NAME.fullmatch(name))


@contextmanager
def scratch_beside(address: str, root: Path) -> Iterator[OpenScratch]:
    """Yield a function that opens a scratch ledger beside the one at `address`, and clear it
    afterwards.

    Raises `UsageError` as `open_store` does, and `StoreUnreachable` if it cannot be cleared; the
    message names the remains.
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
