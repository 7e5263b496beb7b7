"""A list of the account that a look may not believe, and rows that it must not pass over."""

from typing import Any

import pytest

from satops.adapters.marketplaces.eo_imagery.orders import PAGE_SIZE, Listed, every_order
from satops.core.plan.config import ReconcileConfig
from satops.errors import MarketplaceUnreachable


@pytest.mark.parametrize("total", [None, 0, -1, "x"])
def test_a_full_page_that_repeats_without_a_total_that_fits_proves_nothing(total: object) -> None:
    content = [{"orderNo": f"P{number}", "type": 2} for number in range(PAGE_SIZE)]
    data: dict[str, Any] = {"content": content}
    if total is not None:
        data["total"] = total
    with pytest.raises(MarketplaceUnreachable, match="proves nothing"):
        list(every_order(lambda _: Listed(data, 1_000), ReconcileConfig()))


def test_every_row_of_a_number_is_compared() -> None:
    content = [
        {"orderNo": "P1", "type": 2, "timeStart": "2031-01-01 00:00"},
        {"orderNo": "P1", "type": 2, "timeStart": "2031-02-01 00:00"},
        {"orderNo": "P1", "type": 2, "timeStart": "2031-01-01 00:00"},
    ]
    pages = [{"content": content, "total": 1}, {"content": [], "total": 1}]
    found = list(every_order(lambda n: Listed(pages[min(n, 2) - 1], 1_000), ReconcileConfig()))
    assert [order.start for order in found] == ["2031-01-01 00:00", "2031-02-01 00:00"]
