"""Hash the products at a target, and compare them with the ledger."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Literal

from msgspec import Struct

from satops.core.ledger.fetched import Fetched
from satops.core.ledger.state import LedgerState
from satops.workflow.download import key_of
from satops.workflow.targets import Target

READ_AT_ONCE: Final = 4

Verdict = Literal["right", "missing", "damaged", "unread"]


class DeliveryCheck(Struct, frozen=True):
    """One product of the ledger, and its verdict at the target."""

    name: str
    key: str
    verdict: Verdict
    detail: str = ""


class DeliveriesReport(Struct, frozen=True):
    """The verdicts for all products of the ledger."""

    target: str
    checks: tuple[DeliveryCheck, ...]

    @property
    def wrong(self) -> tuple[DeliveryCheck, ...]:
        """Products with other bytes, or that cannot be read."""
        return tuple(it for it in self.checks if it.verdict in ("damaged", "unread"))

    @property
    def missing(self) -> int:
        """Number of products that the target lacks."""
        return sum(it.verdict == "missing" for it in self.checks)


def verify_deliveries(state: LedgerState, target: Target) -> DeliveriesReport:
    """Read and hash every product at the target."""
    with ThreadPoolExecutor(READ_AT_ONCE, "satops-verify") as pool:
        checks = pool.map(lambda it: _check(it, target), _fetched(state))
        return DeliveriesReport(target.address, tuple(checks))


def _fetched(state: LedgerState) -> Iterator[Fetched]:
    for number in sorted(state.deliveries):
        yield from state.deliveries[number]


def _check(fetched: Fetched, target: Target) -> DeliveryCheck:
    key = key_of(fetched)
    try:
        size = target.size(key)
        if size is None:
            return DeliveryCheck(fetched.name, key, "missing")
        if size != fetched.size:
            detail = f"It has {size:,} bytes, and {fetched.size:,} were fetched."
            return DeliveryCheck(fetched.name, key, "damaged", detail)
        if target.digest(key) != fetched.sha256:
            return DeliveryCheck(fetched.name, key, "damaged", "Its bytes are other ones.")
    except OSError as error:
        return DeliveryCheck(fetched.name, key, "unread", f"{error.strerror or error}.")
    return DeliveryCheck(fetched.name, key, "right")
