"""The maps of the report: the world with every order, each series, and each coming order.

They are SVG paths in degrees: x is the longitude, y grows to the south.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from math import cos, floor, log10, radians

from satops.core.order.order import Location, Rings
from satops.core.words import area, counted, listed, location
from satops.report.html.markup import EMPTY, Markup, number, section, tag, text, void
from satops.report.html.subject import BAD, DOUBT, KINDS, LATE, NEXT_MAX, Subject, kind, window_of
from satops.workflow.rows import Row

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


SHAPES_MAX = 2_000
"""More shapes are drawn as points, one per location."""
SERIES_MAX = 60
_NEIGHBOURS_MAX = 60
_CORNERS_MAX = 160
"""Corners of one drawn outline."""
_WIDTH, _HEIGHT = 300.0, 200.0
_LEAST_DEG = 0.05
_DEGREE_KM = 111.2
_LEAST_COSINE = 0.05
_STEPS_DEG = (60, 30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005)
_PLACE_DEG = 2.0
_DOT_DEG = 1.1


def maps(subject: Subject) -> Markup:
    """Return the world map and the small maps."""
    drawing = _Drawing(subject)
    parts = [_legend(), drawing.world(), *drawing.notes()]
    small = list(chain(drawing.of_series(), drawing.of_next()))
    if small:
        parts += [tag("h3", text("Series, and what comes next")), tag("div", *small, class_="maps")]
    return section("map", "Map", *parts)


def world(subject: Subject) -> Markup:
    """Return the world map as SVG."""
    return _Drawing(subject).world()


class _Drawing:
    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._places = subject.places
        self._kinds = {row.name: kind(row) for row in subject.shown}
        self._boxes = {name: box_of(shapes) for name, shapes in self._places.items()}

    @cached_property
    def _shapes(self) -> int:
        return sum(map(len, self._places.values()))

    def world(self) -> Markup:
        """Return the whole Earth, as a plate carrée."""
        drawn = [
            void("rect", class_="sea", x=-180, y=-90, width=360, height=180),
            path(self._subject.coast.world(), "land"),
            *_graticule((-180, -90, 180, 90), 30),
        ]
        drawn += self._as_points() if self._shapes > SHAPES_MAX else self._as_shapes()
        title = f"Where {counted(len(self._subject.shown), 'order')} are"
        return _svg(title, (-180, -90, 360, 180), drawn, "world")

    def notes(self) -> Iterator[Markup]:
        """Yield notes on what the map omits."""
        lost = [name for name, shapes in self._places.items() if not shapes]
        said = []
        if self._shapes > SHAPES_MAX:
            said.append(
                f"There are {self._shapes:,} outlines, so each place within {_PLACE_DEG:g} degrees "
                "is one dot; its size tells how many orders are there."
            )
        if lost:
            said.append(
                f"{counted(len(lost), 'order')} without an outline in the ledger, so not on a map: "
                f"{listed(lost, 10)}."
            )
        said.append(
            "The coast is that of Natural Earth at 1:110,000,000, which is off by tens of "
            "kilometres; small islands are dots."
        )
        yield tag("p", text(" ".join(said)), class_="note")

    def of_series(self) -> Iterator[Markup]:
        """Yield a map for each series."""
        members: dict[str, list[Row]] = {}
        for row in self._subject.shown:
            if row.order.series:
                members.setdefault(row.order.series, []).append(row)
        for name in sorted(members)[:SERIES_MAX]:
            rows = members[name]
            spent = sum(row.is_spent for row in rows)
            caption = f"{counted(len(rows), 'order')} of the series, {spent:,} bought"
            yield self._small(name, rows, caption)
        if len(members) > SERIES_MAX:
            yield tag("p", text(f"And {len(members) - SERIES_MAX:,} more series."), class_="note")

    def of_next(self) -> Iterator[Markup]:
        """Yield a map for each coming order."""
        coming = self._subject.coming
        for row in coming[:NEXT_MAX]:
            km2 = "" if row.area_km2 is None else f"{area(row.area_km2)}, "
            yield self._small(row.name, [row], f"{km2}{window_of(row)}")
        if len(coming) > NEXT_MAX:
            left = f"And {len(coming) - NEXT_MAX:,} more orders that are still to come."
            yield tag("p", text(left), class_="note")

    def _as_shapes(self) -> Iterator[Markup]:
        rows = sorted(self._subject.shown, key=lambda row: self._kinds[row.name] in MARKED)
        for row in rows:
            box = self._boxes[row.name]
            if box is None:
                continue
            title = tag("title", text(f"{row.name}: {KINDS[self._kinds[row.name]]}"))
            size = max(box[2] - box[0], box[3] - box[1])
            if size > 2 * _DOT_DEG:
                yield path(self._places[row.name], f"aoi {self._kinds[row.name]}", 1, title)
            x = (box[0] + box[2]) / 2
            x = x - 360 if x > 180 else x
            yield marker(x, (box[1] + box[3]) / 2, self._kinds[row.name], _DOT_DEG, title)

    def _as_points(self) -> Iterator[Markup]:
        cells: dict[tuple[float, float], list[str]] = {}
        for name, box in self._boxes.items():
            if box is not None:
                x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
                x = x - 360 if x > 180 else x
                cell = (floor(x / _PLACE_DEG) + 0.5) * _PLACE_DEG, (floor(y / _PLACE_DEG) + 0.5)
                cells.setdefault((cell[0], cell[1] * _PLACE_DEG), []).append(self._kinds[name])
        for (x, y), kinds in sorted(cells.items()):
            worst = next((each for each in KINDS if each in kinds), kinds[0])
            said = f"{counted(len(kinds), 'order')} near {location(x, y)}"
            size = min(0.8 + log10(len(kinds)), 4.0)
            yield marker(x, y, worst, size, tag("title", text(said)))

    def _small(self, name: str, rows: Sequence[Row], caption: str) -> Markup:
        shapes = [rings for row in rows for rings in self._places[row.name]]
        box = box_of(shapes)
        shown = tag("figcaption", tag("b", text(name)), tag("span", text(caption)))
        if box is None:
            return tag("figure", tag("p", text("No outline in the ledger."), class_="none"), shown)
        view = _view(box)
        k = _cosine(view)
        step = next(
            (each for each in _STEPS_DEG if (view[2] - view[0]) / each >= 2), _STEPS_DEG[-1]
        )
        decimals = max(1, 3 - floor(log10(view[3] - view[1])))
        own = {row.name for row in rows}
        drawn = [
            void("rect", class_="sea", x=number(view[0], 6), y=number(-view[3], 6),
                 width=number(view[2] - view[0], 6), height=number(view[3] - view[1], 6)),
            path(self._subject.coast.within(view), "land", decimals),
            *(marker(x, y, "land", (view[3] - view[1]) / 120)
              for x, y in self._subject.coast.islands(view)[:_NEIGHBOURS_MAX]),
            *_graticule(view, step),
            *self._neighbours(view, own, decimals),
            *(path([_simple(turned_into(rings, view))], f"aoi {self._kinds[row.name]}", decimals)
              for row in rows[:SHAPES_MAX] for rings in self._places[row.name]),
        ]  # fmt: skip
        middle = location(((box[0] + box[2]) / 2 + 180) % 360 - 180, (box[1] + box[3]) / 2)
        scale = _svg_frame(f"{name}, near {middle}", view, k, drawn, step)
        return tag("figure", scale, shown)

    def _neighbours(self, view: Box, own: set[str], decimals: int) -> list[Markup]:
        found = []
        for name, box in self._boxes.items():
            if name not in own and box is not None and _meet(box, view):
                shapes = (_simple(turned_into(each, view)) for each in self._places[name])
                found.append(path(shapes, "near", decimals))
                if len(found) == _NEIGHBOURS_MAX:
                    break
        return found


def _legend() -> Markup:
    items = (
        tag("li", tag("span", EMPTY, class_=f"dot {each}", aria_hidden="true"), text(words))
        for each, words in KINDS.items()
    )
    return tag("ul", *items, class_="legend")


def _svg(title: str, view: tuple[float, float, float, float], drawn: Sequence[Markup],
         kind: str) -> Markup:  # fmt: skip
    return tag(
        "svg", *drawn, class_=kind, viewBox=" ".join(number(each, 6) for each in view),
        role="img", aria_label=title,
    )  # fmt: skip


def _svg_frame(title: str, view: Box, k: float, drawn: Sequence[Markup], step: float) -> Markup:
    """Return a small map: the view with true proportions, a scale, and a labelled graticule."""
    west, south, east, north = view
    per_x, per_y = _WIDTH / (east - west), _HEIGHT / (north - south)
    inner = tag(
        "svg", *drawn, x=0, y=0, width=_WIDTH, height=_HEIGHT, preserveAspectRatio="none",
        viewBox=" ".join(number(each, 6) for each in (west, -north, east - west, north - south)),
    )  # fmt: skip
    names = []
    for x in _ticks(west, east, step):
        at = number((x - west) * per_x)
        names.append(tag("text", text(_longitude(x)), x=at, y=_HEIGHT - 4, class_="tick"))
    for y in _ticks(south, north, step):
        at = number((north - y) * per_y + 3)
        names.append(tag("text", text(_latitude(y)), x=4, y=at, class_="tick"))
    km = _round_km((east - west) * k * _DEGREE_KM * 0.35)
    length = km / (_DEGREE_KM * k) * per_x
    bar = void("path", class_="scale", d=f"M{number(_WIDTH - 8 - length)} 12h{number(length)}")
    said = tag("text", text(f"{km:g} km"), x=_WIDTH - 8, y=25, class_="tick end")
    return tag(
        "svg", inner, *names, bar, said, viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}", role="img",
        aria_label=title, class_="inset",
    )  # fmt: skip


def _view(box: Box) -> Box:
    """Return a box around another, with margins and a small map's proportions."""
    west, south, east, north = box
    x, y = (west + east) / 2, (south + north) / 2
    k = _cosine(box)
    high = max((north - south) * 1.7, (east - west) * 1.7 * k * _HEIGHT / _WIDTH, _LEAST_DEG)
    high = min(high, 180.0)
    wide = min(high * _WIDTH / _HEIGHT / k, 360.0)
    y = min(max(y, -90 + high / 2), 90 - high / 2)
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _cosine(box: Box) -> float:
    return max(_LEAST_COSINE, cos(radians((box[1] + box[3]) / 2)))


