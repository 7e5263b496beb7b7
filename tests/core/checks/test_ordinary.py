"""A check that always alarms is no check: ordinary orders raise nothing at all."""

from datetime import timedelta
from math import cos, radians

from hypothesis import given
from hypothesis import strategies as st

from satops.core.checks import check_across, check_clock, check_specs
from satops.core.order.order import Rings, instant_text
from satops.core.spec.spec import Spec
from tests.core.checks.making import NOW, box, codes, rules, spec


@st.composite
def boxes(draw: st.DrawFn) -> Rings:
    """Boxes of 5 to 15 km in the middle latitudes, away from the antimeridian."""
    height = draw(st.floats(5.0, 15.0)) / 111.32
    south = draw(st.floats(20.0, 60.0)) * draw(st.sampled_from([-1, 1]))
    width = draw(st.floats(5.0, 15.0)) / (111.32 * cos(radians(south)))
    west = draw(st.floats(-179.0, 178.0))
    rounded = (round(value, 7) for value in (west, south, west + width, south + height))
    west, south, east, north = rounded
    return box(west, south, east, north)


@st.composite
def ordinary(draw: st.DrawFn) -> Spec:
    """A two-week window that opens about a month ahead, at any hour, in any season."""
    start = NOW + timedelta(days=draw(st.integers(25, 330)), minutes=draw(st.integers(0, 1439)))
    return spec(draw(boxes()), start=start, mode=draw(st.sampled_from([1, 2, 3])))


@given(ordinary())
def test_an_ordinary_order_raises_nothing(order: Spec) -> None:
    assert codes(order, now=NOW) == []


@given(st.lists(ordinary(), min_size=1, max_size=4))
def test_orders_that_share_no_ground_raise_nothing_about_each_other(orders: list[Spec]) -> None:
    apart = [
        spec(
            box(n * 20.0, 40.0, n * 20.0 + 0.1, 40.1),
            name=f"n{n}",
            start=NOW + timedelta(days=30),
            mode=order.order.terms.get("resolutionType"),
        )
        for n, order in enumerate(orders)
    ]
    assert not any(check_across(apart, {}, rules(), lambda _: None))


@given(ordinary(), st.integers(0, 600))
def test_without_a_clock_the_answer_never_changes(order: Spec, days: int) -> None:
    moved = spec(order.order.rings, start=NOW - timedelta(days=days))
    assert codes(moved) == []


@given(st.lists(ordinary(), max_size=6))
def test_a_batch_finds_what_its_parts_find(orders: list[Spec]) -> None:
    odd = spec(box(5.0, 45.0, 5.5, 45.0003), mode=1, cloud=None)
    mixed = [each for order in orders for each in (order, odd)]
    assert check_specs(mixed, rules()) == [check_specs([one], rules())[0] for one in mixed]
    now = instant_text(NOW)
    alone = [check_clock([one], rules(), now)[0] for one in mixed]
    assert check_clock(mixed, rules(), now) == alone
