"""Reading orders: every page, from servers that page, sort, write and fail in their own ways."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from time import sleep
from typing import Any

import pytest

from satops.adapters.marketplaces.eo_imagery.client import READ_TRIES
from satops.adapters.marketplaces.eo_imagery.orders import (
    PAGES_MAX,
    Bounds,
    Listed,
    every_order,
    read_order,
)
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.plan.config import ReconcileConfig
from satops.errors import MarketplaceUnreachable
from tests.adapters.marketplaces import client
from tests.fakes.clock import FakeClock
from tests.net.raw_server import RawServer, Visit, http, refusal, says

NOW = datetime.now(UTC).replace(microsecond=0)

ROW: dict[str, Any] = {
    "id": 7,
    "orderNo": "PROG_1",
    "provider": "tianyi",
    "type": 2,
    "status": 4,
    "region": "POLYGON ((0 0, 1 0, 1 1, 0 0))",
    "timeStart": "2026-12-01 00:00",
    "timeEnd": "2026-12-15 00:00",
    "recurring": True,
    "recurringDay": 5,
    "recurringUnit": 1,
    "maxCloud": 20,
    "resolution": 3,
    "creator": "buyer",
    "ctime": int(NOW.timestamp() * 1000),
    "deleted": 0,
    "totalAmount": 120.5,
}
ORDER = MarketplaceOrder(
    order_no="PROG_1",
    provider="tianyi",
    kind=2,
    status=4,
    geometry=ROW["region"],
    start=ROW["timeStart"],
    end=ROW["timeEnd"],
    terms=dict(recurring=True, recurringDay=5, recurringUnit=1, maxCloud=20, resolution=3.0),  # noqa: C408
    created_at=NOW,
    deleted=False,
)


def rows(numbers: Iterable[int]) -> list[dict[str, Any]]:
    """Return rows as short as they may be."""
    return [{"orderNo": f"P{number}", "type": 2} for number in numbers]


def ok(data: object) -> dict[str, object]:
    """Return an answer of success."""
    return {"code": 200, "message": "success", "data": data}


class Shop:
    """Serves page/query over a list of rows, in whatever way a test asks for."""

    def __init__(self, content: list[dict[str, Any]], *, page_size: int | None = None) -> None:
        self.content = content
        self.page_size = page_size
        self.total: int | None = len(content)
        self.between: Callable[[], None] = lambda: None

    def __call__(self, visit: Visit) -> None:
        asked = visit.request.json()
        size = self.page_size or asked["pageSize"]
        first = (asked["pageNumber"] - 1) * size
        page = {"total": self.total, "content": self.content[first : first + size]}
        visit.send(http(json.dumps(ok(page))))
        self.between()


def numbers_of(shop: Shop) -> list[str]:
    """Return the numbers of all orders that the client finds."""
    with RawServer(shop) as server:
        return [order.order_no for order in client(server.url).orders()]


# One order


def test_every_documented_field_is_read() -> None:
    assert read_order(ROW) == ORDER


def test_fields_may_be_numbers_as_text() -> None:
    texts = {
        key: str(value) if type(value) in {int, float} else value for key, value in ROW.items()
    }

    assert read_order(texts | {"recurring": "true"}) == ORDER


@pytest.mark.parametrize("value", [None, [], {}, "", "?", "NaN", float("inf"), 10**400, True])
def test_no_value_of_a_field_stops_the_reading(value: object) -> None:
    found = read_order(dict.fromkeys(ROW, value) | {"orderNo": "PROG_1"})

    assert found is not None
    assert found.order_no == "PROG_1"
    assert "resolution" not in found.terms
    assert found.created_at is None


def test_an_order_of_a_number_alone_is_an_order() -> None:
    assert read_order({"orderNo": "PROG_1"}) == MarketplaceOrder("PROG_1")


@pytest.mark.parametrize("row", [None, [], "PROG_1", {}, {"orderNo": ""}, {"orderNo": None}])
def test_what_names_no_order_is_none(row: object) -> None:
    assert read_order(row) is None


@pytest.mark.parametrize(("value", "deleted"), [(1, True), ("1", True), (0, False), (None, False)])
def test_the_deleted_flag_is_read(value: object, *, deleted: bool) -> None:
    found = read_order(ROW | {"deleted": value})

    assert found is not None
    assert found.deleted is deleted


def test_a_region_may_be_an_object() -> None:
    found = read_order(ROW | {"region": {"type": "Point", "coordinates": [1, 2]}})

    assert found is not None
    assert found.geometry == '{"type":"Point","coordinates":[1,2]}'


# Every page


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 100, 120])
@pytest.mark.parametrize("page_size", [None, 2], ids=["as asked", "by 2"])
@pytest.mark.parametrize("with_total", [True, False])
def test_every_order_is_found_however_the_server_pages(
    count: int, page_size: int | None, *, with_total: bool
) -> None:
    shop = Shop(rows(range(count)), page_size=page_size)
    shop.total = count if with_total else None

    assert numbers_of(shop) == [f"P{number}" for number in range(count)]


def test_the_query_asks_for_programming_orders_newest_first() -> None:
    with RawServer(Shop(rows(range(1)))) as server:
        list(client(server.url).orders())

    assert server.requests[0].path == "/market/order/page/query"
    assert server.requests[0].json() == {
        "type": 2, "pageNumber": 1, "pageSize": 50, "sort": "ctime", "order": "desc",
    }  # fmt: skip


def test_orders_that_arrive_while_reading_hide_none_and_double_none() -> None:
    shop = Shop(rows(range(100, 0, -1)))
    fresh = iter(range(101, 2000))

    def arrive() -> None:
        if len(shop.content) < 230:
            shop.content = [*reversed(rows(range(n := next(fresh), n + 1))), *shop.content]
            shop.total = len(shop.content)

    shop.between = arrive
    found = numbers_of(shop)

    assert len(found) == len(set(found))
    assert {f"P{number}" for number in range(1, 101)} <= set(found)


def test_a_whole_page_of_known_orders_does_not_end_the_list_early() -> None:
    shop = Shop([{"orderNo": f"P{number}"} for number in range(100, 0, -1)])
    burst = [{"orderNo": f"N{number}"} for number in range(50)]

    def arrive() -> None:
        shop.content, shop.total = [*burst, *shop.content], len(shop.content) + 50
        shop.between = lambda: None

    shop.between = arrive

    assert {f"P{number}" for number in range(1, 101)} <= set(numbers_of(shop))


def test_orders_of_the_archive_are_left_out_but_counted() -> None:
    shop = Shop([*rows(range(3)), {"orderNo": "A1", "type": 1}, {"orderNo": "A2", "type": 1}])

    assert numbers_of(shop) == ["P0", "P1", "P2"]


@pytest.mark.parametrize("number", [None, "", " P7", "P7\n", 2.0, ["P7"]])
def test_an_order_whose_number_cannot_be_read_makes_a_list_that_proves_nothing(
    number: object,
) -> None:
    shop = Shop([{"id": 7, "orderNo": number}, *rows(range(2))], page_size=1)

    with pytest.raises(
        MarketplaceUnreachable, match=r"cannot be read|that can be read \(its id: 7"
    ):
        numbers_of(shop)


def test_a_list_that_is_shorter_than_its_total_is_no_answer() -> None:
    shop = Shop(rows(range(10)))
    shop.total = 11

    with pytest.raises(
        MarketplaceUnreachable, match="says that there are 11 orders, but showed 10"
    ):
        numbers_of(shop)


def test_a_server_that_repeats_its_first_page_is_found_out() -> None:
    def script(visit: Visit) -> None:
        visit.send(http(json.dumps(ok({"total": 90, "content": rows(range(50))}))))

    with RawServer(script) as server, pytest.raises(MarketplaceUnreachable, match="showed 50"):
        list(client(server.url).orders())

    assert len(server.requests) < 10


def test_a_list_that_never_ends_is_stopped() -> None:
    with pytest.raises(MarketplaceUnreachable, match=f"did not end after {PAGES_MAX} pages"):
        list(every_order(endless, ReconcileConfig()))


def endless(number: int) -> Listed:
    return Listed({"content": rows(range(number, number + 1))}, 1_000)


def test_a_page_with_more_rows_than_were_asked_for_is_no_answer() -> None:
    shop = Shop(rows(range(51)), page_size=500)

    with pytest.raises(MarketplaceUnreachable, match="51 rows where 50 were asked for"):
        numbers_of(shop)


@pytest.mark.parametrize(
    ("config", "setting"),
    [
        (ReconcileConfig(rows_max=70), "reconcile.rowsMax"),
        (ReconcileConfig(bytes_max=70_000), "reconcile.bytesMax"),
        (ReconcileConfig(look_s=70), "reconcile.lookS"),
    ],
)
def test_a_look_has_one_bound_for_all_its_pages_and_names_it(
    config: ReconcileConfig, setting: str
) -> None:
    seconds = iter(range(10_000))
    asked: list[int] = []

    def page(number: int) -> Listed:
        asked.append(number)
        return endless(number)

    with pytest.raises(MarketplaceUnreachable, match=setting):
        list(every_order(page, config, Bounds(config, lambda: next(seconds))))
    assert 68 <= len(asked) <= 71


def test_an_answer_that_comes_after_the_time_of_a_look_ends_it() -> None:
    def script(visit: Visit) -> None:
        sleep(0.6)
        visit.send(http(json.dumps({"code": 500, "message": "busy"})))

    with RawServer(script) as server:
        looking = client(server.url, reconcile=ReconcileConfig(look_s=0.5))
        with pytest.raises(MarketplaceUnreachable, match=r"reconcile\.lookS"):
            list(looking.orders())
    assert len(server.requests) == 1


def test_a_total_that_counts_too_much_may_be_allowed_for() -> None:
    shop = Shop(rows(range(10)))
    shop.total = 12

    with RawServer(shop) as server:
        assert len(list(client(server.url, reconcile=ReconcileConfig(short_by=2)).orders())) == 10
        with pytest.raises(MarketplaceUnreachable, match=r"reconcile\.shortBy"):
            list(client(server.url, reconcile=ReconcileConfig(short_by=1)).orders())


@pytest.mark.parametrize("data", [[], "x", {}, {"content": "x"}, {"total": 5}])
def test_an_answer_without_a_list_is_no_empty_list(data: object) -> None:
    with RawServer(says(ok(data))) as server, pytest.raises(MarketplaceUnreachable):
        list(client(server.url).orders())


@pytest.mark.parametrize("data", [None, {"total": 0, "content": None}, {"total": 0, "content": []}])
def test_an_account_without_orders_has_none(data: object) -> None:
    with RawServer(says(ok(data))) as server:
        assert list(client(server.url).orders()) == []


@pytest.mark.parametrize("code", [400, 500])
def test_a_server_that_does_not_know_the_sorting_is_asked_without(code: int) -> None:
    def script(visit: Visit) -> None:
        asked = visit.request.json()
        if "sort" in asked:
            visit.send(http(json.dumps(refusal(code, "unknown column ctime"))))
        else:
            Shop(rows(range(3)))(visit)

    with RawServer(script) as server:
        found = [order.order_no for order in client(server.url).orders()]

    assert found == ["P0", "P1", "P2"]


def test_the_sorting_is_not_given_up_between_two_pages() -> None:
    def script(visit: Visit) -> None:
        if visit.request.json()["pageNumber"] == 1:
            visit.send(http(json.dumps(ok({"content": rows(range(50))}))))
        else:
            visit.send(http(json.dumps(refusal(400, "no such page"))))

    with RawServer(script) as server, pytest.raises(MarketplaceUnreachable, match="no such page"):
        list(client(server.url).orders())

    assert all("sort" in request.json() for request in server.requests)


# Failing reads


@pytest.mark.parametrize("status", ["404 Not Found", "405 No", "501 Not Implemented"])
def test_an_account_without_page_query_is_told_of_the_setting(status: str) -> None:
    with (
        RawServer(says("<html>", status)) as server,
        pytest.raises(MarketplaceUnreachable, match="query: false"),
    ):
        list(client(server.url).orders())

    assert len(server.requests) == 1


@pytest.mark.parametrize("code", [401, 403])
@pytest.mark.parametrize("by_status", [True, False])
def test_a_token_without_the_right_to_read_is_said_at_once(code: int, *, by_status: bool) -> None:
    script = says(refusal(code, "expired"), f"{code} No" if by_status else "200 OK")

    with RawServer(script) as server, pytest.raises(MarketplaceUnreachable, match="no right"):
        list(client(server.url).orders())

    assert len(server.requests) == 1


def failing(times: int, answer: bytes) -> Callable[[Visit], None]:
    """Return a script that fails some times, with an answer or by hanging up, then has an order."""
    left = [times]

    def script(visit: Visit) -> None:
        if left[0]:
            left[0] -= 1
            visit.send(answer)
            visit.hang_up()
        else:
            visit.send(http(json.dumps(ok({"order": ROW}))))

    return script


CLOSES = "Connection: close\r\n"
FAILURES = {
    "silence": b"",
    "noise": b"noise\r\n\r\n",
    "500": http("x", "500 Oops", CLOSES),
    "503": http("x", "503 Oops", CLOSES),
    "not JSON": http("not JSON", headers=CLOSES),
    "code 500": http(json.dumps(refusal(500)), headers=CLOSES),
    "408": http("", "408 Late", CLOSES),
    "429": http("", "429 Slow", CLOSES),
}


@pytest.mark.parametrize("answer", FAILURES.values(), ids=FAILURES)
def test_a_read_is_repeated_because_it_changes_nothing(answer: bytes) -> None:
    with RawServer(failing(READ_TRIES - 1, answer)) as server:
        assert client(server.url).order("PROG_1") == ORDER

    assert len(server.requests) == READ_TRIES


@pytest.mark.parametrize("answer", FAILURES.values(), ids=FAILURES)
def test_a_read_is_given_up_after_some_tries(answer: bytes) -> None:
    with RawServer(failing(1000, answer)) as server, pytest.raises(MarketplaceUnreachable):
        client(server.url).order("PROG_1")

    assert len(server.requests) == READ_TRIES


def test_a_read_waits_as_long_as_a_429_asks_but_not_for_ever() -> None:
    for asked, waited in (("3", 3.0), ("100000", 60.0)):
        clock = FakeClock()
        script = failing(1, http("", "429 Slow", f"{CLOSES}Retry-After: {asked}\r\n"))
        with RawServer(script) as server:
            client(server.url, clock=clock).order("PROG_1")

        assert clock.slept == [waited]


def test_an_address_that_nobody_answers_is_unreachable() -> None:
    with pytest.raises(MarketplaceUnreachable, match="Nothing was changed"):
        client("https://marketplace.invalid").order("PROG_1")


# One order by its number


@pytest.mark.parametrize("data", [{"order": ROW, "total": 0}, ROW], ids=["nested", "flat"])
def test_an_order_is_found_by_its_number(data: object) -> None:
    with RawServer(says(ok(data))) as server:
        assert client(server.url).order("PROG_1") == ORDER

    assert server.requests[0].path == "/market/order/detail"
    assert server.requests[0].json() == {"orderNo": "PROG_1"}


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request", "404 Not Found"])
def test_an_order_that_the_marketplace_does_not_have_is_none(status: str) -> None:
    with RawServer(says(refusal(400, "Order not found"), status)) as server:
        assert client(server.url).order("PROG_1") is None


def test_success_without_an_order_is_none() -> None:
    with RawServer(says(ok(None))) as server:
        assert client(server.url).order("PROG_1") is None


@pytest.mark.parametrize("data", [{}, {"order": None}, {"order": {"orderNo": "PROG_2"}}, [], "x"])
def test_an_answer_about_another_order_proves_nothing(data: object) -> None:
    with (
        RawServer(says(ok(data))) as server,
        pytest.raises(MarketplaceUnreachable, match="another order"),
    ):
        client(server.url).order("PROG_1")


def test_another_refusal_is_no_absence() -> None:
    with (
        RawServer(says(refusal(400, "orderNo is malformed"))) as server,
        pytest.raises(MarketplaceUnreachable, match="orderNo is malformed"),
    ):
        client(server.url).order("PROG_1")


# Links


def test_download_links_are_read_and_hidden() -> None:
    link = "https://marketplace.invalid/download?sign=s3cret"
    with RawServer(says(ok({"status": "2", "downloadUrls": [link, None]}))) as server:
        found = client(server.url).download_links("PROG_1")

    assert found is not None
    assert (found.status, found.urls) == (2, (link,))
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize("urls", [None, [], "x"])
def test_an_order_that_is_not_delivered_has_no_links(urls: object) -> None:
    with RawServer(says(ok({"status": 4, "downloadUrls": urls}))) as server:
        found = client(server.url).download_links("PROG_1")

    assert found is not None
    assert found.urls == ()


def test_links_of_no_order_are_none() -> None:
    with RawServer(says(refusal(400, "Order not found"))) as server:
        assert client(server.url).download_links("PROG_1") is None


def test_links_that_are_none_are_unreachable() -> None:
    with (
        RawServer(says(ok("x"))) as server,
        pytest.raises(MarketplaceUnreachable, match="holds no links"),
    ):
        client(server.url).download_links("PROG_1")