def _graticule(view: Box, step: float) -> list[Markup]:
    west, south, east, north = view
    lines = [line(((x, south), (x, north)), "grid") for x in _ticks(west, east, step)]
    return lines + [line(((west, y), (east, y)), "grid") for y in _ticks(south, north, step)]


def _ticks(begin: float, end: float, step: float) -> list[float]:
    first = floor(begin / step) + 1
    last = floor(end / step)
    return [round(index * step, 6) for index in range(first, last + 1) if index * step < end]


def _round_km(most: float) -> float:
    power = 10.0 ** floor(log10(most))
    return next(each * power for each in (5, 2, 1) if each * power <= most)


def _longitude(x: float) -> str:
    x = (x + 180) % 360 - 180
    return f"{abs(x):g}°{'E' if x >= 0 else 'W'}"


def _latitude(y: float) -> str:
    return f"{abs(y):g}°{'N' if y >= 0 else 'S'}"


def _meet(one: Box, other: Box) -> bool:
    return any(
        one[0] + turn <= other[2] and one[2] + turn >= other[0]
        and one[1] <= other[3] and one[3] >= other[1]
        for turn in (-360, 0, 360)
    )  # fmt: skip


def _simple(rings: Rings) -> Rings:
    if sum(map(len, rings)) <= _CORNERS_MAX:
        return rings
    from satops.core.geometry.simplify import simplified

    return simplified(rings, _CORNERS_MAX)
