"""Confirm the pass of an order before it is sent, and compare it after it was bought."""

from collections.abc import Sequence
from contextlib import suppress

from msgspec import Struct
from msgspec.structs import replace

from satops.core.ledger.events import PurchaseCompared
from satops.core.order.matching import differences
from satops.core.order.order import Order
from satops.core.order.pass_review import pass_differences, reviewed_pass
from satops.core.order.passes import Pass
from satops.core.plan.config import Config
from satops.core.plan.plan import Action
from satops.core.spec.spec import Spec
from satops.errors import LedgerError, MarketplaceUnreachable
from satops.offers import offer_of
from satops.ports import Marketplace
from satops.workflow.ledger_session import LedgerSession
from satops.workflow.outcomes import OrderResult


class NotAsReviewed(Struct, frozen=True):
    """Why a pass is not ordered."""

    why: str
    unread: bool = False
    """Whether the marketplace could not be read: then the spec is not at fault."""


def confirm_pass(marketplace: Marketplace, order: Order, config: Config) -> Pass | NotAsReviewed:
    """Read the simulation result of an order again; return its row if it equals the reviewed one.

    Marketplace failures are returned as `NotAsReviewed`, never raised.
    """
    choice = order.pass_choice
    assert choice is not None
    try:
        found = marketplace.simulation(choice.simulation)
    except MarketplaceUnreachable as error:
        return NotAsReviewed(str(error), unread=True)
    row = reviewed_pass(order, found)
    if isinstance(row, str):
        return NotAsReviewed(row)
    differs = pass_differences(order, row, config.marketplace.timezone)
    return NotAsReviewed("; ".join(differs)) if differs else row


class Compared(Struct, frozen=True):
    """One bought order of a pass, compared with the order that was sent."""

    name: str
    order_no: str
    differs: tuple[str, ...] = ()
    unread: str = ""
    """Why the order could not be compared; empty if it was."""

    @property
    def words(self) -> str:
        """The differences as a sentence; empty if there are none."""
        if self.differs:
            return f"bought, but not as reviewed: the marketplace shows {'; '.join(self.differs)}"
        if self.unread:
            return f"bought, and not compared with what was reviewed: {self.unread}"
        return ""


def compare_purchases(
    session: LedgerSession,
    marketplace: Marketplace,
    actions: Sequence[Action],
    results: Sequence[OrderResult],
    config: Config,
) -> tuple[Compared, ...]:
    """Read each order of a pass that a run has placed, once, and record the differences.

    Never raises: the orders are bought and recorded, whatever this finds.
    """
    placed = {result.name: result.order_no for result in results if result.outcome == "placed"}
    compared = []
    for action in actions:
        order_no = placed.get(action.name)
        if order_no and action.spec is not None and action.spec.order.pass_choice is not None:
            compared.append(compare_purchase(marketplace, action.spec, order_no, config))
    record_compared(session, compared)
    return tuple(compared)


def record_compared(session: LedgerSession, compared: Sequence[Compared]) -> None:
    """Record the differences.  If the ledger cannot be written, the report still shows them."""
    events = [PurchaseCompared(c.name, c.order_no, c.differs) for c in compared if c.differs]
    if events:
        with suppress(LedgerError):
            session.record(events)


def with_compared(
    results: Sequence[OrderResult], compared: Sequence[Compared]
) -> list[OrderResult]:
    """Return the results, each with the differences of its order as message."""
    words = {each.name: each.words for each in compared}
    return [replace(result, message=words.get(result.name) or result.message) for result in results]


def compare_purchase(
    marketplace: Marketplace, spec: Spec, order_no: str, config: Config
) -> Compared:
    """Read one order and compare it with the order that was sent.  Never raises."""
    offer, zone = offer_of(config), config.marketplace.timezone
    try:
        found = marketplace.order(order_no)
    except MarketplaceUnreachable as error:
        return Compared(spec.name, order_no, unread=str(error))
    if found is None:
        return Compared(spec.name, order_no, unread="the marketplace does not show it yet")
    return Compared(spec.name, order_no, differences(spec.order, found, offer=offer, zone=zone))
