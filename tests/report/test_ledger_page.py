from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from satops.core.json_text import Raw
from satops.core.ledger.events import (
    Event,
    RunFinished,
    SubmissionIntended,
    SubmissionLeftInDoubt,
    SubmissionPlaced,
    SubmissionRejected,
)
from satops.core.ledger.state import LedgerState
from satops.errors import LedgerCorrupt
from satops.offers.eo_imagery import EO_IMAGERY
from satops.report import ledger_page
from satops.report.ledger_page import (
    CORNERS_MAX,
    MAP,
    MAP_BYTES_MAX,
    README,
    README_BYTES_MAX,
    from_lines,
    pages,
    readme,
)
from tests.chains import RUN, STARTED, chain, intended, ledger_of, placed
from tests.report.forge import (
    HOSTILE,
    Page,
    check_fences,
    check_inert,
    check_map,
    check_tables,
    parse,
)
from tests.report.outlines import spec_of, star
from tests.report.test_markdown_inert import hostile_texts

FINISHED = RunFinished(expected=1, placed=1, rejected=0, not_sent=0, in_doubt=0)


def made(*events: Event) -> tuple[Page, list[dict[str, Any]]]:
    """Return the table page and the features of the map of a ledger with these events."""
    return read(from_lines(EO_IMAGERY, chain(STARTED, RUN, *events)[0]))


def read(made: dict[str, bytes]) -> tuple[Page, list[dict[str, Any]]]:
    page = parse(made[README].decode())
    check_inert(page)
    check_fences(page)
    check_tables(page)
    collection = orjson.loads(made[MAP])
    check_map(collection)
    features: list[dict[str, Any]] = collection["features"]
    return page, features


def detailed(name: str, corners: int) -> SubmissionIntended:
    """Return the intent to place an order with many corners."""
    spec = spec_of(name, star(corners))
    footprint = {
        field: getattr(spec.footprint, field)
        for field in ("area_km2", "west", "south", "east", "north", "longitude", "latitude")
    }
    order = Raw(spec.order.canonical)
    return replace(intended(name), order=order, order_digest=spec.order.digest, footprint=footprint)


def test_the_newest_order_comes_first_and_totals_come_before_all() -> None:
    page, features = made(
        intended("a"), placed("a"), intended("b", max_cloud=1), placed("b"),
        intended("c", max_cloud=2), SubmissionRejected("c", 1, 400, "bad date"),
    )  # fmt: skip
    assert page.tables()[0][1:] == [["placed", "2", "230"], ["rejected", "1", "115"]]
    assert [cells[0] for cells in page.tables()[1][1:]] == ["`c`", "`b`", "`a`"]
    assert [feature["properties"]["name"] for feature in features] == ["c", "b", "a"]


def test_the_outline_on_the_map_is_the_one_of_the_last_attempt() -> None:
    rejected = SubmissionRejected("a", 1, 400, "bad date")
    _, features = made(detailed("a", 30), rejected, intended("a", attempt=2))
    assert len(features[0]["geometry"]["coordinates"][0]) == 5


def test_an_outline_of_ten_thousand_corners_is_drawn_with_forty() -> None:
    _, features = made(detailed("a", 10_000), placed("a"))
    assert 4 < len(features[0]["geometry"]["coordinates"][0]) <= CORNERS_MAX + 1


def test_outlines_become_boxes_then_points_and_the_oldest_orders_go_last() -> None:
    orders = [
        replace(event, name=f"order-{k:05}")
        for k, event in enumerate([detailed("a", CORNERS_MAX)] * 1_200)
    ]
    lines, _ = chain(STARTED, *orders)
    _, features = read(from_lines(EO_IMAGERY, lines))
    assert {len(feature["geometry"]["coordinates"][0]) for feature in features} == {5}
    _, features = read(from_lines(EO_IMAGERY, ledger_of(2_700)[0]))
    assert {feature["geometry"]["type"] for feature in features} == {"Point"}
    assert len(features) == 2_700


def test_pages_of_a_long_ledger_stay_within_their_size_and_show_the_newest() -> None:
    lines, head = ledger_of(6_000)
    made = from_lines(EO_IMAGERY, lines)
    assert len(made[README]) <= README_BYTES_MAX
    assert len(made[MAP]) <= MAP_BYTES_MAX
    text = made[README].decode()
    assert f"As of event {head.seq:,} of the ledger" in text
    assert "newest of 6,000 orders. All of them: `satops list`." in text
    assert text.index("`order-005999`") < text.index("`order-005998`")
    features = orjson.loads(made[MAP])["features"]
    assert features[0]["properties"]["name"] == "order-005999"
    assert 1_000 < len(features) < 6_000


def test_the_same_lines_give_the_same_bytes() -> None:
    lines, _ = ledger_of(20)
    assert from_lines(EO_IMAGERY, lines) == from_lines(EO_IMAGERY, iter(lines))


def test_a_broken_chain_makes_no_page() -> None:
    lines, _ = ledger_of(2)
    with pytest.raises(LedgerCorrupt):
        from_lines(EO_IMAGERY, [*lines[:2], *lines[3:]])


def test_an_order_is_being_placed_until_its_time_is_over() -> None:
    state = LedgerState()
    state.fold(chain(STARTED, RUN, intended("a"))[0])
    assert "being placed" in readme(EO_IMAGERY, state, now="2031-05-06T07:09:00Z").decode()
    assert "in doubt" in readme(EO_IMAGERY, state, now="2031-05-06T07:13:09Z").decode()


def appended(*events: Event, orders: int) -> tuple[dict[str, bytes] | None, list[bytes]]:
    """Return the pages after an append to a ledger of so many orders, and the lines appended."""
    before, head = ledger_of(orders)
    added, _ = chain(*events, head=head)

    def whole() -> Iterator[bytes]:
        yield from before
        yield from added

    return pages(EO_IMAGERY, added, whole), added


def test_the_pages_of_a_short_ledger_are_renewed_with_each_append() -> None:
    renewed, _ = appended(intended("new", max_cloud=1), orders=3)
    assert renewed is not None
    assert b"`new`" in renewed[README]


def test_the_beginning_of_a_run_leaves_the_pages_as_they_are() -> None:
    assert appended(RUN, orders=3)[0] is None


def test_the_pages_of_a_long_ledger_are_renewed_when_a_run_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ledger_page, "_EVENTS_CHEAP", 5)
    assert appended(intended("new", max_cloud=1), orders=3)[0] is None
    assert appended(FINISHED, orders=3)[0] is not None


def hostile(text: str) -> None:
    bad = replace(intended(text), labels={text: text})
    doubtful = replace(intended(f"{text}2", max_cloud=1))
    page, features = made(
        bad, SubmissionPlaced(text, 1, text or "PROG"), doubtful,
        SubmissionLeftInDoubt(f"{text}2", 1, text, text),
    )  # fmt: skip
    assert len(page.tables()[1]) == 3
    assert len(features) == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_no_known_trick_survives_on_the_pages(text: str) -> None:
    hostile(text.encode(errors="replace").decode())


@settings(max_examples=50)
@given(hostile_texts)
def test_whatever_the_texts_the_pages_are_whole(text: str) -> None:
    hostile(text)
