"""The ledger as rows: what they tell, which are chosen, and what they come to."""

from datetime import UTC, datetime

import pytest

from satops.core.ledger.events import DoubtSettled
from satops.core.ledger.order_state import Standing
from satops.core.ledger.state import LedgerState
from satops.errors import UsageError
from satops.offers.eo_imagery import EO_IMAGERY
from satops.workflow.list import Choice, begin_of, by_of, end_of, sums, total, window_of
from satops.workflow.rows import Reading, Row, Rows
from tests.season import DAY, NOW, Ledger, rows_of, season, square

ROWS = rows_of(season())
BY_NAME = {row.name: row for row in ROWS}


def names(choice: Choice) -> set[str]:
    return {row.name for row in ROWS if choice.wants(row)}


def test_a_reading_is_the_fold_of_the_same_ledger() -> None:
    state = LedgerState()
    state.fold(season().lines)
    assert ROWS.reading.state.head == state.head
    for row in ROWS:
        kept = state.orders[row.name]
        assert (row.order.standing, row.order.order_nos) == (kept.standing, kept.order_nos)
        assert (row.order.order_digest, row.order.labels) == (kept.order_digest, kept.labels)


def test_a_ledger_may_be_read_in_parts() -> None:
    lines = season().lines
    parts = Reading(EO_IMAGERY, NOW, outlines=True).fold(lines[:9]).fold(lines[9:])
    assert [row.facts() for row in parts.rows] == [row.facts() for row in ROWS]


def test_a_row_tells_who_said_yes() -> None:
    mekong = BY_NAME["mekong"].facts()
    assert mekong["pull_request"] == "https://git.example/pr/8"  # of the intent
    assert (mekong["approvals"], mekong["actor"]) == (("Ada",), "Minh")
    assert (mekong["commit"], mekong["committed"]) == ("c" * 40, True)
    red_river = BY_NAME["red-river"].facts()
    assert red_river["pull_request"] == "https://git.example/pr/7"  # of the run
    assert red_river["approvals"] == ("Ada", "Grace")
    assert BY_NAME["hamburg"].facts()["approvals"] is None


def test_a_row_tells_words_money_and_what_is_late() -> None:
    hamburg = BY_NAME["hamburg"]
    assert (hamburg.status, hamburg.difference, hamburg.fetched) == ("completed", -50.0, 1)
    assert BY_NAME["mekong"].difference is None  # nobody says what its amount is in
    assert {row.name for row in ROWS if row.is_overdue} == {"red-river", "no-labels"}
    assert BY_NAME["ports-2031.sgp.2031-02"].facts()["keys"] == {"port": "sgp", "month": "2031-02"}
    assert BY_NAME["by-phone"].facts()["area_km2"] is None


def test_flat_rows_have_one_set_of_fields_and_plain_values() -> None:
    flat = list(ROWS.flat())
    assert len({tuple(each) for each in flat}) == 1
    assert {"label.team", "label.ticket", "key.port", "key.month"} <= flat[0].keys()
    for each in flat:
        assert all(isinstance(value, str | int | float | None) for value in each.values())


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice(labels=(("team", "ports"), ("ticket", "P-1"))), {"hamburg"}),
        (Choice(states=frozenset({Standing.IN_DOUBT})), {"fiji"}),
        (Choice(statuses=frozenset({"failed", "delivered"})), {"tonle-sap", "mekong"}),
        (Choice(overdue=True), {"red-river", "no-labels"}),
        (Choice(until=end_of("2030-11", "-")), {"hamburg", "no-labels"}),
        (Choice(since=begin_of("2030-11-21", "-"), until=end_of("2030-11-21", "-")),
         {"hamburg", "no-labels"}),
        (Choice(since=begin_of("2031-01-15T10:00:01Z", "-")), set()),
        (Choice(series=frozenset({"ports-2031"}), window=window_of("2031-03-02/..", "-")),
         {"ports-2031.hkg.2031-03", "ports-2031.sgp.2031-03"}),
        # A window ends where the next begins: the second one has no time in February.
        (Choice(series=frozenset({"ports-2031"}), window=window_of("../2031-02-28", "-")),
         {"ports-2031.hkg.2031-02", "ports-2031.sgp.2031-02"}),
    ],
)  # fmt: skip
def test_each_filter_chooses(choice: Choice, expected: set[str]) -> None:
    assert names(choice) == expected


@pytest.mark.parametrize(
    "text", ["2030-13", "soon", "2030-11-31", "2030-12-01T10:00", "", "9999-12-31"]
)
def test_a_time_that_is_none_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="--since"):
        end_of(text, "--since")
    for window in (text, f"{text}/..", "2031-02/2031-01"):
        with pytest.raises(UsageError, match="--window"):
            window_of(window, "--window")


@pytest.mark.parametrize("text", ["", "label", "label:", "team", "month:1", "key:"])
def test_a_group_that_is_none_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="--by"):
        by_of(text)


def test_sums_by_team_and_month_never_add_two_currencies() -> None:
    found = sums(ROWS, [by_of("label:team"), by_of("month")])
    water = found["hydrology", "2030-12"]
    assert (water.orders, water.in_doubt, water.not_bought) == (4, 1, 2)
    assert water.estimates == {"USD": 13_500.75, "EUR": 500.0}
    assert water.amounts == {"": 12_500.0}  # its currency is not known: it stands alone
    assert (water.captures, water.area_km2) == (5, 8300.0)
    assert found["ports", "2030-11"].differences == {"USD": -50.0}
    assert list(found)[-1][0] == ""  # without a team: last
    assert found["", "2031-01"].without_estimate == 1


@pytest.mark.parametrize(
    "by", ["month", "provider", "mode", "series", "state", "status", "label:team", "key:port"]
)
def test_groups_come_to_the_whole(by: str) -> None:
    whole = total(ROWS)
    groups = sums(ROWS, [by_of(by)]).values()
    for field in ("orders", "in_doubt", "not_bought", "captures", "without_estimate"):
        assert sum(getattr(some, field) for some in groups) == getattr(whole, field), field
    assert sum(some.area_km2 for some in groups) == pytest.approx(whole.area_km2)
    assert sum(some.estimates.get("USD", 0) for some in groups) == whole.estimates["USD"]


def test_an_order_counts_as_often_as_the_marketplace_holds_it() -> None:
    made = Ledger(run="r")
    at = season_start()
    first = made.intend("twice", at, where=square(1, 1), area_km2=10.0, estimated_cost=5.0)
    for number in ("N1", "N2"):
        made.add(at, DoubtSettled("twice", 1, True, "Lan", "seen", number, intent=first))
    shared = made.intend("shared", at + DAY, where=square(2, 2), area_km2=7.0, estimated_cost=1.0)
    made.add(
        at + DAY,
        DoubtSettled("shared", 1, True, "Lan", "one", "N1", intent=shared, same_as="twice"),
    )
    whole = total(rows_of(made))
    assert (whole.orders, whole.area_km2, whole.estimates) == (2, 20.0, {"": 10.0})


def season_start() -> datetime:
    return datetime(2030, 11, 20, tzinfo=UTC)


def test_rows_are_a_sequence() -> None:
    assert isinstance(ROWS[0], Row)
    assert isinstance(ROWS[1:3], Rows)
    assert [row.name for row in ROWS[-2:]] == sorted(BY_NAME)[-2:]
    assert repr(ROWS) == f"<Rows of {len(ROWS)} orders at event {ROWS.reading.state.head.seq}>"
