"""The body of the create call."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal

import pytest

from satops.core.geometry.forms import read_geometry
from satops.core.order.order import Order
from satops.offers.eo_imagery.request import create_request
from tests.offers.orders import eo_order

YEAR = datetime.now(UTC).year + 1
HOLE = "POLYGON ((0 0, 10 0, 10 0.5, 0 0.5, 0 0), (1 0.1, 1 0.2, 2 0.0000001, 1 0.1))"


def order(wkt: str = HOLE, **terms: Any) -> Order:
    """Make an order from WKT, with the terms given."""
    rings, _ = read_geometry(wkt)
    assert rings is not None
    start = datetime(YEAR, 10, 27, 10, tzinfo=UTC)
    return eo_order(
        provider="changguang", rings=rings, start=start, end=start + timedelta(days=1), **terms
    )


def body(
    of: Order,
    *,
    geometry: Literal["geojson", "wkt"] = "geojson",
    zone: timezone = UTC,
) -> dict[str, Any]:
    """Return the fields of the request."""
    fields: dict[str, Any] = json.loads(create_request(of, geometry=geometry, timezone=zone))
    return fields


def test_an_order_with_everything_is_sent_with_everything() -> None:
    fields = body(
        order(
            max_cloud=20,
            resolution_type=1,
            recurring=True,
            recurring_day=7,
            recurring_unit=1,
        )
    )
    geometry = fields.pop("geometry")
    assert fields == {
        "provider": "changguang",
        "startDate": f"{YEAR}-10-27T10:00:00",
        "endDate": f"{YEAR}-10-28T10:00:00",
        "recurring": True,
        "recurringDay": 7,
        "recurringUnit": 1,
        "maxCloud": 20,
        "resolutionType": 1,
    }
    assert isinstance(geometry, str)


def test_a_field_that_the_order_leaves_out_is_not_sent() -> None:
    assert body(order()).keys() == {"provider", "geometry", "startDate", "endDate"}


@pytest.mark.parametrize("terms", [{"max_cloud": 0}, {"recurring": False}, {"recurring_day": 0}])
def test_zero_and_false_are_values_and_are_sent(terms: dict[str, Any]) -> None:
    ((field, value),) = body(order(**terms)).items() - body(order()).items()
    assert value == next(iter(terms.values()))
    assert field in ("maxCloud", "recurring", "recurringDay")


def test_geojson_is_a_text_with_the_digits_of_the_canonical_order() -> None:
    assert body(order())["geometry"] == (
        '{"type":"Polygon","coordinates":[[[0,0],[10,0],[10,0.5],[0,0.5],[0,0]],'
        "[[1,0.1],[1,0.2],[2,0.0000001],[1,0.1]]]}"
    )


def test_wkt_has_the_same_digits() -> None:
    assert body(order(), geometry="wkt")["geometry"] == (
        "POLYGON ((0 0, 10 0, 10 0.5, 0 0.5, 0 0), (1 0.1, 1 0.2, 2 0.0000001, 1 0.1))"
    )


@pytest.mark.parametrize("geometry", ["geojson", "wkt"])
def test_what_is_sent_reads_back_to_the_same_order(geometry: Literal["geojson", "wkt"]) -> None:
    sent = order()
    assert order(body(sent, geometry=geometry)["geometry"]).digest == sent.digest


def test_dates_are_sent_in_the_zone_of_the_marketplace() -> None:
    fields = body(order(), zone=timezone(timedelta(hours=8)))
    assert fields["startDate"] == f"{YEAR}-10-27T18:00:00"
    assert fields["endDate"] == f"{YEAR}-10-28T18:00:00"


def test_the_same_order_gives_the_same_bytes() -> None:
    assert create_request(order(), geometry="geojson", timezone=UTC) == create_request(
        order(), geometry="geojson", timezone=UTC
    )
