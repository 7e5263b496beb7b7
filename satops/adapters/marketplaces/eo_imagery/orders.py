"""Read orders from the marketplace's answers, tolerant of its different notations, and every order
of the account, page by page, although the server may page oddly.

A look that missed an order could settle a doubt as "not placed", and the order would be bought
again.  So the list ends only at a page without a new order.  A list shorter than the marketplace's
own `total`, or above the bounds of a look, is an error, never an answer.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timezone
from time import monotonic as system_monotonic
from typing import Any, Final

from msgspec import Struct

from satops.adapters.marketplaces.eo_imagery.answer import whole_number
from satops.adapters.marketplaces.eo_imagery.outcome import order_number
from satops.core import json_text
from satops.core.order.marketplace_order import Image, MarketplaceOrder
from satops.core.order.order import instant_text
from satops.core.plan.config import ReconcileConfig
from satops.core.safe import shown
from satops.errors import MarketplaceUnreachable

PROGRAMMING: Final = 2
"""`type` of programming orders; 1 is an archive order."""

_MILLISECONDS_FROM: Final = 100_000_000_000
"""In seconds the year 5138, in milliseconds 1973: the size of `ctime` tells its unit."""


def read_order(row: object) -> MarketplaceOrder | None:
    """Read one `MarketOrder`; None if it has no order number.

    Numbers may be text, and texts null; an absent or unreadable field is None.
    """
    order_no = order_number(row)
    if order_no is None or not isinstance(row, dict):
        return None
    kind = whole_number(row.get("type"))
    terms = {
        "recurring": _truth(row.get("recurring")),
        "recurringDay": whole_number(row.get("recurringDay")),
        "recurringUnit": whole_number(row.get("recurringUnit")),
        "maxCloud": _rounded(row.get("maxCloud")),
        "resolution": finite(row.get("resolution")),
    }
    return MarketplaceOrder(
        order_no=order_no,
        provider=_text(row.get("provider")),
        kind=kind,
        programming=kind in (None, PROGRAMMING),
        status=whole_number(row.get("status")),
        geometry=_geometry(row.get("region")),
        start=_text(row.get("timeStart")),
        end=_text(row.get("timeEnd")),
        terms={name: value for name, value in terms.items() if value is not None},
        created_at=instant(row.get("ctime")),
        deleted=_truth(row.get("deleted")) is True,
        final_amount=finite(row.get("finalAmount")),
        simulation=_text(row.get("simulationId")),
    )


def read_images(data: object, zone: timezone) -> tuple[Image, ...]:
    """Read `content` of order/detail; its times have no offset and are read in `zone`."""
    rows = data.get("content") if isinstance(data, dict) else None
    return tuple(_image(row, zone) for row in rows or () if isinstance(row, dict))


def _image(row: Mapping[str, Any], zone: timezone) -> Image:
    return Image(
        id=_text(row.get("id")),
        time=_taken(_text(row.get("imageTime")), zone),
        name=_text(row.get("name")),
        angle=finite(row.get("satelliteAngle")),
        geometry=_geometry(row.get("geometry")),
    )


def _taken(text: str | None, zone: timezone) -> str | None:
    try:
        when = datetime.fromisoformat((text or "").strip())
        return instant_text(when if when.tzinfo else when.replace(tzinfo=zone))
    except (ValueError, OverflowError):
        return None


def instant(value: object) -> datetime | None:
    """Read a Unix time, in seconds or milliseconds by its size; None for anything else."""
    number = finite(value)
    if number is None or number <= 0:
        return None
    seconds = number / 1000 if number >= _MILLISECONDS_FROM else number
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return None


def _geometry(value: Any) -> str | None:
    # GeoJSON may be an object instead of a text.
    return json_text.dumps(value).decode() if isinstance(value, dict) else _text(value)


def finite(value: object) -> float | None:
    """Return a finite JSON number, or a text that is one; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _rounded(value: object) -> int | None:
    number = finite(value)
    return int(number) if number is not None and number.is_integer() else None


