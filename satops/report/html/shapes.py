"""Shapes of maps as SVG paths in degrees: x is the longitude, y grows to the south."""

from collections.abc import Iterable, Sequence

from satops.core.order.order import Location, Rings
from satops.report.html.markup import EMPTY, Markup, number, tag, void
from satops.report.html.subject import BAD, DOUBT, LATE

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees; may reach beyond ±180."""


def path(polygons: Iterable[Rings], kind: str, decimals: int = 1, title: Markup = EMPTY) -> Markup:
    """Return polygons as one path."""
    drawn = "".join(_ring(ring, decimals) for rings in polygons for ring in rings)
    if not drawn:
        return EMPTY
    return tag("path", title, class_=kind, d=drawn, fill_rule="evenodd")


def line(points: Sequence[Location], kind: str, decimals: int = 3) -> Markup:
    """Return an open line."""
    steps = "L".join(_point(point, decimals) for point in points)
    return void("path", class_=kind, d=f"M{steps}")


def marker(x: float, y: float, kind: str, size: float, title: Markup = EMPTY) -> Markup:
    """Return a mark whose shape has the meaning of its colour: diamond, cross, triangle or dot."""
    at, s = _point((x, y), 2), number(size, 2)
    twice = number(2 * size, 2)
    match kind:
        case "doubt":
            return tag("path", title, class_=kind, d=f"M{at}m-{s} 0l{s} -{s}l{s} {s}l-{s} {s}z")
        case "bad":
            strokes = f"M{at}m-{s} -{s}l{twice} {twice}m0 -{twice}l-{twice} {twice}"
            return tag("path", title, class_=f"{kind} cross", d=strokes)
        case "late":
            return tag("path", title, class_=kind, d=f"M{at}m-{s} {s}l{s} -{twice}l{s} {twice}z")
        case _:
            return tag("circle", title, class_=kind, cx=x, cy=-y, r=number(size, 2))


def box_of(polygons: Iterable[Rings]) -> Box | None:
    """Return the box around polygons; across the antimeridian its east is beyond 180 degrees."""
    outlines = [rings[0] for rings in polygons]
    corners = [corner for outline in outlines for corner in outline]
    if not corners:
        return None
    longitudes = [x for x, _ in corners]
    wide = any(max(ring)[0] - min(ring)[0] > 180 for ring in outlines)  # around a pole
    if max(longitudes) - min(longitudes) > 180 and not wide:
        turned = [x + 360 if x < 0 else x for x in longitudes]
        if max(turned) - min(turned) < max(longitudes) - min(longitudes):
            longitudes = turned
    latitudes = [y for _, y in corners]
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def turned_into(rings: Rings, box: Box) -> Rings:
    """Return a polygon shifted by whole turns towards a box."""
    middle = (box[0] + box[2]) / 2
    turn = round((middle - (rings[0][0][0] + rings[0][-2][0]) / 2) / 360) * 360
    return tuple(tuple((x + turn, y) for x, y in ring) for ring in rings) if turn else rings


def _ring(ring: Sequence[Location], decimals: int) -> str:
    """Return a closed ring without corners that are equal after rounding."""
    points = list(dict.fromkeys(_point(point, decimals) for point in ring))
    if len(points) < 2:
        x, y = ring[0]
        step = 10.0**-decimals
        points = [_point(at, decimals) for at in ((x, y), (x + step, y), (x, y + step))]
    return f"M{'L'.join(points)}z"


def _point(point: Location, decimals: int) -> str:
    return f"{number(point[0], decimals)} {number(-point[1], decimals)}"


MARKED = (DOUBT, BAD, LATE)
"""The classes that are drawn on top."""
