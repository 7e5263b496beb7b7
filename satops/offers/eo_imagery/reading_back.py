"""Compare an order's terms with those that the marketplace lists."""

from collections.abc import Iterator

from satops.core.offer import Agreement
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.order.order import Order
from satops.offers.eo_imagery.modes import mode_of


def agreements(order: Order, found: MarketplaceOrder) -> Iterator[Agreement]:
    """Yield each term: whether it agrees (None if not listed), and its text."""
    ours, theirs = order.terms, found.terms
    recurring = bool(theirs.get("recurring"))
    yield recurring is bool(ours.get("recurring")), f"recurring {str(recurring).lower()}"
    if ours.get("recurring"):
        for field in ("recurringDay", "recurringUnit"):
            yield _equal(ours.get(field), theirs.get(field)), f"{field} {theirs.get(field)}"
    # An unsent term may be listed with the marketplace's default.
    if "maxCloud" in ours:
        yield _equal(ours["maxCloud"], theirs.get("maxCloud")), f"maxCloud {theirs.get('maxCloud')}"
    choice = order.pass_choice
    if choice is not None:
        shown_as = found.simulation
        held = None if shown_as is None else shown_as in (str(choice.result), choice.simulation)
        yield held, f"simulationId {shown_as}"
    mode = mode_of(ours)
    if mode is not None:
        shown = theirs.get("resolution")
        yield _equal(mode.resolution_m, shown), f"resolution {shown} m"


def not_compared(order: Order) -> str:
    """Return a note on the terms that are not listed."""
    if order.terms.get("resolutionType") in (6, 7):
        return "resolutionType 6 and 7 read back alike (12 m), so this could not be compared"
    return ""


def _equal(ours: object, theirs: object) -> bool | None:
    return None if theirs is None else ours == theirs
