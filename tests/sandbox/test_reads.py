"""page/query, detail and downloadLinks: what clients see of the orders."""

import io
import struct
import urllib.error
import urllib.request
import zipfile
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest

from satops.sandbox.deliveries import product
from satops.sandbox.rules import BadRequest, exterior
from satops.sandbox.server import Sandbox
from tests.sandbox.client import CREATE, DETAIL, LINKS, QUERY, Serving, order, page, place, post
from tests.sandbox.client import send as send_unchecked


def numbers(sandbox: Sandbox, **asked: Any) -> list[str]:
    """Return the order numbers of one page."""
    return [content["orderNo"] for content in page(sandbox, **asked)[1]]


def test_an_order_reads_back_in_metres_with_its_region_as_wkt(sandbox: Sandbox) -> None:
    sandbox.clock.set(sandbox.clock.now())
    geometry = '{"type":"Polygon","coordinates":[[[1,1],[2,1.5],[2,2],[1,1]]]}'
    sent = order(geometry=geometry, recurring=True, recurringDay=2, recurringUnit=3)
    number = post(sandbox.url, CREATE, sent).content["orderNo"]
    total, (read,) = page(sandbox)
    assert total == 1
    assert "resolutionType" not in read
    assert {name: read[name] for name in read if read[name] is not None} == {
        "id": 1,
        "orderNo": number,
        "status": 1,
        "type": 2,
        "provider": "tianyi",
        "region": "POLYGON ((1 1, 2 1.5, 2 2, 1 1))",
        "timeStart": sent["startDate"] + ":00",
        "timeEnd": sent["endDate"].replace("T", " "),
        "recurring": True,
        "recurringDay": 2,
        "recurringUnit": 3,
        "maxCloud": 20,
        "resolution": 12.0,
        "creator": "sandbox",
        "ctime": sandbox.clock.now_ms(),
        "mtime": sandbox.clock.now_ms(),
        "deleted": 0,
    }
    assert post(sandbox.url, DETAIL, {"orderNo": number}).content["order"] == read


def test_modes_that_differ_read_back_alike(sandbox: Sandbox) -> None:
    for mode in (6, 7):
        place(sandbox, resolutionType=mode)
    place(sandbox, resolutionType=...)
    assert [read["resolution"] for read in page(sandbox)[1]] == [None, 12.0, 12.0]


def test_pages_hold_every_order_once_newest_first(sandbox: Sandbox) -> None:
    placed = [place(sandbox) for _ in range(7)]
    pages = [numbers(sandbox, pageNumber=number, pageSize=3) for number in (1, 2, 3, 4)]
    assert [len(content) for content in pages] == [3, 3, 1, 0]
    assert [*chain.from_iterable(pages)] == placed[::-1]
    assert page(sandbox, pageNumber=4, pageSize=3)[0] == 7


def test_a_page_is_never_larger_than_the_largest(serving: Serving) -> None:
    with serving(largest_page=2) as sandbox:
        placed = [place(sandbox) for _ in range(5)]
        pages = [numbers(sandbox, pageNumber=number, pageSize=50) for number in (1, 2, 3)]
        assert [*chain.from_iterable(pages)] == placed[::-1]
        assert page(sandbox, pageSize=50)[0] == 5


def test_sorting_is_as_asked_or_wrong_on_demand(serving: Serving) -> None:
    ascending = {"sort": "orderNo", "order": "asc"}
    with serving(order_numbers="serial") as sandbox:
        placed = [place(sandbox) for _ in range(5)]
        assert numbers(sandbox, **ascending) == placed
        assert numbers(sandbox, sort="mtime") == placed[::-1]
    with serving(sorting="oldest-first") as sandbox:
        assert numbers(sandbox, sort="ctime", order="desc") == placed
    with serving(sorting="shuffled") as sandbox:
        shuffled = numbers(sandbox, **ascending)
        assert shuffled not in (placed, placed[::-1])
        assert sorted(shuffled) == placed
        halves = [numbers(sandbox, pageNumber=number, pageSize=3) for number in (1, 2)]
        assert [*chain.from_iterable(halves)] == shuffled


def test_filters_narrow_what_is_listed(sandbox: Sandbox) -> None:
    sandbox.clock.set(sandbox.clock.now())
    early = place(sandbox)
    sandbox.clock.advance(1000)
    late = place(sandbox)
    other = sandbox.store.insert(order(), order_no="ORDER_1", kind=1, creator="somebody", status=6)
    between = sandbox.clock.now_ms() - 500_000
    assert numbers(sandbox) == [other, late, early]
    assert numbers(sandbox, type=2) == [late, early]
    assert numbers(sandbox, type=1) == [other]
    assert numbers(sandbox, creator="somebody") == [other]
    assert numbers(sandbox, orderNo=early) == [early]
    assert numbers(sandbox, orderTimeStart=between) == [other, late]
    assert numbers(sandbox, orderTimeEnd=between) == [early]
    assert numbers(sandbox, statuses=[3, 6]) == [other, early]
    assert page(sandbox, statuses=[1], type=1) == (0, [])


