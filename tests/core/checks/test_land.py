"""Swapped coordinates without a region: open sea here, land in the mirror, and nothing else."""

import random
from math import cos, radians
from pathlib import Path

import pytest
import shapely

from satops.core.checks import Rules, check_across, check_clock, check_specs
from satops.core.geometry.forms import read_geometry
from satops.core.geometry.land import Land
from satops.core.geometry.measures import extent_km, track_lean_deg
from satops.core.geometry.shapes import find_crossings, footprints, shapes_of
from satops.core.order.order import Rings, instant_text
from satops.core.spec.spec import Spec
from satops.offers.eo_imagery import EO_IMAGERY
from tests.core.checks.making import NOW, box, known, rules, spec

DATA = Path(__file__).parents[3] / "satops" / "data" / "land.json"
CITIES = {
    "Paris": (2.35, 48.85), "London": (-0.13, 51.5), "Berlin": (13.4, 52.5),
    "Johannesburg": (28.0, -26.2), "Lagos": (3.4, 6.5), "Sao Paulo": (-46.6, -23.5),
    "Oslo": (10.7, 59.9), "Dhaka": (90.0, 23.7),
}  # fmt: skip
ISLANDS = {
    "Malta": (14.4, 35.9), "Tenerife": (-16.5, 28.3), "Praia": (-23.5, 14.9),
    "Azores": (-25.7, 37.7), "Mauritius": (57.5, -20.2), "Seychelles": (55.5, -4.6),
    "Maldives": (73.5, 4.2), "Lampedusa": (12.6, 35.5), "St Helena": (-5.7, -15.9),
    "Lakshadweep": (72.6, 10.6), "Diego Garcia": (72.4, -7.3), "Madeira": (-17.0, 32.7),
}  # fmt: skip


@pytest.fixture(scope="module")
def land() -> Land:
    return Land(DATA.read_bytes())


def at(longitude: float, latitude: float, name: str = "port") -> Spec:
    return spec(
        box(*(round(each, 7) for each in (longitude - 0.05, latitude - 0.05, longitude + 0.05,
                                          latitude + 0.05))),
        name=name,
    )  # fmt: skip


def sea_codes(one: Spec, **more: object) -> list[str]:
    held = Rules(EO_IMAGERY, rules().modes, read_land=DATA.read_bytes, **more)  # type: ignore[arg-type]
    (found,) = check_across([one], {}, held, lambda _: None)
    return [finding.check for finding in found]


@pytest.mark.parametrize(("longitude", "latitude"), CITIES.values(), ids=CITIES)
def test_a_city_with_latitude_and_longitude_exchanged_is_found(
    longitude: float, latitude: float
) -> None:
    assert sea_codes(at(latitude, longitude)) == ["A02"]
    assert sea_codes(at(longitude, latitude)) == []


@pytest.mark.parametrize(("longitude", "latitude"), ISLANDS.values(), ids=ISLANDS)
def test_an_island_is_no_open_sea(longitude: float, latitude: float, land: Land) -> None:
    assert not land.is_open_sea((longitude, latitude, longitude, latitude))
    assert sea_codes(at(longitude, latitude)) == []


def test_what_the_antimeridian_cuts_is_where_it_is(land: Land) -> None:
    for longitude, latitude in ((0.0, 67.0), (5.0, 65.5), (-30.0, 66.5), (-10.0, 68.0)):
        assert land.is_open_sea((longitude, latitude, longitude, latitude))
    for longitude, latitude in ((175.0, 66.5), (-176.0, 66.5), (24.9, 67.0), (0.0, -89.0)):
        assert land.on_land([(longitude, latitude)]) == {0}


def test_a_ship_at_sea_whose_mirror_is_at_sea_is_no_news() -> None:
    for longitude, latitude in ((-40.0, 30.0), (3.0, 56.0), (120.0, -30.0), (-150.0, 10.0)):
        assert sea_codes(at(longitude, latitude)) == []


def test_a_region_or_an_order_that_was_placed_nearby_says_that_the_sea_is_meant() -> None:
    swapped = at(48.85, 2.35)
    assert sea_codes(swapped, region=(40, -10, 60, 10)) == []
    held = Rules(EO_IMAGERY, rules().modes, read_land=DATA.read_bytes)
    earlier = known(at(47.0, 1.0, "earlier"))
    (found,) = check_across([swapped], {"earlier": earlier}, held, lambda _: None)
    assert found == []


def sound(seed: int, land: Land) -> Rings:
    """Return an outline as somebody might draw it, on land or at a coast: a box, a circle, a star,
    a bay, a strip along the track, with a hole now and then.
    """
    chance = random.Random(seed)
    while True:
        x, y = chance.uniform(-179, 179), chance.uniform(-55, 70)
        if not land.is_open_sea((x, y, x, y)):
            break
    size = chance.uniform(0.04, 0.06)
    aside = size / cos(radians(y))
    kind = chance.choice(["box", "circle", "star", "quad", "hole"])
    if kind == "box":
        value: object = {"bbox": [x - aside, y - size, x + aside, y + size]}
    elif kind == "circle":
        value = {"point": [x, y], "radiusKm": size * 100}
    else:
        corners = {"star": 40, "quad": 4, "hole": 12}[kind]
        around = shapely.Point(0, 0).buffer(1, quad_segs=max(1, corners // 4)).exterior.coords[:-1]
        least = {"star": 0.85, "quad": 1.0, "hole": 0.95}[kind]
        reach = [chance.uniform(least, 1.0) for _ in around]
        ring = [
            [x + aside * r * a, y + size * r * b] for (a, b), r in zip(around, reach, strict=True)
        ]
        value = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    rings, findings = read_geometry(value)
    assert rings is not None, findings
    assert not list(find_crossings(shapes_of([rings])))
    return rings


def test_three_hundred_sound_outlines_raise_nothing(land: Land) -> None:
    held = Rules(EO_IMAGERY, rules().modes, read_land=DATA.read_bytes)
    orders = [
        spec(sound(seed, land), name=f"n{seed}", mode=seed % 3 + 1, cloud=20) for seed in range(300)
    ]
    now = instant_text(NOW)
    for one, found, clock in zip(
        orders, check_specs(orders, held), check_clock(orders, held, now), strict=True
    ):
        (across,) = check_across([one], {}, held, lambda _: None)
        assert [*found, *clock, *across] == [], (one.name, found, clock, across)


def test_a_track_leans_as_that_of_a_satellite_in_sun_synchronous_orbit() -> None:
    """Sentinel-1 and Landsat rise with headings of about -12 to -13 degrees near the equator."""
    assert track_lean_deg(0) == pytest.approx(11, abs=1)
    assert track_lean_deg(50) == track_lean_deg(-50) == pytest.approx(14.5, abs=1.5)
    assert track_lean_deg(85) == 90


def test_an_area_is_measured_across_and_along_a_track() -> None:
    rings = box(10.0, 45.0, 11.0, 45.5)
    shapes = shapes_of([rings])
    (seen,) = footprints([rings], shapes)
    across, along = extent_km(shapes[0], seen, 0)
    assert [across, along] == pytest.approx([78.6, 55.6], abs=0.5)
    assert list(extent_km(shapes[0], seen, 90)) == pytest.approx([along, across])
