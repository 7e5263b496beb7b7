"""The canonical order: what is written in another way has the same digest, what is bought
otherwise has another.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from math import cos, pi, sin
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from satops.core import json_text
from satops.core.geometry.forms import read_geometry
from satops.core.order.dates import read_date
from satops.core.order.order import (
    Location,
    Order,
    Rings,
    coordinates_text,
    instant,
    instant_text,
    order_from_fields,
)
from satops.offers.eo_imagery.modes import MODES
from tests.offers.orders import eo_order

START = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
UNIT = Decimal("0.0000001")

seconds = st.integers(0, 10 * 366 * 86_400)


@st.composite
def rings(draw: st.DrawFn) -> list[Location]:
    """Draw a simple ring around a centre, closed, of a size from some units to some degrees."""
    size = draw(st.sampled_from([3e-6, 1e-4, 0.1, 9.0]))
    longitude = draw(st.floats(-170, 170))
    latitude = draw(st.floats(-80, 80))
    arms = draw(st.lists(st.floats(0.3, 1), min_size=3, max_size=9))
    corners = [
        (
            longitude + size * arm * cos(2 * pi * index / len(arms)),
            latitude + size * arm * sin(2 * pi * index / len(arms)),
        )
        for index, arm in enumerate(arms)
    ]
    return [*corners, corners[0]]


@st.composite
def grid_rings(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Draw any ring, simple or not, with vertices that repeat, in units of the last decimal."""
    reach = draw(st.sampled_from([2, 50, 10**6, 9 * 10**8]))
    corner = st.tuples(st.integers(-reach, reach), st.integers(-reach, reach))
    corners = draw(st.lists(corner, min_size=3, max_size=12))
    assume(_doubled_area(corners) != 0)
    return corners


def _doubled_area(corners: Sequence[tuple[int, int]]) -> int:
    following = [*corners[1:], corners[0]]
    return sum(xa * yb - xb * ya for (xa, ya), (xb, yb) in zip(corners, following, strict=True))


def turned(ring: Sequence[Any], by: int) -> list[Any]:
    """Start a closed ring at another vertex."""
    corners = list(ring[:-1])
    by %= len(corners)
    corners = corners[by:] + corners[:by]
    return [*corners, corners[0]]


def in_degrees(corners: Sequence[tuple[int, int]]) -> list[Location]:
    """Close a ring of whole units, and bring it to degrees."""
    degrees = [(float(x * UNIT), float(y * UNIT)) for x, y in corners]
    return [*degrees, degrees[0]]


def order_of(polygon: Sequence[Sequence[Location]], **changes: Any) -> Order:
    """Make an order with a polygon."""
    fields: dict[str, Any] = {
        "provider": "changguang",
        "start": START,
        "end": START + timedelta(days=14),
        "max_cloud": 20,
        "resolution_type": 2,
        **changes,
    }
    return eo_order(rings=polygon, **fields)


def read(value: object) -> Rings:
    """Read a geometry that is right."""
    found, findings = read_geometry(value)
    assert found is not None, findings
    return found


@given(ring=rings(), by=st.integers(0, 20), backwards=st.booleans())
def test_where_a_ring_begins_and_which_way_it_runs_does_not_show(
    ring: list[Location], by: int, backwards: bool
) -> None:
    other = turned(ring, by)
    if backwards:
        other.reverse()
    assert order_of([other]).digest == order_of([ring]).digest


@given(corners=grid_rings(), by=st.integers(0, 20), backwards=st.booleans())
def test_it_does_not_show_for_slivers_and_repeated_vertices_either(
    corners: list[tuple[int, int]], by: int, backwards: bool
) -> None:
    ring = in_degrees(corners)
    other = turned(ring, by)
    if backwards:
        other.reverse()
    assert coordinates_text([other]) == coordinates_text([ring])


@given(corners=grid_rings())
def test_the_exterior_runs_against_the_clock_and_keeps_every_vertex(
    corners: list[tuple[int, int]],
) -> None:
    (ring,) = json_text.loads(coordinates_text([in_degrees(corners)]))
    whole = [(round(x * 10**7), round(y * 10**7)) for x, y in ring]
    assert whole[0] == whole[-1] == min(whole)
    assert _doubled_area(whole[:-1]) > 0
    assert sorted(whole[:-1]) == sorted(corners)


@given(ring=rings(), form=st.sampled_from(["wkt", "geojson", "text", "feature", "open", "multi"]))
def test_the_form_of_the_geometry_does_not_show(ring: list[Location], form: str) -> None:
    coordinates = [[list(position) for position in ring]]
    polygon = {"type": "Polygon", "coordinates": coordinates}
    written: dict[str, object] = {
        "wkt": "POLYGON ((" + ", ".join(f"{x!r} {y!r}" for x, y in ring) + "))",
        "geojson": polygon,
        "text": json_text.dumps(polygon).decode(),
        "feature": {"type": "Feature", "properties": None, "geometry": polygon},
        "open": {"type": "Polygon", "coordinates": [coordinates[0][:-1]]},
        "multi": {"type": "MultiPolygon", "coordinates": [coordinates]},
    }
    assert order_of(read(written[form])).digest == order_of(read(polygon)).digest