@pytest.mark.parametrize(
    "asked",
    [
        {"pageNumber": None},
        {"pageSize": None},
        {"pageNumber": 0},
        {"pageSize": "10"},
        {"statuses": 1},
        {"statuses": ["1"]},
        {"type": 3},
        {"sort": "name"},
        {"order": "up"},
        {"creator": 1},
        {"orderTimeStart": "today"},
    ],
)
def test_a_wrong_query_is_code_400(sandbox: Sandbox, asked: dict[str, Any]) -> None:
    assert post(sandbox.url, QUERY, {"pageNumber": 1, "pageSize": 1, **asked}).code == 400


def test_any_long_is_a_time(sandbox: Sandbox) -> None:
    number = place(sandbox)
    assert numbers(sandbox, orderTimeStart=-(2**63), orderTimeEnd=2**63 - 1) == [number]


def test_a_page_number_beyond_all_reason_is_an_empty_page(sandbox: Sandbox) -> None:
    place(sandbox)
    assert page(sandbox, pageNumber=2**63 - 1, pageSize=100) == (1, [])


def test_times_are_in_seconds_on_demand(serving: Serving) -> None:
    with serving(time_unit="s") as sandbox:
        sandbox.clock.set(sandbox.clock.now().replace(microsecond=0))
        number = place(sandbox)
        now = int(sandbox.clock.now().timestamp())
        assert [read["ctime"] for read in page(sandbox)[1]] == [now]
        assert numbers(sandbox, orderTimeStart=now, orderTimeEnd=now) == [number]
        assert numbers(sandbox, orderTimeStart=now + 1) == []


def test_a_new_order_shows_only_when_it_is_old_enough(serving: Serving) -> None:
    with serving(visible_after_s=30) as sandbox:
        sandbox.clock.set(sandbox.clock.now())
        number = place(sandbox)
        sandbox.clock.advance(29.9)
        assert page(sandbox) == (0, [])
        assert post(sandbox.url, DETAIL, {"orderNo": number}).message == "Order not found"
        sandbox.clock.advance(0.1)
        assert numbers(sandbox) == [number]
        assert post(sandbox.url, DETAIL, {"orderNo": number}).code == 200


def test_a_new_order_shows_only_after_some_queries(serving: Serving) -> None:
    with serving(visible_after_queries=2) as sandbox:
        page(sandbox)
        first = place(sandbox)
        assert numbers(sandbox) == []
        second = place(sandbox)
        assert numbers(sandbox) == [first]
        assert numbers(sandbox) == [second, first]


