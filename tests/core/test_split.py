"""A cut changes no outline: the pieces cover what the whole covered, and lie on the map."""

from math import cos, pi, sin
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from satops.core.geometry.forms import read_geometry
from satops.core.geometry.shapes import area_km2
from satops.core.geometry.split import Cut, Side, cut
from satops.core.order.order import Rings

Corners = list[tuple[float, float]]


def polygon(*rings: Corners) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(corner) for corner in ring] for ring in rings]}


def box(west: float, south: float, east: float, north: float) -> Corners:
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def pieces(found: Cut) -> list[Rings]:
    assert all(piece.rings for piece in found.pieces)
    return [piece.rings for piece in found.pieces if piece.rings]


FIJI = box(178, -18, 182, -15)


@pytest.mark.parametrize("shift", [0, -360])
@pytest.mark.parametrize("jumps", [False, True])
def test_both_ways_to_write_an_area_across_180_are_cut_alike(shift: int, jumps: bool) -> None:
    corners = [((x + 180) % 360 - 180 if jumps else x + shift, float(y)) for x, y in FIJI]
    found = cut(polygon(corners))
    assert {finding.check for finding in found.findings} == {"A04"}
    assert [(piece.side, piece.part) for piece in found.pieces] == [
        (Side.WEST, None),
        (Side.EAST, None),
    ]
    west, east = pieces(found)
    assert shapely.Polygon(west[0]).equals(shapely.box(178, -18, 180, -15))
    assert shapely.Polygon(east[0]).equals(shapely.box(-180, -18, -178, -15))


def test_pieces_can_be_ordered_as_they_are() -> None:
    for rings in pieces(cut(polygon(FIJI))):
        again, findings = read_geometry(
            {"type": "Polygon", "coordinates": [[list(at) for at in ring] for ring in rings]}
        )
        assert again == rings
        assert findings == []


stars = st.lists(st.floats(0.2, 1.0), min_size=5, max_size=24)


@settings(deadline=None)  # a busy machine is no fault
@given(stars, st.floats(175, 185), st.floats(-70, 70), st.floats(0.01, 8))
def test_areas_add_up_and_the_cut_is_at_180_exactly(
    reaches: list[float], x: float, y: float, radius: float
) -> None:
    corners = [
        (x + radius * reach * cos(at), y + radius * reach * sin(at))
        for at, reach in ((2 * pi * n / len(reaches), reach) for n, reach in enumerate(reaches))
    ]
    corners.append(corners[0])
    whole = shapely.Polygon([(round(a, 7), round(b, 7)) for a, b in corners])
    west, _, east, _ = whole.bounds
    found = cut(polygon([((a + 180) % 360 - 180, b) for a, b in corners]))
    if not found.pieces or any(piece.rings is None for piece in found.pieces):
        # Only what rounding to 7 decimals makes crossing or thin as a thread.
        assert not whole.is_valid or min(180 - west, east - 180) < 1e-5
        return
    made = pieces(found)
    flat = sum(shapely.Polygon(rings[0]).area for rings in made)
    assert flat == pytest.approx(whole.area, rel=1e-5, abs=1e-6)
    if found.uncut_km2 is not None:
        assert sum(map(area_km2, made)) == pytest.approx(found.uncut_km2, rel=1e-9, abs=1e-7)
        if west < 180 < east:
            assert {piece.side for piece in found.pieces} == set(Side)
            for piece in found.pieces:
                longitudes = [a for a, _ in (piece.rings or ((),))[0]]
                edge = max(longitudes) if piece.side is Side.WEST else min(longitudes)
                assert edge == (180 if piece.side is Side.WEST else -180)