@given(ring=rings(), holes=st.permutations([0, 1, 2]), by=st.integers(0, 5))
def test_the_order_of_the_holes_does_not_show(
    ring: list[Location], holes: list[int], by: int
) -> None:
    made = [[(h + 0.1, 0.2), (h + 0.3, 0.2), (h + 0.3, 0.4), (h + 0.1, 0.2)] for h in range(3)]
    other = [turned(made[hole], by)[:: -1 if hole else 1] for hole in holes]
    assert order_of([ring, *other]).digest == order_of([ring, *made]).digest


@given(ring=rings(), moved=st.floats(-0.45, 0.45))
def test_what_is_finer_than_seven_decimals_does_not_show(
    ring: list[Location], moved: float
) -> None:
    exact = [(round(x, 7), round(y, 7)) for x, y in ring]
    near = [(x + moved * 1e-7, y - moved * 1e-7) for x, y in exact]
    assert order_of([near]).digest == order_of([exact]).digest


@given(
    start=seconds,
    length=seconds,
    offsets=st.tuples(st.integers(-840, 840), st.integers(-840, 840)),
)
def test_the_offset_of_a_date_does_not_show(
    start: int, length: int, offsets: tuple[int, int]
) -> None:
    ring = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)]
    begin = START + timedelta(seconds=start)
    end = begin + timedelta(seconds=length)
    local = [
        read_date(when.astimezone(timezone(timedelta(minutes=offset))).isoformat(), None)
        for when, offset in zip((begin, end), offsets, strict=True)
    ]
    there = order_of([ring], start=local[0], end=local[1])
    assert there.canonical == order_of([ring], start=begin, end=end).canonical
    assert instant(instant_text(begin)) == begin


@st.composite
def terms(draw: st.DrawFn) -> dict[str, Any]:
    """Draw everything that is bought."""
    begin = START + timedelta(seconds=draw(seconds))
    return {
        "provider": draw(st.sampled_from(["changguang", "tianyi"])),
        "rings": [in_degrees([(0, 0), (draw(st.integers(1, 10**8)), 0), (0, 10**7)])],
        "start": begin,
        "end": begin + timedelta(seconds=draw(seconds)),
        "max_cloud": draw(st.none() | st.integers(0, 100)),
        "resolution_type": draw(st.none() | st.sampled_from(sorted(MODES))),
        "recurring": draw(st.none() | st.booleans()),
        "recurring_day": draw(st.none() | st.integers(0, 400)),
        "recurring_unit": draw(st.none() | st.sampled_from([1, 2, 3])),
    }


FIELDS = (
    "provider",
    "rings",
    "start",
    "end",
    "max_cloud",
    "resolution_type",
    "recurring",
    "recurring_day",
    "recurring_unit",
)


@given(one=terms(), other=terms(), field=st.sampled_from(FIELDS))
def test_a_change_of_any_one_field_changes_the_digest(
    one: dict[str, Any], other: dict[str, Any], field: str
) -> None:
    changed = {**one, field: other[field]}
    same = one[field] == other[field]
    assert (eo_order(**changed).digest == eo_order(**one).digest) is same


@given(one=terms(), other=terms())
def test_two_orders_have_one_digest_only_when_they_buy_the_same(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    digests = {eo_order(**one).digest, eo_order(**other).digest}
    assert (len(digests) == 1) is (one == other)


@given(corners=grid_rings(), index=st.integers(0, 20), step=st.sampled_from([-1, 1]))
def test_a_corner_moved_by_the_last_decimal_changes_the_digest(
    corners: list[tuple[int, int]], index: int, step: int
) -> None:
    index %= len(corners)
    x, y = corners[index]
    moved = [*corners[:index], (x + step, y), *corners[index + 1 :]]
    assume(_doubled_area(moved) != 0)
    assert order_of([in_degrees(moved)]).digest != order_of([in_degrees(corners)]).digest


@given(fields=terms())
def test_the_canonical_order_is_sorted_json_and_reads_back_to_itself(
    fields: dict[str, Any],
) -> None:
    order = eo_order(**fields)
    value = json_text.loads(order.canonical)
    assert list(value) == sorted(value)
    assert value["version"] == "order/1"
    assert b" " not in order.canonical
    assert order_from_fields(value) == order


@given(corners=grid_rings())
def test_numbers_are_plain_and_as_short_as_can_be(corners: list[tuple[int, int]]) -> None:
    text = coordinates_text([in_degrees(corners)])
    for number in text.replace("[", "").replace("]", "").split(","):
        assert number == f"{Decimal(number).quantize(UNIT).normalize():f}"


def test_tiny_coordinates_and_minus_zero_are_written_without_an_exponent() -> None:
    ring = [(-0.0, 0.0000001), (0.00001, -1e-9), (1e-7, 180e-7), (-0.0, 0.0000001)]
    assert (
        coordinates_text([ring])
        == "[[[0,0.0000001],[0.00001,0],[0.0000001,0.000018],[0,0.0000001]]]"
    )


def test_a_vertex_that_stands_ten_thousand_times_costs_no_more_than_one() -> None:
    ring = [(0.0, 0.0)] * 10_000 + [(1.0, 0.0), (1.0, 1.0), (0.0, 0.0)]
    assert coordinates_text([turned(ring, 5_000)]) == coordinates_text([ring])


def test_the_sign_of_a_sliver_does_not_drown_in_rounding() -> None:
    ring = in_degrees([(0, 0), (900_000_000, 899_999_999), (1, 1)])
    texts = {
        coordinates_text([turned(ring, by)[::direction]])
        for by in range(3)
        for direction in (1, -1)
    }
    assert len(texts) == 1
