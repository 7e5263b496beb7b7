"""X01, X02, X04, and A02 by the other orders: what orders are to each other and to the ledger."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from satops.core.checks import Rules, check_across
from satops.core.finding import Finding
from satops.core.ledger.state import SPENT, OrderState, Standing
from satops.core.order.order import Order, Rings
from satops.core.problem import Severity
from satops.core.spec.spec import Spec
from satops.offers.eo_imagery import EO_IMAGERY
from tests.core.checks.making import (
    HALF,
    HOME,
    MONTH,
    NOW,
    SWAPPED,
    box,
    known,
    modes,
    radar,
    ring,
    rules,
    spec,
)

DAY = timedelta(days=1)
BESIDE = box(8.97, 44.36, 9.09, 44.44)
"""Shares an edge with GENOA."""
FAR = box(20.0, 44.36, 20.1, 44.44)


def across(
    *specs: Spec, ledger: Mapping[Spec, Standing] | None = None, beside: tuple[Spec, ...] = ()
) -> list[list[Finding]]:
    """What the checks find of specs beside what the ledger holds of others."""
    held = {id(one): one for one in ledger or {}}
    states = {one.name: known(one, standing) for one, standing in (ledger or {}).items()}
    orders: dict[str, Order] = {one.name: one.order for one in held.values()}
    return check_across(specs, states, rules(), lambda state: orders.get(state.name), beside=beside)


def overlapping(*specs: Spec) -> list[bool]:
    """Which of the specs overlap an earlier one."""
    return ["X02" in [finding.check for finding in row] for row in across(*specs)]


@pytest.mark.parametrize(
    ("rings", "expected"),
    [
        (HALF, True),
        (box(8.8, 44.3, 9.0, 44.5), True),
        (box(8.9, 44.38, 8.92, 44.40), True),
        (box(8.968, 44.36, 9.09, 44.44), True),
        (BESIDE, False),
        (box(8.9699999, 44.36, 9.09, 44.44), False),
        (box(8.97, 44.44, 9.1, 44.5), False),
        (box(20.0, 44.36, 20.1, 44.44), False),
        ((ring((8.96, 44.5), (9.2, 44.37), (9.2, 44.5)),), False),
    ],
    ids=[
        "half", "around", "inside", "two percent", "shared edge", "rounded edge", "shared corner",
        "elsewhere", "boxes meet and outlines do not",
    ],
)  # fmt: skip
def test_outlines_that_share_ground_overlap(rings: Rings, *, expected: bool) -> None:
    assert overlapping(spec(), spec(rings, name="z")) == [False, expected]


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [(MONTH, 14, True), (MONTH + 13 * DAY, 14, True), (MONTH + 14 * DAY, 14, False)],
)
def test_windows_must_meet(start: timedelta, length: int, *, expected: bool) -> None:
    later = spec(HALF, name="z", start=NOW + start, length=length * DAY)
    assert overlapping(spec(), later) == [False, expected]


def test_other_modes_are_other_images() -> None:
    assert overlapping(spec(), spec(HALF, name="z", mode=1)) == [False, False]
    assert overlapping(spec(), radar(HALF, name="z")) == [False, False]
    assert overlapping(spec(), spec(HALF, name="z", mode=None)) == [False, True]


def test_each_pair_is_said_once_at_the_later_spec_with_its_share() -> None:
    first, second = across(spec(), spec(HALF, name="z"))
    assert first == []
    assert "port (orders/port.yaml:1), 42.5 km² or 50 % of the smaller one" in second[0].detail


def test_the_order_of_the_arguments_does_not_matter() -> None:
    assert overlapping(spec(HALF, name="z"), spec()) == [True, False]


def test_what_was_placed_counts_and_is_named_by_its_number() -> None:
    [[found]] = across(spec(HALF, name="z"), ledger={spec(): Standing.PLACED})
    assert "port (placed as PROG_7)" in found.detail


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (Standing.PLACED, True),
        (Standing.IN_DOUBT, True),
        (Standing.BEING_PLACED, True),
        (Standing.REJECTED, False),
        (Standing.NOT_SENT, False),
        (Standing.NOT_PLACED, False),
    ],
)
def test_of_the_ledger_only_what_may_be_bought_counts(
    standing: Standing, *, expected: bool
) -> None:
    [found] = across(spec(HALF, name="z"), ledger={spec(): standing})
    assert bool(found) is expected


def test_an_order_does_not_overlap_itself() -> None:
    one = spec()
    assert across(one, ledger={one: Standing.PLACED}) == [[]]


def test_the_same_order_is_left_to_x01() -> None:
    assert overlapping(spec(), spec(name="z")) == [False, False]


def test_an_order_that_supersedes_another_may_overlap_it() -> None:
    newer = spec(HALF, name="z", supersedes="port")
    assert overlapping(spec(), newer) == [False, False]
    assert across(newer, ledger={spec(): Standing.PLACED}) == [[]]


def test_an_adopted_order_of_unknown_content_is_not_compared() -> None:
    state = OrderState("old", Standing.PLACED, order_no="PROG_7")
    assert check_across([spec()], {"old": state}, rules(), lambda _: None) == [[]]
    blind = known(spec(HALF, name="blind"))
    assert check_across([spec()], {"blind": blind}, rules(), lambda _: None) == [[]]


def test_many_overlaps_are_one_finding() -> None:
    crowd = [spec(HALF, name=f"a{n:02}", cloud=n) for n in range(40)]
    *_, last = across(*crowd, spec(name="z"))
    [found] = last
    assert found.detail.count("% of the smaller one") == 3
    assert "; and more." in found.detail


def test_tiles_that_share_edges_do_not_overlap() -> None:
    tiles = [
        spec(
            box(
                round(8 + x * 0.1123457, 7),
                round(44 + y * 0.0912347, 7),
                round(8 + (x + 1) * 0.1123457, 7),
                round(44 + (y + 1) * 0.0912347, 7),
            ),
            name=f"tile-{x}-{y}",
        )
        for x in range(8)
        for y in range(8)
    ]
    assert not any(overlapping(*tiles))


def copies(*specs: Spec) -> list[bool]:
    return ["X01" in [finding.check for finding in row] for row in across(*specs)]


def test_a_copy_is_found_at_the_later_file() -> None:
    assert copies(spec(name="b"), spec(name="a"), spec(HALF, name="c")) == [True, False, False]
    [found], _ = across(spec(name="b"), spec(name="a"))
    assert "the same as a (orders/a.yaml:1) to the last field" in found.detail


def test_every_copy_but_the_first_is_found() -> None:
    assert copies(spec(name="a"), spec(name="b"), spec(name="c")) == [False, True, True]


def test_an_order_that_differs_in_one_field_is_no_copy() -> None:
    assert copies(spec(name="a"), spec(name="b", cloud=21)) == [False, False]


BERING = spec(box(-170.0, 60.0, -169.9, 60.1), name="bering")


def misplaced(*specs: Spec, region: tuple[float, float, float, float] | None = None) -> list[bool]:
    found = check_across(specs, {}, rules(region=region), lambda _: None)
    return ["A02" in [finding.check for finding in row] for row in found]


def test_one_order_with_exchanged_coordinates_stands_out() -> None:
    assert misplaced(*HOME, SWAPPED) == [False] * 6 + [True]
    [found] = across(SWAPPED, beside=tuple(HOME))
    assert "write the longitude first" in found[0].detail


def test_the_ledger_tells_as_well_where_orders_are() -> None:
    [found] = across(SWAPPED, ledger=dict.fromkeys(HOME, Standing.PLACED))
    assert [finding.check for finding in found] == ["A02"]


@pytest.mark.parametrize(
    "specs",
    [
        [*HOME, spec(box(100.0, 10.0, 100.1, 10.1), name="far")],
        [*HOME[:3], SWAPPED],
        [*HOME[:3], SWAPPED, spec(box(-70.0, -20.0, -69.9, -19.9), name="s"), BERING],
        [*(spec(box(44 + n, 44.0, 44.1 + n, 44.1), name=f"d{n}") for n in range(6)), HOME[0]],
    ],
    ids=["far away, but not exchanged", "too few to tell", "all over the world", "on the diagonal"],
)  # fmt: skip
def test_distance_alone_is_no_fault(specs: list[Spec]) -> None:
    assert not any(misplaced(*specs))


def test_a_region_is_the_better_judge() -> None:
    assert not any(misplaced(*HOME, SWAPPED, region=(0.0, 0.0, 50.0, 50.0)))


def test_whoever_supersedes_an_order_that_nobody_knows_may_have_misspelt_it() -> None:
    new = spec(FAR, name="new", supersedes="portt")
    [[found]] = across(new)
    assert (found.check, found.severity, found.path) == ("X04", Severity.ERROR, ("supersedes",))
    assert "knows an order portt." in found.detail


@pytest.mark.parametrize("standing", list(Standing))
def test_only_an_order_that_was_bought_or_may_have_been_can_be_superseded(
    standing: Standing,
) -> None:
    new = spec(FAR, name="new", supersedes="port")
    found = across(new, ledger={spec(): standing})
    assert [[it.check for it in row] for row in found] == [[] if standing in SPENT else ["X04"]]


def test_whoever_supersedes_a_spec_that_was_not_bought_would_buy_both() -> None:
    new = spec(FAR, name="new", supersedes="port")
    for [[found], *_] in (across(new, beside=(spec(),)), across(new, spec())):
        assert found.check == "X04"
        assert "both would be bought" in found.detail


def test_no_specs_are_no_trouble() -> None:
    assert across() == []


def test_a_sliver_along_a_border_is_left_alone_by_a_share_that_a_team_may_set() -> None:
    first = spec(box(8.0, 44.0, 8.1, 44.1), name="a", line=1)
    for shared, is_found in ((0.0009, False), (0.0011, True)):  # of 0.1 degrees: 0.9 % and 1.1 %
        second = spec(box(8.1 - shared, 44.0, 8.2, 44.1), name="b", line=2)
        found = check_across([first, second], {}, rules(), lambda _: None)
        assert [finding.check for row in found for finding in row] == ["X02"] * is_found
    second = spec(box(8.095, 44.0, 8.2, 44.1), name="b", line=2)
    for written, is_found in ((10, False), (3, True), (None, False)):
        held = Rules(
            EO_IMAGERY,
            modes().overridden_by(
                {"every": {"minOverlapPercent": written}}, "m.yaml", EO_IMAGERY.modes
            ),
        )
        found = check_across([first, second], {}, held, lambda _: None)
        assert [finding.check for row in found for finding in row] == ["X02"] * is_found
