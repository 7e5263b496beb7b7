"""Read the coordinates of one polygon: numbers, ranges, rounding, closing."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import atan, degrees, isnan, pi, sinh

from satops.core.finding import Finding, Path, has_error, quoted
from satops.core.geometry.checks import (
    ANTIMERIDIAN,
    BEYOND_180,
    CLOSED,
    FEW_CORNERS,
    LEFT_OUT,
    MANY_CORNERS,
    MANY_NUMBERS,
    NO_COORDINATES,
    NO_NUMBER,
    NOT_DEGREES,
    NOT_FLAT,
    OFF_THE_MAP,
    ROUNDED,
    SWAPPED,
)
from satops.core.order.order import Location, Ring, Rings, rounded

DECIMALS = 7
"""About one centimetre: finer than any footprint needs (RFC 7946, 11.2)."""
MAX_POSITIONS = 20_000
"""Maximum for one polygon; no marketplace form is known to draw more."""
_RADIUS_M = 6_378_137.0
_WEB_MAP_M = pi * _RADIUS_M
"""Half the side of the square of EPSG:3857, in metres."""
_PROJECTED = 1_000
"""A larger number is in metres of a projection, not a slip in degrees."""
_NUMBERS_MAX = 4
"""Numbers of one point: longitude, latitude, height, measure."""
_NO_DATA = -1e38
"""A smaller measure of a Shapefile means "no data" (ESRI's description of 1998)."""
_SHOWN_MAX = 6
COORDINATES = (
    "Write the coordinates as [[[105.8, 21.0], [105.9, 21.0], [105.9, 21.1], [105.8, 21.0]]]: a "
    "list of rings, the outline first, each a list of points, each [longitude, latitude]."
)
"""GeoJSON's notation of a polygon."""
SPLIT = "--split"
"""The fix that cuts an outline; `core.geometry.fixes` makes the command."""
_NUMBERS = frozenset({float, int})
_ONLY_LISTS = frozenset({list})
_ONLY_PAIRS = frozenset({2})


def read_rings(coordinates: object, at: Path = ()) -> tuple[Rings | None, list[Finding]]:
    """Read a GeoJSON Polygon's `coordinates`; None if a finding is an error.

    The rings are closed, rounded and within range, with at least three distinct corners and no edge
    wider than 180 degrees.  `shapes` tests for crossings.
    """
    quick = _quickly(coordinates, at)
    if quick is not None:
        return quick
    findings = list(_structure(coordinates, at))
    if findings:
        return None, findings
    assert isinstance(coordinates, list)
    findings += _beyond_two(coordinates, at)
    findings += _ranges(coordinates, at)
    if has_error(findings):
        return None, findings
    rings = []
    for index, written in enumerate(coordinates):
        ring, said = _ring(written, index, (*at, index))
        findings += said
        rings.append(ring)
    if any(round_changed(position) for ring in coordinates for position in ring):
        findings.append(_rounded(at))
    return (None if has_error(findings) else tuple(rings)), findings


def round_changed(position: Sequence[float]) -> bool:
    """Tell whether a position has more than 7 decimals."""
    x, y = position[:2]
    return round(x, DECIMALS) != x or round(y, DECIMALS) != y


def ring_name(index: int) -> str:
    """Return the name of a ring by its index: the first is the outline, the others are holes."""
    return f"hole {index}" if index else "the outline"


def _quickly(coordinates: object, at: Path) -> tuple[Rings, list[Finding]] | None:
    """Fast path for nearly all polygons: those without findings but rounding; else None."""
    if type(coordinates) is not list or not coordinates:
        return None
    rings: list[Ring] = []
    exact = True
    for written in coordinates:
        read = _quick_ring(written)
        if read is None:
            return None
        rings.append(read[0])
        exact = exact and read[1]
    if sum(map(len, rings)) > MAX_POSITIONS:
        return None
    return tuple(rings), ([] if exact else [_rounded(at)])


def _quick_ring(written: object) -> tuple[Ring, bool] | None:
    """Read a valid ring with whole-list operations, since every spec passes here; None for others.

    The second value tells whether rounding changed nothing.
    """
    if type(written) is not list or len(written) < 4:
        return None
    if {*map(type, written)} != _ONLY_LISTS or {*map(len, written)} != _ONLY_PAIRS:
        return None
    longitudes, latitudes = map(list, zip(*written, strict=True))
    if not _NUMBERS.issuperset(map(type, longitudes + latitudes)):
        return None
    west, east = min(longitudes), max(longitudes)
    if west < -180 or east > 180 or east - west > 180:
        return None
    if min(latitudes) < -90 or max(latitudes) > 90 or isnan(sum(longitudes) + sum(latitudes)):
        return None
    x, y = rounded(longitudes), rounded(latitudes)
    ring = tuple(zip(x, y, strict=True))
    if ring[0] != ring[-1] or len(set(ring)) < 3:
        return None
    return ring, x == longitudes and y == latitudes


def _structure(coordinates: object, at: Path) -> Iterator[Finding]:
    """Yield findings about values that are not lists of rings of points; at most one per ring."""
    if not isinstance(coordinates, list) or not coordinates:
        yield _shapeless(at, f"The coordinates are {shown(coordinates)}.")
        return
    if all(_is_position(item) for item in coordinates):
        yield _shapeless(at, "A pair of brackets is missing around the points.")
        return
    total = sum(len(ring) for ring in coordinates if isinstance(ring, list))
    if total > MAX_POSITIONS:
        yield MANY_CORNERS.finding(
            at,
            f"The polygon has {total:,} points; satops takes at most {MAX_POSITIONS:,}. "
            "Use a simpler outline.",
            fix="--simplify-m 10",
        )
        return
    for index, ring in enumerate(coordinates):
        if not isinstance(ring, list) or not ring:
            yield _shapeless((*at, index), f"{ring_name(index).capitalize()} is {shown(ring)}.")
            continue
        for place, position in enumerate(ring):
            if not _is_position(position):
                yield _bad_position(position, _where(index, place), (*at, index, place))
                break


def _is_position(value: object) -> bool:
    return (
        isinstance(value, list)
        and 2 <= len(value) <= _NUMBERS_MAX
        and all(map(_is_number, value[:2]))
        and all(_is_number(item) or is_no_data(item) for item in value[2:])
    )


def _is_number(value: object) -> bool:
    # The comparison also refuses NaN; an integer may be too long for a float.
    return type(value) in _NUMBERS and -1e300 < value < 1e300  # type: ignore[operator]


def is_no_data(value: object) -> bool:
    """Tell whether a height or measure means "no data": null, NaN, or below -1e38."""
    return value is None or (type(value) is float and (isnan(value) or value < _NO_DATA))


def _bad_position(position: object, where: str, path: Path) -> Finding:
    where = where.capitalize()
    if not isinstance(position, list):
        return _shapeless(path, f"{where} is {shown(position)}.")
    if any(isinstance(item, list) for item in position):
        return _shapeless(path, f"{where} holds lists: a pair of brackets is too many.")
    if len(position) > _NUMBERS_MAX and all(map(_is_number, position)):
        return _too_many_numbers(position, where, path)
    if len(position) < 2:
        said = f"{where} has {_counted(len(position))}."
        return _shapeless(path, f"{said} Decimals are written with a point: 105.8.")
    bad = next(
        item
        for place, item in enumerate(position)
        if not (_is_number(item) or (place > 1 and is_no_data(item)))
    )
    return NO_NUMBER.finding(
        path,
        f"{where} holds {held(bad)}. A coordinate is a finite number of degrees, without quotes.",
    )


def _too_many_numbers(position: list[float], where: str, path: Path) -> Finding:
    numbers = ", ".join(map(shown, position[:_SHOWN_MAX]))
    more = ", ..." if len(position) > _SHOWN_MAX else ""
    return MANY_NUMBERS.finding(
        path,
        f"{where} has {len(position)} numbers: {numbers}{more}. A point has two, longitude and "
        "latitude, and perhaps a height. Look at the commas: one within a number, for thousands or "
        "decimals, makes two numbers of it (write 3945.5, not 3,945.5), and KML and WKT have "
        "another sign between points than between the numbers of a point (KML: "
        "105.7,9.95 105.9,9.95).",
    )


def _shapeless(path: Path, what: str) -> Finding:
    return NO_COORDINATES.finding(path, f"{what} {COORDINATES}")


def _beyond_two(coordinates: list[list[list[float]]], at: Path) -> Iterator[Finding]:
    """Yield findings about heights and measures, the third and fourth number of a point."""
    positions = [
        (_where(index, place), (*at, index, place), position)
        for index, ring in enumerate(coordinates)
        for place, position in enumerate(ring)
    ]
    longest = max(len(position) for _, _, position in positions)
    for axis, kind in ((2, "height"), (3, "measure")):
        for where, path, position in positions:
            value = position[axis] if len(position) > axis else 0
            if value and not is_no_data(value):
                yield _not_zero(kind, value, where, path)
                return
    # A point with only a measure has an empty third number.
    has_heights = longest == 3 or any(
        position[2:3] not in ([], [None]) for *_, position in positions
    )
    kinds = [*(["heights"] if has_heights else []), *(["measures"] if longest > 3 else [])]
    if longest > 2:
        what = " and ".join(kinds)
        yield LEFT_OUT[what].finding(
            at, f"The points have {what} that are all 0 or empty. They are left out of the order."
        )


def _not_zero(kind: str, value: float, where: str, path: Path) -> Finding:
    which = {"height": "third", "measure": "fourth"}[kind]
    return NOT_FLAT[kind].finding(
        path,
        f"{where.capitalize()} has the {kind} {shown(value)} (its {which} number). An order is a "
        "flat outline, and satops does not drop what may have a meaning. Leave heights and "
        "measures out: a point is longitude and latitude.",
        fix="--drop-heights",
    )


def _ranges(coordinates: list[list[list[float]]], at: Path) -> Iterator[Finding]:
    """Yield a finding about points out of range, at the first of them."""
    for index, ring in enumerate(coordinates):
        for place, (x, y, *_) in enumerate(ring):
            if not (-180 <= x <= 180 and -90 <= y <= 90):
                every = [(a, b) for line in coordinates for a, b, *_ in line]
                yield off_the_map(x, y, every, _where(index, place), (*at, index, place))
                return


def off_the_map(x: float, y: float, every: Sequence[Location], where: str, path: Path) -> Finding:
    """Return a finding about a point out of range, with a guess from all points."""
    is_at = f"{where.capitalize()} is {shown(x)}, {shown(y)}."
    if any(abs(a) > _PROJECTED or abs(b) > _PROJECTED for a, b in every):
        return NOT_DEGREES.finding(
            path,
            f"{is_at} These are no degrees: they look like metres of a projection. Find out its "
            "EPSG code from whoever made the outline (UTM zone 48N, for example, is EPSG:32648), "
            f"and convert the outline to WGS 84 with it.{_on_web_maps(x, y)}",
            fix="--crs EPSG:CODE --reproject",
        )
    if all(-90 <= a <= 90 and -180 <= b <= 180 for a, b in every):
        return SWAPPED.finding(
            path,
            f"{is_at} A latitude lies between -90 and 90. These look like latitude, longitude: "
            f"write the longitude first, as {shown(y)}, {shown(x)}.",
            fix="--swap-axes",
        )
    if all(-90 <= b <= 90 and -360 <= a <= 360 for a, b in every):
        return BEYOND_180.finding(
            path,
            f"{is_at} A longitude lies between -180 and 180: 190 is written as -170. An area on "
            "both sides of the antimeridian has to be two orders, one for each side.",
            fix=SPLIT,
        )
    return OFF_THE_MAP.finding(
        path, f"{is_at} A longitude lies between -180 and 180, a latitude between -90 and 90."
    )


def _on_web_maps(x: float, y: float) -> str:
    """Return a sentence with the location that a point would have in web maps' projection."""
    if max(abs(x), abs(y)) > _WEB_MAP_M:
        return ""
    longitude, latitude = degrees(x / _RADIUS_M), degrees(atan(sinh(y / _RADIUS_M)))
    north, east = "N" if y >= 0 else "S", "E" if x >= 0 else "W"
    at = f"{abs(latitude):.2f}°{north} {abs(longitude):.2f}°{east}"
    return f" If this point is meant to be at {at}, the code is EPSG:3857, of web maps."


def _ring(written: list[list[float]], index: int, path: Path) -> tuple[Ring, list[Finding]]:
    findings = []
    longitudes, latitudes = ([position[axis] for position in written] for axis in (0, 1))
    ring = list(zip(rounded(longitudes), rounded(latitudes), strict=True))
    distinct = len(set(ring))
    name = ring_name(index)
    if distinct < 3:
        findings.append(
            FEW_CORNERS.finding(
                path,
                f"{name.capitalize()} has {distinct} distinct corner{'s'[: distinct - 1]} (at "
                f"{DECIMALS} decimals); "
                "an area needs three at least.",
            )
        )
    elif ring[0] != ring[-1]:
        ring.append(ring[0])
        findings.append(
            CLOSED.finding(
                path,
                f"{name.capitalize()} does not end where it begins. The closing point was added.",
            )
        )
    for (xa, ya), (xb, yb) in pairwise(ring):
        if abs(xb - xa) > 180:
            findings.append(
                ANTIMERIDIAN.finding(
                    path,
                    f"{name.capitalize()} jumps from {xa}, {ya} to {xb}, {yb}: more than "
                    "180 degrees of longitude. An area on both sides of the antimeridian has to "
                    "be two orders, one for each side. A very wide area needs corners between.",
                    fix=SPLIT,
                )
            )
            break
    return tuple(ring), findings


def _rounded(at: Path) -> Finding:
    return ROUNDED.finding(
        at,
        f"The coordinates have more than {DECIMALS} decimals. They are rounded to {DECIMALS}, "
        "which is about one centimetre.",
    )


def _where(ring: int, position: int) -> str:
    return f"point {position + 1} of {ring_name(ring)}"


def _counted(numbers: int) -> str:
    return "1 number" if numbers == 1 else f"{numbers} numbers"


def held(value: object) -> str:
    """Describe a value in a list, like `shown`."""
    return "an empty value" if value is None else shown(value)


def shown(value: object) -> str:
    """Describe an unexpected value briefly, with control characters escaped."""
    match value:
        case None:
            return "empty"
        case bool():
            return f"{value}".lower()
        case []:
            return "an empty list"
        case list():
            return f"a list of {len(value)}"
        case dict():
            return "a group of fields" if value else "an empty group of fields"
        case str():
            return f"the text {quoted(value)}"
        case _:
            text = repr(value)
            return text if len(text) <= 40 else f"{text[:40]}..."
