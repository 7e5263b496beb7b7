"""The client against the sandbox, whose database tells what was really bought."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from satops.adapters.marketplaces.eo_imagery import HttpMarketplace
from satops.adapters.token import Token, sandbox_token
from satops.core.order.submission import InDoubt, Outcome, Receipt, Rejection
from satops.core.plan.config import ApplyConfig, MarketplaceConfig
from satops.errors import MarketplaceUnreachable
from satops.sandbox.faults import Faults, Kind, Rule
from satops.sandbox.options import Options
from satops.sandbox.server import Sandbox, serve_in_thread
from tests.adapters.marketplaces import ENOUGH_S, PARTLY_S, request_of

BOUGHT = [Kind.CLOSE, Kind.RESET, Kind.CUT, Kind.GARBAGE, Kind.NO_ORDER_NO,
          Kind.EMPTY_ORDER_NO, Kind.HUGE, Kind.GZIP_BOMB]  # fmt: skip


class Buyer:
    """A client of a sandbox with one fault on its first order."""

    def __init__(self, sandbox: Sandbox, token: Token, answer_s: float = ENOUGH_S) -> None:
        limits = ApplyConfig(connect_timeout_s=ENOUGH_S, answer_timeout_s=answer_s)
        self.marketplace = HttpMarketplace(MarketplaceConfig(url=sandbox.url), limits, token)

    def order(self) -> tuple[Outcome, list[str]]:
        """Place one order; return the outcome and the numbers that the account shows after."""
        outcome = self.marketplace.place(request_of(2))
        return outcome, [order.order_no for order in self.marketplace.orders()]


@pytest.fixture
def sandbox(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """Run a sandbox with the options and the rule that the test's parameter names."""
    asked: dict[str, Any] = dict(getattr(request, "param", {}))
    rules = [asked.pop("rule")] if "rule" in asked else []
    faults, options = Faults(rules), Options(**asked)
    token = sandbox_token().reveal()
    with serve_in_thread(
        tmp_path / "sandbox.db", token=token, faults=faults, options=options
    ) as running:
        yield running


@pytest.mark.parametrize(
    "sandbox", [{"rule": Rule(kind=kind, count=1)} for kind in BOUGHT], indirect=True, ids=BOUGHT
)
def test_an_order_whose_answer_is_lost_is_in_doubt_and_was_bought_once(sandbox: Sandbox) -> None:
    outcome, shown = Buyer(sandbox, sandbox_token()).order()

    assert isinstance(outcome, InDoubt)
    assert len(shown) == 1


@pytest.mark.parametrize("sandbox", [{"rule": Rule(kind=Kind.DRIP, count=1)}], indirect=True)
def test_an_order_whose_answer_never_ends_is_in_doubt_and_was_bought_once(
    sandbox: Sandbox,
) -> None:
    outcome = Buyer(sandbox, sandbox_token(), PARTLY_S).marketplace.place(request_of(2))

    assert isinstance(outcome, InDoubt)
    assert len(list(Buyer(sandbox, sandbox_token()).marketplace.orders())) == 1


@pytest.mark.parametrize("stored", ["before", "never"])
@pytest.mark.parametrize("status", [307, 408, 500, 503])
def test_an_answer_that_proves_nothing_is_in_doubt_bought_or_not(
    tmp_path: Path, status: int, stored: Any
) -> None:
    rule = Rule(kind=Kind.STATUS, status=status, store=stored, count=1)
    token = sandbox_token().reveal()
    with serve_in_thread(tmp_path / "s.db", token=token, faults=Faults([rule])) as sandbox:
        outcome, shown = Buyer(sandbox, sandbox_token()).order()

    assert isinstance(outcome, InDoubt)
    assert len(shown) == (1 if stored == "before" else 0)


@pytest.mark.parametrize(
    "sandbox", [{"rule": Rule(kind=Kind.REDIRECT, store="before", count=1)}], indirect=True
)
def test_a_redirect_to_the_same_endpoint_does_not_buy_twice(sandbox: Sandbox) -> None:
    outcome, shown = Buyer(sandbox, sandbox_token()).order()

    assert isinstance(outcome, InDoubt)
    assert len(shown) == 1


@pytest.mark.parametrize(
    "sandbox",
    [{}, {"time_unit": "s"}, {"sorting": "oldest-first"}, {"sorting": "shuffled"},
     {"largest_page": 2}, {"order_numbers": "uuid"}, {"http_status": "as-code"}],
    indirect=True,
    ids=str,
)  # fmt: skip
def test_a_receipt_names_the_order_that_the_account_shows(sandbox: Sandbox) -> None:
    buyer = Buyer(sandbox, sandbox_token())
    receipts = [buyer.order()[0] for _ in range(3)]

    numbers = {receipt.order_no for receipt in receipts if isinstance(receipt, Receipt)}
    found = list(buyer.marketplace.orders())
    assert len(numbers) == 3
    assert {order.order_no for order in found} == numbers
    assert all(order.created_at is not None for order in found)


def test_another_token_is_a_rejection_that_stops_the_run(sandbox: Sandbox) -> None:
    outcome = Buyer(sandbox, Token("another")).marketplace.place(request_of(2))

    assert isinstance(outcome, Rejection)
    assert (outcome.code, outcome.stops_run) == (401, True)


@pytest.mark.parametrize("sandbox", [{"http_status": "as-code"}, {}], indirect=True, ids=str)
def test_a_wrong_request_is_a_rejection_and_nothing_is_bought(sandbox: Sandbox) -> None:
    buyer = Buyer(sandbox, sandbox_token())

    outcome = buyer.marketplace.place(json.dumps({"provider": "nobody"}).encode())

    assert isinstance(outcome, Rejection)
    assert (outcome.code, outcome.stops_run) == (400, False)
    assert list(buyer.marketplace.orders()) == []


@pytest.mark.parametrize("sandbox", [{"without": ("query",)}], indirect=True)
def test_an_account_without_page_query_is_told_of_the_setting(sandbox: Sandbox) -> None:
    with pytest.raises(MarketplaceUnreachable, match="query: false"):
        Buyer(sandbox, sandbox_token()).order()


@pytest.mark.parametrize("sandbox", [{"lifecycle": ((0, 2),)}], indirect=True)
def test_links_of_a_delivered_order_are_read(sandbox: Sandbox) -> None:
    buyer = Buyer(sandbox, sandbox_token())
    _, (number,) = buyer.order()

    links = buyer.marketplace.download_links(number)

    assert links is not None
    assert links.status == 2
    assert links.urls
    assert buyer.marketplace.download_links("PROG_NONE") is None
