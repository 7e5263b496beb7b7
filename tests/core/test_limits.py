"""Limits refuse a plan, and say which number, where it is set, and what would have to change."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from msgspec.structs import replace

from satops.core.ledger.content import content_of
from satops.core.ledger.state import LedgerState, OrderState, Standing
from satops.core.order.order import instant_text
from satops.core.plan.config import Config, Limit
from satops.core.plan.limits import KEYS, check_limits
from satops.core.plan.plan import Action, ActionKind, Refusal
from tests.core.checks.making import NOW, box, frame, spec

THIS_MONTH = instant_text(NOW - timedelta(hours=1))
LAST_MONTH = instant_text(NOW - timedelta(days=20))
GENOA_KM2 = spec().footprint.area_km2
LABEL = ("team", "hydrology")


def limit(key: str, value: float, label: tuple[str, str | None] | None = None) -> Limit:
    return Limit(key, value, "satops.yaml", 12, label)


def create(
    name: str = "new", *, cost: float | None = None, labels: Mapping[str, str] | None = None
) -> Action:
    order = spec(name=name, labels=labels)
    return Action(name, ActionKind.CREATE, "new", order, None, estimated_cost=cost)


def ledger(*orders: OrderState) -> LedgerState:
    return LedgerState(orders={order.name: order for order in orders})


def held(
    name: str,
    standing: Standing = Standing.PLACED,
    *,
    at: str = THIS_MONTH,
    cost: float | None = None,
    labels: dict[str, str] | None = None,
    further: tuple[str, ...] = (),
) -> OrderState:
    return OrderState(
        name,
        standing,
        intended_at=at,
        area_km2=100.0,
        estimated_cost=cost,
        labels=labels,
        further_order_nos=further,
    )


def refusals(
    creates: list[Action], limits: list[Limit], state: LedgerState | None = None
) -> tuple[Refusal, ...]:
    config = Config(limits=tuple(limits), prices={"currency": "USD", "perKm2": 1})
    return check_limits(creates, state or LedgerState(), config, instant_text(NOW))


def test_the_area_of_an_order_counts_once_for_each_capture() -> None:
    monthly = replace(create("a"), captures=12)
    assert monthly.spec is not None
    once = monthly.spec.footprint.area_km2
    (refusal,) = refusals([monthly], [limit("areaKm2PerApply", once * 11)])
    assert "a" in refusal.detail
    assert refusals([monthly], [limit("areaKm2PerApply", once * 12)]) == ()


def test_costs_in_another_currency_are_not_added() -> None:
    spent = ledger(held("b", cost=10.0))
    limits = [limit("costPerMonth", 100.0)]
    planned = [replace(create("a"), estimated_cost=5.0)]
    assert refusals(planned, limits, spent) == ()
    spent.orders["b"].currency = "EUR"
    (refusal,) = refusals(planned, limits, spent)
    assert "no price in its currency is known for b" in refusal.detail


def test_a_plan_within_its_limits_is_not_refused() -> None:
    every = [limit(key, 1e9) for key in sorted(KEYS)]
    assert refusals([create(cost=10)], every) == ()


@pytest.mark.parametrize(
    ("key", "value", "is_refused"),
    [
        ("ordersPerApply", 2, False),
        ("ordersPerApply", 1, True),
        ("ordersPerApply", 0, True),
        ("areaKm2PerApply", 2 * GENOA_KM2, False),
        ("areaKm2PerApply", 2 * GENOA_KM2 - 0.01, True),
        ("areaKm2PerOrder", GENOA_KM2, False),
        ("areaKm2PerOrder", GENOA_KM2 - 0.01, True),
        ("costPerOrder", 10, False),
        ("costPerOrder", 9.99, True),
        ("costPerApply", 20, False),
        ("costPerApply", 19.99, True),
        ("ordersPerMonth", 1, True),
        ("areaKm2PerMonth", GENOA_KM2, True),
        ("costPerMonth", 15, True),
    ],
)
def test_the_number_itself_is_allowed_and_no_more(
    key: str, value: float, *, is_refused: bool
) -> None:
    creates = [create("a", cost=10), create("b", cost=10)]
    assert bool(refusals(creates, [limit(key, value)])) is is_refused


@pytest.mark.parametrize(
    ("standing", "at", "per_apply", "per_month"),
    [
        (Standing.PLACED, THIS_MONTH, False, True),
        (Standing.PLACED, LAST_MONTH, False, False),
        (Standing.IN_DOUBT, THIS_MONTH, True, True),
        (Standing.IN_DOUBT, LAST_MONTH, True, False),
        (Standing.BEING_PLACED, THIS_MONTH, True, True),
        (Standing.REJECTED, THIS_MONTH, False, False),
        (Standing.NOT_SENT, THIS_MONTH, False, False),
        (Standing.NOT_PLACED, THIS_MONTH, False, False),
    ],
)
def test_what_counts_beside_the_plan(
    standing: Standing, at: str, *, per_apply: bool, per_month: bool
) -> None:
    state = ledger(held("old", standing, at=at))
    for key, counts in (("ordersPerApply", per_apply), ("ordersPerMonth", per_month)):
        assert bool(refusals([create()], [limit(key, 1)], state)) is counts
        assert refusals([create()], [limit(key, 2)], state) == ()


def test_an_order_that_is_held_twice_counts_twice() -> None:
    state = ledger(held("old", further=("PROG_2",), cost=5))
    assert refusals([create(cost=1)], [limit("ordersPerMonth", 2)], state)
    assert refusals([create(cost=1)], [limit("costPerMonth", 10)], state)
    assert not refusals([create(cost=1)], [limit("costPerMonth", 11)], state)


def test_a_limit_under_a_label_counts_only_that_label() -> None:
    mine, other = {"team": "hydrology"}, {"team": "forestry"}
    one = [limit("ordersPerApply", 1, LABEL)]
    assert not refusals([create("a", labels=mine), create("b", labels=other), create("c")], one)
    assert refusals([create("a", labels=mine), create("b", labels=mine)], one)
    monthly = [limit("ordersPerMonth", 1, LABEL)]
    assert not refusals([create(labels=mine)], monthly, ledger(held("old", labels=other)))
    assert refusals([create(labels=mine)], monthly, ledger(held("old", labels=mine)))


def test_a_limit_that_was_exceeded_before_refuses_nothing_when_nothing_is_bought() -> None:
    state = ledger(*(held(f"o{n}", labels={"team": "hydrology"}) for n in range(5)))
    assert refusals([], [limit("ordersPerMonth", 1)], state) == ()
    assert refusals([create()], [limit("ordersPerMonth", 1, LABEL)], state) == ()


def test_a_cost_that_is_not_known_refuses() -> None:
    [refusal] = refusals([create("a", cost=1), create("b")], [limit("costPerOrder", 100)])
    assert refusal.summary == "the limit costPerOrder cannot be checked"
    assert "no price in its currency is known for b." in refusal.detail
    [refusal] = refusals([create(cost=1)], [limit("costPerMonth", 9)], ledger(held("old")))
    assert "no price in its currency is known for old." in refusal.detail
    old = ledger(held("old", at=LAST_MONTH))
    assert refusals([create(cost=1)], [limit("costPerMonth", 9)], old) == ()


def test_a_refusal_says_everything_that_is_needed_to_act() -> None:
    state = ledger(held("old", Standing.IN_DOUBT))
    [refusal] = refusals([create("a"), create("b")], [limit("ordersPerApply", 2)], state)
    assert refusal.summary == "the plan is above the limit ordersPerApply"
    assert refusal.detail == (
        "ordersPerApply (satops.yaml:12) allows 2 orders, and the plan comes to 3 orders: 2 orders "
        "planned (a, b), and 1 order in doubt (old). Take out 1 order at least, or raise the limit "
        "in a reviewed change of satops.yaml."
    )


def test_a_refusal_of_one_order_names_it() -> None:
    small = Action("big", ActionKind.CREATE, "new", spec(box(8, 44, 9, 45), name="big"), None)
    [refusal] = refusals([create(), small], [limit("areaKm2PerOrder", 100, None)])
    assert refusal.detail.startswith("big has 8,837 km²; areaKm2PerOrder (satops.yaml:12) allows ")


def test_of_many_orders_the_largest_are_named() -> None:
    [refusal] = refusals([create(f"o{n}") for n in range(9)], [limit("ordersPerApply", 2)])
    assert "(o0, o1, o2 and 6 more)" in refusal.detail


def test_a_label_is_named_with_its_limit() -> None:
    mine = {"team": "hydrology"}
    [refusal] = refusals([create(labels=mine)], [limit("areaKm2PerApply", 1, LABEL)])
    assert refusal.summary == "the plan is above the limit areaKm2PerApply of team: hydrology"
    assert "areaKm2PerApply for team: hydrology (satops.yaml:12)" in refusal.detail


def test_every_limit_that_is_exceeded_is_said() -> None:
    limits = [limit("ordersPerApply", 0), limit("areaKm2PerApply", 1), limit("areaKm2PerOrder", 1)]
    assert len(refusals([create("a"), create("b")], limits)) == 4


def test_a_limit_without_a_label_counts_only_orders_that_lack_it() -> None:
    mine = {"team": "hydrology"}
    one = [limit("ordersPerApply", 1, ("team", None))]
    assert not refusals([create("a", labels=mine), create("b", labels=mine), create("c")], one)
    [refusal] = refusals([create("a"), create("b", labels={"ticket": "1"})], one)
    assert "orders without team" in refusal.detail
    monthly = [limit("ordersPerMonth", 1, ("team", None))]
    assert refusals([create()], monthly, ledger(held("old")))
    assert not refusals([create()], monthly, ledger(held("old", labels=mine)))


@pytest.mark.parametrize("key", ["areaKm2PerOrder", "areaKm2PerApply", "areaKm2PerMonth"])
def test_a_hole_takes_nothing_off_a_limit(key: str) -> None:
    order = spec(frame())
    holed = Action("new", ActionKind.CREATE, "new", order, None)
    assert order.footprint.area_km2 < GENOA_KM2 / 10
    assert refusals([holed], [limit(key, GENOA_KM2)]) == ()
    [refusal] = refusals([holed], [limit(key, GENOA_KM2 / 2)])
    assert ", holes included (G07)" in refusal.detail


def test_a_hole_takes_nothing_off_what_was_bought_this_month() -> None:
    bought = held("old")
    bought.outline_km2 = content_of(spec(frame()), None)["footprint"].outline_km2
    assert bought.outline_km2 == pytest.approx(GENOA_KM2)
    [refusal] = refusals([create()], [limit("areaKm2PerMonth", GENOA_KM2 * 1.5)], ledger(bought))
    assert "84.98 km² placed this month" in refusal.detail