def test_a_hole_goes_with_the_side_that_it_lies_on_and_may_be_cut_itself() -> None:
    in_the_east = box(-179.5, -17, -179, -16)
    found = cut(polygon(box(178, -18, -178, -15), in_the_east))
    west, east = pieces(found)
    assert (len(west), len(east)) == (1, 2)
    across = [(179.5, -17.0), (-179.5, -17.0), (-179.5, -16.0), (179.5, -16.0), (179.5, -17.0)]
    found = cut(polygon(box(178, -18, -178, -15), across))
    assert [len(rings) for rings in pieces(found)] == [1, 1]
    assert found.uncut_km2 is not None
    assert found.uncut_km2 == pytest.approx(sum(map(area_km2, pieces(found))), rel=1e-12)
    assert found.uncut_km2 < area_km2((tuple(FIJI),))


def test_an_outline_that_crosses_180_often_has_a_piece_for_each_stretch() -> None:
    comb = [(170.0, 0.0), (190.0, 0.0), (190.0, 1.0), (175.0, 0.5), (190.0, 2.0), (170.0, 3.0)]
    found = cut(polygon([*comb, comb[0]]))
    assert [piece.side for piece in found.pieces] == [Side.WEST, Side.EAST, Side.EAST]
    assert found.uncut_km2 == pytest.approx(sum(map(area_km2, pieces(found))), rel=1e-12)


def test_what_lies_wholly_beyond_180_is_only_moved() -> None:
    found = cut(polygon(box(190, 0, 191, 1)))
    (piece,) = found.pieces
    assert piece.side is None
    assert piece.rings is not None
    assert shapely.Polygon(piece.rings[0]).equals(shapely.box(-170, 0, -169, 1))


@pytest.mark.parametrize("written", ["geojson", "feature", "wkt"])
def test_each_part_of_a_multipolygon_is_a_piece(written: str) -> None:
    shape = shapely.MultiPolygon([shapely.box(1, 1, 2, 2), shapely.box(179, 1, 181, 2)])
    geometry = {
        "type": "MultiPolygon",
        "coordinates": [[[list(at) for at in part.exterior.coords]] for part in shape.geoms],
    }
    value = {
        "geojson": geometry,
        "feature": {"type": "Feature", "properties": {}, "geometry": geometry},
        "wkt": shape.wkt,
    }[written]
    found = cut(value)
    assert [finding.check for finding in found.findings] == ["G02"]
    assert [(piece.part, piece.side) for piece in found.pieces] == [
        (1, None),
        (2, Side.WEST),
        (2, Side.EAST),
    ]


def test_one_sound_polygon_is_one_piece() -> None:
    found = cut(polygon(box(1, 1, 2, 2)))
    assert found.findings == ()
    assert [(piece.part, piece.side, piece.findings) for piece in found.pieces] == [
        (None, None, ())
    ]


@pytest.mark.parametrize(
    "ring",
    [
        [(0.0, 80.0), (120.0, 80.0), (-120.0, 80.0), (0.0, 80.0)],
        [(0.0, 80.0), (90.0, 80.0), (180.0, 80.0), (-90.0, 80.0), (0.0, 80.0)],
    ],
)
def test_a_ring_round_a_pole_is_refused(ring: Corners) -> None:
    (piece,) = cut(polygon(ring)).pieces
    assert piece.rings is None
    assert [finding.summary for finding in piece.findings] == ["runs round a pole"]


def test_a_cut_repairs_nothing() -> None:
    bow_tie = [(179.0, 0.0), (-179.0, 1.0), (179.0, 1.0), (-179.0, 0.0), (179.0, 0.0)]
    (piece,) = cut(polygon(bow_tie)).pieces
    assert piece.rings is None
    assert [finding.check for finding in piece.findings] == ["G05"]
    line = cut(polygon([(179.0, 0.0), (-179.0, 0.0), (179.0, 0.0)]))
    assert all(piece.rings is None for piece in line.pieces)
    high = {"type": "Polygon", "coordinates": [[[179, 0, 5], [-179, 0, 5], [-179, 1, 5]]]}
    assert cut(high).pieces == ()


@pytest.mark.parametrize("value", ["POINT (1 2)", None, {}, {"type": "Feature"}, "POLYGON (("])
def test_what_is_no_polygon_has_no_pieces_and_says_why(value: object) -> None:
    found = cut(value)
    assert found.pieces == ()
    assert found.findings
