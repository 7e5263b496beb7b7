"""Read orders from the marketplace's answers, tolerant of its different notations."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timezone
from typing import Any, Final

from satops.adapters.marketplaces.eo_imagery.answer import whole_number
from satops.adapters.marketplaces.eo_imagery.outcome import order_number
from satops.core import json_text
from satops.core.order.marketplace_order import Image, MarketplaceOrder
from satops.core.order.order import instant_text

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
