"""Refresh: what the marketplace says of placed orders, in the ledger, and only where it changed."""

from typing import Any

import pytest
from msgspec.structs import replace

from satops.core import json_text
from satops.core.ledger.events import DeliveryFetched
from satops.core.order.marketplace_order import DownloadLinks, MarketplaceOrder
from satops.errors import ExitCode, MarketplaceUnreachable
from satops.offers.eo_imagery import EO_IMAGERY
from satops.workflow.refresh import FAILURES_MAX, RefreshReport, refresh
from tests.workflow.team import Team, spec

DAY = 24 * 3600


def bought(*names: str, query: bool = True) -> Team:
    """Return a team whose orders are placed."""
    team = Team(*(spec(name, number) for number, name in enumerate(names)), query=True)
    team.apply()
    team.config = replace(team.config, marketplace=replace(team.config.marketplace, query=query))
    return team


def says(team: Team, name: str, **fields: Any) -> str:
    """Have the marketplace show other fields of an order; return its number."""
    number = team.state().orders[name].order_no
    assert number is not None
    for index, item in enumerate(team.shop.bought):
        if item.order.order_no == number:
            team.shop.bought[index] = replace(item, order=replace(item.order, **fields))
    return number


def hide(team: Team, *, listed: bool = True, alone: bool = False) -> None:
    """Have page/query, or detail too, show nothing."""
    if listed:
        team.shop.orders = lambda: iter(())  # type: ignore[method-assign]
    if alone:
        team.shop.order = lambda order_no: None  # type: ignore[method-assign]
        team.shop.download_links = lambda order_no: None  # type: ignore[method-assign]


def run(team: Team) -> RefreshReport:
    """Refresh once."""
    session = team.session()
    return refresh(session=session, marketplace=team.shop, config=team.config)


def kinds(team: Team) -> list[str]:
    """Return the kinds of what refreshes have appended."""
    events = [json_text.loads(line) for line in team.store.lines]
    return [e["kind"] for e in events if e["kind"] in ("StatusObserved", "Refreshed")]


def test_every_number_has_a_word_and_an_unknown_one_is_kept() -> None:
    word = EO_IMAGERY.status
    assert {number: word(number).word for number in (1, 2, 3, 4, 5, 6, 77, None)} == {
        1: "ordered", 2: "delivered", 3: "completed", 4: "analysing", 5: "awaiting-image",
        6: "failed", 77: "status-77", None: "",
    }  # fmt: skip
    assert word(5).words == "awaiting-image (5, pending image)"
    assert word(3).words == "completed (3)"
    assert word(77).words == "status-77"


@pytest.mark.parametrize("query", [True, False])
def test_only_what_changed_is_recorded(query: bool) -> None:
    team = bought("a", "b", query=query)
    assert {seen.name for seen in run(team).observed} == {"a", "b"}
    says(team, "a", status=77)
    (changed,) = run(team).observed
    assert (changed.name, changed.status.number) == ("a", 77)
    assert team.state().orders["a"].status == 77
    assert run(team).observed == ()
    assert kinds(team) == ["StatusObserved"] * 2 + ["Refreshed", "StatusObserved", "Refreshed"]


def test_a_refresh_that_changed_nothing_is_recorded_once_in_twelve_hours() -> None:
    team = bought("a")
    run(team)
    at_first = team.state().refreshed_at
    for hours in (0, 5, 11.9):
        team.world.seconds = 60 + hours * 3600
        run(team)
    assert team.state().refreshed_at == at_first
    team.world.seconds += 3600
    run(team)
    assert team.state().refreshed_at > at_first
    assert kinds(team) == ["StatusObserved", "Refreshed", "Refreshed"]


def test_nothing_is_recorded_and_nobody_asked_where_nothing_was_bought() -> None:
    team = Team()
    team.shop.orders = lambda: pytest.fail("asked")  # type: ignore[method-assign]
    assert run(team) == RefreshReport((), ())
    assert kinds(team) == []


def test_amounts_have_the_currency_that_is_configured_and_zero_before_delivery_is_none() -> None:
    team = bought("a")
    says(team, "a", final_amount=0.0)
    assert run(team).observed[0].amount is None
    says(team, "a", status=2, final_amount=120.5)
    assert (run(team).observed[0].amount, run(team).observed) == (120.5, ())
    known = team.state().orders["a"]
    assert (known.amount, known.amount_currency) == (120.5, None)

    market = replace(team.config.marketplace, currency="USD")
    team.config = replace(team.config, marketplace=market)
    (changed,) = run(team).observed
    assert (changed.amount, changed.currency) == (120.5, "USD")
    assert run(team).observed == ()


def test_what_the_list_does_not_show_is_asked_for_alone() -> None:
    team = bought("a")
    hide(team)
    assert run(team).observed[0].status.number == 1
    says(team, "a", status=5)
    asked: list[str] = []

    def links(order_no: str) -> DownloadLinks:
        asked.append(order_no)
        return DownloadLinks(5, ())

    def no_detail(order_no: str) -> MarketplaceOrder | None:
        raise MarketplaceUnreachable("no such page")

    team.shop.order, team.shop.download_links = no_detail, links  # type: ignore[method-assign]
    assert run(team).observed[0].status.number == 5
    assert asked == [team.state().orders["a"].order_no]


def test_an_order_that_nobody_shows_is_named_and_kept_in_the_ledger() -> None:
    team = bought("a")
    run(team)
    hide(team, alone=True)
    assert run(team).unseen == ("a",)
    assert team.state().not_listed == (team.state().orders["a"].order_no,)
    assert kinds(team)[-1] == "Refreshed"
    run(team)
    assert kinds(team).count("Refreshed") == 2


def test_a_finished_order_is_not_asked_for_alone() -> None:
    team = bought("a", query=False)
    says(team, "a", status=3)
    run(team)
    team.shop.download_links = lambda _: pytest.fail("asked")  # type: ignore[assignment]
    assert run(team).unseen == ()


def test_what_cannot_be_read_ends_with_8_and_is_no_whole_refresh() -> None:
    team = bought(*(f"n{index}" for index in range(FAILURES_MAX + 8)), query=False)
    calls = 0

    def links(order_no: str) -> DownloadLinks:
        nonlocal calls
        calls += 1
        raise MarketplaceUnreachable("HTTP 503")

    team.shop.download_links = links  # type: ignore[method-assign]
    report = run(team)
    assert report.exit_code == ExitCode.MARKETPLACE
    assert len(report.unread) == FAILURES_MAX + 8
    assert "503" in report.why_unread
    assert calls <= FAILURES_MAX + 4
    assert kinds(team) == []


def test_failed_and_overdue_orders_are_told() -> None:
    team = bought("a", "b", "c", "d")
    run(team)
    says(team, "b", status=6)
    says(team, "c", status=2)
    number = says(team, "d", status=5)
    session = team.session()
    fetched = DeliveryFetched("d", number, "1", 5, "a" * 64, "image/tiff", "https://h/p")
    session.append([fetched])
    team.world.seconds = (30 + 14) * DAY + team.config.delivery.grace_h * 3600 - 60
    report = run(team)
    assert [seen.name for seen in report.failed] == ["b"]
    assert report.overdue == ()
    team.world.seconds += 120
    report = run(team)
    assert [late.name for late in report.overdue] == ["a"]
    assert report.failed == ()
    assert report.exit_code == ExitCode.DONE