def test_statuses_follow_the_clock_unless_they_are_set_by_hand(sandbox: Sandbox) -> None:
    sandbox.clock.set(sandbox.clock.now())
    placed_at = sandbox.clock.now_ms()
    number = place(sandbox)
    failed = sandbox.store.insert(order(), status=6)
    seen = []
    for _ in range(16):
        read = post(sandbox.url, DETAIL, {"orderNo": number}).content["order"]
        seen.append((read["status"], (read["mtime"] - placed_at) // 1000))
        sandbox.clock.advance(60)
    assert list(dict.fromkeys(seen)) == [(1, 0), (4, 60), (5, 120), (2, 600), (3, 900)]
    assert post(sandbox.url, DETAIL, {"orderNo": failed}).content["order"]["status"] == 6
    assert sandbox.store.mark(number, status=6)
    assert post(sandbox.url, LINKS, {"orderNo": number}).content["status"] == 6


def test_an_order_of_the_future_is_still_an_order(sandbox: Sandbox) -> None:
    tomorrow = sandbox.clock.now() + timedelta(days=1)
    sandbox.store.insert(order(), ctime_ms=round(tomorrow.timestamp() * 1000))
    assert [read["status"] for read in page(sandbox)[1]] == [1]


def test_download_links_are_given_once_delivered_and_lead_somewhere(sandbox: Sandbox) -> None:
    sandbox.clock.set(sandbox.clock.now())
    number = place(sandbox)
    links = post(sandbox.url, LINKS, {"orderNo": number}).content
    assert links == {"status": 1, "downloadUrls": []}
    sandbox.clock.advance(600)
    links = post(sandbox.url, LINKS, {"orderNo": number}).content
    assert links["status"] == 2
    (address,) = links["downloadUrls"]
    assert address.startswith(sandbox.url)
    with urllib.request.urlopen(address) as answer:
        whole = answer.read()
    assert whole[:4] == b"II*\0"
    assert post(sandbox.url, DETAIL, {"orderNo": number}).content["total"] == 1

    part = urllib.request.Request(address, headers={"Range": "bytes=100-"})
    with urllib.request.urlopen(part) as answer:
        assert (answer.status, answer.read()) == (206, whole[100:])

    sandbox.clock.advance(601)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(address)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(address.replace("sign=", "sign=AAAA"))


def test_products_open_in_map_programs_at_the_place_of_the_order(sandbox: Sandbox) -> None:
    number = place(sandbox)
    (stored,) = sandbox.store.orders()
    assert stored.order_no == number
    image, archive = (product(stored, index, side=32) for index in (0, 1))
    assert image.content == product(stored, 0, side=32).content
    assert image.content != product(stored, 0, side=32, revision=1).content
    tags = tags_of(image.content)
    assert (tags[256], tags[257], tags[258], tags[279]) == ((32,), (32,), (8,), (32 * 32,))
    ring = exterior(stored.region)
    assert tags[33922][3:5] == (min(x for x, _ in ring), max(y for _, y in ring))
    assert tags[34735][-1] == 4326
    with zipfile.ZipFile(io.BytesIO(archive.content)) as opened_archive:
        assert opened_archive.testzip() is None


def tags_of(tiff: bytes) -> dict[int, tuple[Any, ...]]:
    """Read the directory of a TIFF, as its specification says."""
    order, version, at = struct.unpack_from("<2sHL", tiff)
    assert (order, version) == (b"II", 42)
    tags = {}
    for index in range(struct.unpack_from("<H", tiff, at)[0]):
        entry = at + 2 + 12 * index
        tag, kind, count = struct.unpack_from("<HHL", tiff, entry)
        form = f"<{count}{ {3: 'H', 4: 'L', 12: 'd'}[kind] }".replace(" ", "")
        inline = struct.calcsize(form) <= 4
        place = entry + 8 if inline else struct.unpack_from("<L", tiff, entry + 8)[0]
        tags[tag] = struct.unpack_from(form, tiff, place)
    assert list(tags) == sorted(tags)
    return tags


@pytest.mark.parametrize("path", [DETAIL, LINKS])
def test_an_order_that_is_not_there_is_code_400(sandbox: Sandbox, path: str) -> None:
    assert post(sandbox.url, path, {"orderNo": "PROG_ORDER_1"}).message == "Order not found"
    assert post(sandbox.url, path, {"orderNo": " "}).message == "orderNo is required"
    assert post(sandbox.url, path, {}).message == "orderNo is required"


def test_an_order_placed_or_deleted_by_hand_shows_as_such(sandbox: Sandbox) -> None:
    number = sandbox.store.insert(order(), order_no="by-hand")
    assert number == "by-hand"
    assert [stored.request for stored in sandbox.store.orders()] == [None]
    assert sandbox.store.mark(number, deleted=True)
    assert not sandbox.store.mark("another", deleted=True)
    assert [read["deleted"] for read in page(sandbox)[1]] == [1]
    with pytest.raises(BadRequest, match="provider"):
        sandbox.store.insert(order(provider="nobody"))


def test_an_account_may_lack_endpoints(serving: Serving) -> None:
    with serving(without=("query", "detail")) as sandbox:
        assert send_unchecked(sandbox.url, QUERY, {"pageNumber": 1, "pageSize": 1}).status == 404
        assert send_unchecked(sandbox.url, DETAIL, {"orderNo": "1"}).status == 404
        assert post(sandbox.url, LINKS, {"orderNo": place(sandbox)}).code == 200


def test_orders_outlive_the_server(serving: Serving) -> None:
    with serving() as sandbox:
        number = place(sandbox)
    with serving() as sandbox:
        assert numbers(sandbox) == [number]
        sandbox.store.reset()
        assert numbers(sandbox) == []
        assert sandbox.store.orders() == ()


def test_through_the_token_of_another_user_other_orders_are_seen(serving: Serving) -> None:
    with serving() as sandbox:
        ours = place(sandbox)
    with serving(account="somebody") as sandbox:
        assert page(sandbox) == (0, [])
        assert post(sandbox.url, DETAIL, {"orderNo": ours}).code == 400
        theirs = place(sandbox)
        assert numbers(sandbox) == [theirs]
        assert page(sandbox)[1][0]["creator"] == "somebody"
    with serving() as sandbox:
        assert numbers(sandbox) == [theirs, ours]


def test_a_total_may_count_too_much(serving: Serving) -> None:
    with serving(total_above=2) as sandbox:
        place(sandbox)
        assert page(sandbox)[0] == 3