def _truth(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        return value.strip().lower() == "true"
    number = whole_number(value)
    return None if number is None else number != 0


PAGE_SIZE: Final = 50
PAGES_MAX: Final = 10_000
"""Half a million orders; stops a server that never ends."""
STALE_PAGES_MAX: Final = 3
"""Pages in a row without a new order.  One can come when new orders push the list down."""


class Listed(Struct, frozen=True):
    """One page of the answer."""

    data: Any
    size: int
    """Bytes of the answer."""


Page = Callable[[int], Listed]
"""Returns one page, counted from 1."""


class Bounds:
    """The bounds of one look: a deadline, a total of rows and of bytes."""

    def __init__(
        self, config: ReconcileConfig, monotonic: Callable[[], float] = system_monotonic
    ) -> None:
        self._config = config
        self._monotonic = monotonic
        self._end = monotonic() + config.look_s
        self._rows = self._bytes = 0

    def require_time(self) -> None:
        """Raise `MarketplaceUnreachable` after the deadline."""
        if self._monotonic() >= self._end:
            raise _out_of_bounds("took longer", f"{self._config.look_s:,.0f} s", "lookS")

    def take(self, rows: int, size: int) -> None:
        """Count one page.  Raises `MarketplaceUnreachable` above the bounds."""
        self._rows += rows
        self._bytes += size
        if rows > PAGE_SIZE:
            raise MarketplaceUnreachable(
                f"page/query answered with {rows:,} rows where {PAGE_SIZE} were asked for. A list "
                "whose pages cannot be told apart proves nothing."
            )
        if self._rows > self._config.rows_max:
            raise _out_of_bounds("has more", f"{self._config.rows_max:,} rows", "rowsMax")
        if self._bytes > self._config.bytes_max:
            raise _out_of_bounds("has more", f"{self._config.bytes_max:,} bytes", "bytesMax")


def _out_of_bounds(words: str, bound: str, setting: str) -> MarketplaceUnreachable:
    return MarketplaceUnreachable(
        f"The list of the account's orders {words} than {bound}, so it was not read to its end, "
        f"and proves nothing. Raise `reconcile.{setting}` in satops.yaml."
    )


def every_order(
    page: Page, config: ReconcileConfig, bounds: Bounds | None = None
) -> Iterator[MarketplaceOrder]:
    """Yield each programming order once, in the order of the pages.

    Raises `MarketplaceUnreachable` for an incomplete or endless list, for one above its bounds, and
    for data that is no list.
    """
    bounds = bounds or Bounds(config)
    seen: dict[str, list[MarketplaceOrder]] = {}
    """The orders by number: a list may show one number with two contents, and both may matter."""
    unreadable = stale = 0
    total: int | None = None
    hidden: str | None = None
    """The id of a row whose number cannot be read."""
    for number in range(1, PAGES_MAX + 1):
        bounds.require_time()
        answer = page(number)
        rows, said = _rows(answer.data)
        bounds.take(len(rows), answer.size)
        # New orders raise the total during the look; only those of its beginning must be seen.
        total = said if total is None else total
        known = len(seen) + unreadable
        for row in rows:
            order = read_order(row)
            if order is None:
                unreadable += 1
                if isinstance(row, dict):
                    hidden = str(row.get("id"))
            elif order not in (shown_before := seen.setdefault(order.order_no, [])):
                shown_before.append(order)
                if order.programming:
                    yield order
        found = len(seen) + unreadable
        stale = stale + 1 if found == known else 0
        complete = total is None or found + config.short_by >= total
        if not rows or (stale and complete) or stale == STALE_PAGES_MAX:
            if hidden is not None:
                raise MarketplaceUnreachable(
                    f"page/query lists an order without a number that can be read (its id: "
                    f"{shown(hidden)}). It may be one of ours, so the list proves nothing."
                )
            if len(rows) >= PAGE_SIZE and (total is None or total < found):
                raise MarketplaceUnreachable(
                    "page/query repeats a full page, and gives no total that fits: whether there "
                    "are more orders cannot be known, so the list proves nothing."
                )
            if not complete:
                raise MarketplaceUnreachable(
                    f"page/query says that there are {total} orders, but showed {found}. "
                    "A list with gaps proves nothing. Try again later; where the marketplace "
                    "always counts orders that it never lists, set `reconcile.shortBy`."
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
