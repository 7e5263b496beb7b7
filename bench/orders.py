"""Generates repositories of realistic orders: each seed and size gives the same one on one day.

An order has a polygon of 4 to 60 corners, a few kilometres wide, on the latitudes where land is: 1
to 3 KB of YAML.  Windows open two to eight weeks from today.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from json import dumps
from math import cos, pi, radians, sin
from pathlib import Path
from random import Random

FILES_PER_FOLDER = 500
"""Folders of a size that people can still list."""
ORDERS_PER_FILE = 20
"""Where several are in one."""
ORDERS_PER_AREA = 20
"""Where orders share AOI files."""


class Layout(Enum):
    """How the orders of a repository lie in files; the value completes `10,000 orders`."""

    SINGLE = ""
    """One order a file, with its polygon."""
    SEVERAL = f", {ORDERS_PER_FILE} a file"
    SHARED = f", {ORDERS_PER_AREA} on each AOI file"
    """One order a file, which names an AOI file and a feature in it."""


_PLACES = (
    (-120, 30, -75, 52), (-75, -30, -45, 0), (-10, 36, 40, 60), (10, -30, 40, 15),
    (70, 10, 90, 30), (100, 20, 120, 42), (96, -8, 125, 20), (117, -36, 150, -18),
)  # fmt: skip
"""Boxes of mostly land, by west, south, east and north."""
_SENSORS = (
    ("changguang", "super-high", 7.0), ("changguang", "very-high", 9.0),
    ("changguang", "high", 12.0), ("tianyi", "stripmap", 12.0), ("tianyi", "narrow-scan", 15.0),
)  # fmt: skip
"""Provider, mode, and the largest radius in km that one pass takes."""
_TEAMS = ("hydrology", "forestry", "urban-growth", "coast-guard", "agronomy", "insurance")
_WORDS = ("flood extent", "crop stage", "new buildings", "shoreline", "clear cuts", "snow line",
          "storm damage", "mine tailings", "harbour traffic", "reservoir level")  # fmt: skip

CONFIG = """\
marketplace: {url: sandbox}
timezone: UTC
state: file:state/ledger.jsonl
orders: orders/
limits: {ordersPerApply: 10000000, areaKm2PerOrder: 20000, areaKm2PerApply: 10000000000}
"""


@dataclass(frozen=True, slots=True)
class Area:
    """A closed ring with its corners as a spec writes them."""

    corners: list[tuple[float, float]]

    def yaml(self) -> str:
        """Return GeoJSON as YAML, indented for its place under `order:`."""
        points = "".join(f"\n        - [{x}, {y}]" for x, y in self.corners)
        return f"\n    type: Polygon\n    coordinates:\n      -{points[8:]}"


def write_repository(
    root: Path, count: int, *, seed: int = 1, layout: Layout = Layout.SINGLE, first: int = 0
) -> None:
    """Write `count` orders, numbered from `first`.

    The folder may hold a repository already: then the orders are added to it.
    """
    random = Random(f"{seed}/{first}")
    (root / "orders").mkdir(parents=True, exist_ok=True)
    (root / "satops.yaml").write_text(CONFIG)
    per_file = ORDERS_PER_FILE if layout is Layout.SEVERAL else 1
    for begin in range(first, first + count, per_file):
        numbers = range(begin, min(begin + per_file, first + count))
        if layout is Layout.SHARED:
            texts = [_on_shared_area(root, number, first, random) for number in numbers]
        else:
            texts = [_spec(number, random, _area(random, number).yaml()) for number in numbers]
        _write(root, begin, "---\n".join(texts))


def _write(root: Path, number: int, text: str) -> None:
    folder = root / "orders" / f"batch-{number // FILES_PER_FOLDER:04}"
    folder.mkdir(exist_ok=True)
    (folder / f"order-{number:06}.yaml").write_text(text)


def _on_shared_area(root: Path, number: int, first: int, random: Random) -> str:
    # Orders that are added later share no AOI with those before them.
    begin = max(first, number - number % ORDERS_PER_AREA)
    file = f"aois/area-{begin:06}.geojson"
    if number == begin:
        corners = _area(random, number).corners
        feature = {
            "type": "Feature",
            "id": "area",
            "properties": {"owner": _TEAMS[number % len(_TEAMS)]},
            "geometry": {"type": "Polygon", "coordinates": [corners]},
        }
        (root / "aois").mkdir(exist_ok=True)
        (root / file).write_text(dumps(feature) + "\n")
    return _spec(number, random, f" {{file: ../../{file}, feature: area}}")


def _area(random: Random, number: int) -> Area:
    """Return a polygon around a random place; every 50th is too small for the least bill."""
    west, south, east, north = random.choice(_PLACES)
    x, y = random.uniform(west, east), random.uniform(south, north)
    radius_km = 1.5 if number % 50 == 49 else random.uniform(4, _SENSORS[_sensor(number)][2])
    count = random.randint(4, 60)
    turns = [(corner + random.uniform(-0.2, 0.2)) * 2 * pi / count for corner in range(count)]
    corners = [
        (
            round(x + radius_km * cos(turn) / (111.32 * cos(radians(y))), 6),
            round(y + radius_km * sin(turn) / 111.32, 6),
        )
        for turn in turns
    ]
    return Area([*corners, corners[0]])


def _sensor(number: int) -> int:
    # Orders that share an AOI differ in their sensor, as they would in earnest.
    return (number + number // len(_SENSORS)) % len(_SENSORS)


def _spec(number: int, random: Random, geometry: str) -> str:
    provider, mode, _ = _SENSORS[_sensor(number)]
    team, subject = random.choice(_TEAMS), random.choice(_WORDS)
    start = _today() + timedelta(days=random.randint(14, 56), hours=random.randint(0, 23))
    end = start + timedelta(days=random.randint(10, 30))
    cloud = f"\n  maxCloud: {random.choice((10, 20, 30))}" if provider == "changguang" else ""
    return f"""\
# Written from the request of {team}; reviewed by the imagery desk.
name: {team}-{subject.replace(" ", "-")}-{number:06}
description: >-
  The {subject} in area {number}, for the monthly report of {team}. The report is due two weeks
  after the window closes, and the area was agreed with the people on site. Ask the imagery desk
  before the window or the outline is changed; the contract names both.
labels:
  team: {team}
  ticket: IMG-{10_000 + number}
  project: {subject.replace(" ", "-")}
  cost-centre: "{4000 + number % 97}"
  requested-by: desk-{number % 13}
order:
  provider: {provider}
  geometry:{geometry}
  startDate: {start:%Y-%m-%dT%H:%MZ}
  endDate: {end:%Y-%m-%dT%H:%MZ}{cloud}
  resolutionType: {mode}
"""


def _today() -> datetime:
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
