"""What each marketplace keeps of the port: the client on the sandbox, and the simulation's own."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from satops.adapters.marketplaces.eo_imagery import HttpMarketplace
from satops.adapters.token import sandbox_token
from satops.core.order.submission import Receipt
from satops.core.plan.config import ApplyConfig, MarketplaceConfig
from satops.offers.eo_imagery.modes import MODES
from satops.ports import Marketplace
from satops.sandbox.server import serve_in_thread
from tests.adapters.marketplaces import request_of
from tests.simulation.world import Seller, World


@pytest.fixture(params=["http", "simulation"])
def marketplace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Marketplace]:
    """Return an account without orders."""
    if request.param == "simulation":
        world = World(seed=0)
        world.faults = False
        yield Seller(world, late_s=0)
        return
    with serve_in_thread(tmp_path / "sandbox.db") as sandbox:
        client = HttpMarketplace(MarketplaceConfig(url=sandbox.url), ApplyConfig(), sandbox_token())
        yield client
        client.close()


def placed(marketplace: Marketplace, mode: int) -> str:
    """Place an order and return its number."""
    outcome = marketplace.place(request_of(mode))
    assert isinstance(outcome, Receipt)
    return outcome.order_no


def test_an_account_without_orders_shows_none(marketplace: Marketplace) -> None:
    assert list(marketplace.orders()) == []
    assert marketplace.order("PROG_ORDER_200001010001") is None


@pytest.mark.parametrize("mode", sorted(MODES))
def test_a_placed_order_is_shown_with_what_was_asked_for(
    marketplace: Marketplace, mode: int
) -> None:
    before = datetime.now(UTC)
    request = request_of(mode)
    outcome = marketplace.place(request)

    (listed,) = marketplace.orders()
    asked = json.loads(request)
    assert outcome == Receipt(listed.order_no)
    assert listed.provider == asked["provider"]
    assert listed.kind == 2
    assert listed.geometry is not None
    assert listed.start is not None
    assert listed.start.replace("T", " ")[:16] == asked["startDate"].replace("T", " ")[:16]
    assert listed.end is not None
    assert listed.terms["maxCloud"] == 20
    assert listed.terms["resolution"] == MODES[mode].resolution_m
    assert listed.created_at is not None
    assert abs(listed.created_at - before) < timedelta(hours=1)
    assert not listed.deleted


def test_an_order_is_shown_alike_in_the_list_and_alone(marketplace: Marketplace) -> None:
    number = placed(marketplace, 2)

    assert [marketplace.order(number)] == list(marketplace.orders())


def test_the_same_request_twice_is_two_orders(marketplace: Marketplace) -> None:
    request = request_of(2)

    first, second = marketplace.place(request), marketplace.place(request)

    assert first != second
    assert len(list(marketplace.orders())) == 2


def test_every_order_is_listed_once(marketplace: Marketplace) -> None:
    numbers = [placed(marketplace, 1 + index % 8) for index in range(120)]

    listed = [order.order_no for order in marketplace.orders()]

    assert sorted(listed) == sorted(numbers)


def test_the_address_and_the_longest_answer_are_told(marketplace: Marketplace) -> None:
    assert marketplace.address.startswith("http")
    assert marketplace.longest_answer_s > 0
