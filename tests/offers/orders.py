"""Orders of the eo-imagery marketplace for tests, field by field."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from satops.core import json_text
from satops.core.order.order import Location, Order, canonical_order, order_from_fields
from satops.core.order.passes import FIELD, PassChoice
from satops.offers.eo_imagery.fields import PASS_VERSION, VERSION


def eo_order(
    *,
    provider: str,
    rings: Sequence[Sequence[Location]],
    start: datetime,
    end: datetime,
    max_cloud: int | None = None,
    resolution_type: int | None = None,
    recurring: bool | None = None,
    recurring_day: int | None = None,
    recurring_unit: int | None = None,
) -> Order:
    """Make an order; a field that is None is left out."""
    terms: dict[str, Any] = {
        "maxCloud": max_cloud,
        "recurring": recurring,
        "recurringDay": recurring_day,
        "recurringUnit": recurring_unit,
        "resolutionType": resolution_type,
    }
    return canonical_order(
        version=VERSION,
        provider=provider,
        rings=rings,
        start=start,
        end=end,
        terms={name: value for name, value in terms.items() if value is not None},
    )


def of_pass(order: Order, choice: PassChoice) -> Order:
    """Return the same order, bought by a pass."""
    fields = json_text.loads(order.canonical)
    return order_from_fields({**fields, FIELD: choice.fields(), "version": PASS_VERSION})
