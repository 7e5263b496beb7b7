"""Reading every order of the account, page by page, from a server that may page oddly.

A look that missed an order could settle a doubt as "not placed", and the order would be bought
again.  So the list ends only at a page that brings nothing new, and a list that is shorter than
the marketplace's own `total` is an error, never an answer.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from satops.adapters.marketplaces.eo_imagery.answer import whole_number
from satops.adapters.marketplaces.eo_imagery.orders import PROGRAMMING, read_order
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.errors import MarketplaceUnreachable

PAGE_SIZE: Final = 50
PAGES_MAX: Final = 10_000
"""Half a million orders; a server that never ends is stopped here."""
STALE_PAGES_MAX: Final = 3
"""Pages with nothing new in a row.  One can come while new orders push the list down."""

Page = Callable[[int], Any]
"""Returns the `data` of one page, counted from 1."""


def every_order(page: Page) -> Iterator[MarketplaceOrder]:
    """Yield each programming order once, in the order of the pages.

    Raises `MarketplaceUnreachable` for a list that is incomplete, that does not end, or that is
    none.
    """
    seen: set[str] = set()
    unreadable = stale = 0
    total: int | None = None
    for number in range(1, PAGES_MAX + 1):
        rows, said = _rows(page(number))
        # New orders raise the total during the look; those of its beginning are what must be seen.
        total = said if total is None else total
        known = len(seen) + unreadable
        for row in rows:
            order = read_order(row)
            if order is None:
                unreadable += 1
            elif order.order_no not in seen:
                seen.add(order.order_no)
                if order.kind in {None, PROGRAMMING}:
                    yield order
        found = len(seen) + unreadable
        stale = stale + 1 if found == known else 0
        complete = total is None or found >= total
        if not rows or (stale and complete) or stale == STALE_PAGES_MAX:
            if not complete:
                raise MarketplaceUnreachable(
                    f"page/query says that there are {total} orders, but showed {found}. "
                    "A list with gaps proves nothing. Try again later."
                )
            return
    raise MarketplaceUnreachable(f"page/query did not end after {PAGES_MAX} pages.")


def _rows(data: Any) -> tuple[list[Any], int | None]:
    """Return the rows of a page and the total that the server gives."""
    if data is None:
        return [], None
    rows = data.get("content") if isinstance(data, dict) else None
    if rows is None and isinstance(data, dict) and whole_number(data.get("total")) == 0:
        return [], 0
    if not isinstance(rows, list):
        raise MarketplaceUnreachable("page/query answered without a list of orders.")
    return rows, whole_number(data.get("total"))
