"""Estimates: area times price, at least the minimum, times the captures."""

from datetime import timedelta
from typing import Any

import pytest

from satops.core.plan.estimate import prices_from
from satops.core.spec.spec import Spec
from satops.errors import UsageError
from satops.offers.eo_imagery import EO_IMAGERY
from tests.core.checks.making import box, frame, radar, spec

KM2 = spec().footprint.area_km2


def estimate(one: Spec, **table: Any) -> float | None:
    prices = prices_from({"currency": "USD", **table}, EO_IMAGERY)
    assert prices is not None
    return prices.estimate(one)


def test_without_a_table_there_is_no_number() -> None:
    assert prices_from(None, EO_IMAGERY) is None


@pytest.mark.parametrize(
    ("per_km2", "expected"),
    [
        (2, 2),
        ({"changguang": 3}, 3),
        ({"changguang": {"very-high": 4, "high": 5}}, 4),
        ({"changguang": {"2": 6}}, 6),
        ({"changguang": {"high": 5}}, None),
        ({"tianyi": 5}, None),
    ],
)
def test_prices_are_by_provider_and_mode(per_km2: Any, expected: float | None) -> None:
    found = estimate(spec(), perKm2=per_km2)
    assert found == (None if expected is None else pytest.approx(expected * KM2, abs=0.01))


def test_an_order_without_a_mode_has_its_providers_price_only() -> None:
    assert estimate(spec(mode=None), perKm2={"changguang": {"very-high": 4}}) is None
    assert estimate(spec(mode=None), perKm2={"changguang": 1}) == pytest.approx(KM2, abs=0.01)


def test_the_least_bill_is_charged() -> None:
    tiny = spec(box(8.0, 44.0, 8.001, 44.001))
    assert estimate(tiny, perKm2=2, minimumKm2=25) == 50
    assert estimate(tiny, perKm2=2, minimumKm2={"tianyi": 25}) == pytest.approx(0.02, abs=0.01)
    assert estimate(spec(), perKm2=2, minimumKm2=25) == pytest.approx(2 * KM2, abs=0.01)


def test_every_capture_is_charged() -> None:
    weekly = radar(length=timedelta(days=28), every=(1, 2))
    once = estimate(radar(), perKm2=1, minimumKm2=100)
    assert (once, estimate(weekly, perKm2=1, minimumKm2=100)) == (100, 400)


@pytest.mark.parametrize(
    "table",
    [
        {"perKm2": 1},
        {"currency": "USD"},
        {"currency": 5, "perKm2": 1},
        {"currency": "USD", "perKm2": 1, "discount": 2},
        {"currency": "USD", "perKm2": -1},
        {"currency": "USD", "perKm2": float("inf")},
        {"currency": "USD", "perKm2": True},
        {"currency": "USD", "perKm2": {"jilin": 1}},
        {"currency": "USD", "perKm2": {"tianyi": {"high": 1}}},
        {"currency": "USD", "perKm2": {"tianyi": {"spotlight": "1"}}},
        {"currency": "USD", "perKm2": 1, "minimumKm2": "25"},
    ],
)
def test_a_wrong_table_is_refused(table: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"satops\.yaml: "):
        prices_from(table, EO_IMAGERY)


def test_a_hole_takes_nothing_off_the_estimate() -> None:
    assert estimate(spec(frame()), perKm2=2) == pytest.approx(2 * KM2, abs=0.01)
