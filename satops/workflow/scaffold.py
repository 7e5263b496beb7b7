"""What `init` and `new` write: the files of a ready repository, and one order spec from flags."""

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from satops.core import json_text
from satops.core.order.order import MODES

CONFIG = "satops.yaml"
KEPT_AS_BYTES = "*.jsonl -text"
"""For `.gitattributes`: other ends of the lines would break the ledger's chain."""

_SCHEMA = "schema/order.schema.json"
_LEAD_DAYS = 30
_WINDOW_DAYS = 30

_CONFIG = """\
# yaml-language-server: $schema=schema/config.schema.json
# The configuration of satops. Every key is explained in schema/config.schema.json.

marketplace:
  url: sandbox            # orders nothing real. The marketplace's https address goes here.
  # auth: {header: Authorization, tokenFrom: SATOPS_TOKEN}
  # timezone: UTC         # what the marketplace's dates mean, which carry no zone: ask it
timezone: UTC             # how dates without a zone are read in order specs
state: file:state/ledger.jsonl
orders: orders/
# region: [102, 8, 110, 24]  # west, south, east, north: a warning for orders elsewhere
limits:
  ordersPerApply: 20
  areaKm2PerOrder: 200000 # the order in the marketplace's documentation has 147,150
  areaKm2PerApply: 500000
# checks: {A09: error}    # raise or lower the severity of a check
"""

_AOIS = """\
{
  "type": "FeatureCollection",
  "features": [
    {
      "type": "Feature",
      "id": "can-tho",
      "properties": {"name": "Can Tho, Mekong delta"},
      "geometry": {
        "type": "Polygon",
        "coordinates": [
          [[105.70, 9.97], [105.84, 9.97], [105.84, 10.10], [105.70, 10.10], [105.70, 9.97]]
        ]
      }
    },
    {
      "type": "Feature",
      "id": "long-xuyen",
      "properties": {"name": "Long Xuyen, Mekong delta"},
      "geometry": {
        "type": "Polygon",
        "coordinates": [
          [[105.38, 10.31], [105.50, 10.31], [105.50, 10.43], [105.38, 10.43], [105.38, 10.31]]
        ]
      }
    }
  ]
}
"""

_HANOI = """\
# yaml-language-server: $schema=../schema/order.schema.json
name: hanoi-{month}            # its identity: never change or reuse it
description: The centre of Hanoi, for the land-use map
labels: {{team: planning, sample: "yes"}}
order:                         # what is bought
  provider: changguang         # optical
  geometry: {{bbox: [105.80, 21.00, 105.88, 21.06]}}
  startDate: {start}
  endDate: {end}
  maxCloud: 20                 # percent
  resolutionType: very-high    # 0.5 m
"""

_MEKONG = """\
# yaml-language-server: $schema=../schema/order.schema.json
name: mekong-flood-{month}
description: Flood extent around Can Tho
labels: {{team: hydrology, sample: "yes"}}
order:
  provider: tianyi             # radar: sees through clouds
  geometry: {{file: ../aois/mekong.geojson, feature: can-tho}}
  startDate: {start}
  endDate: {end}
  resolutionType: stripmap     # 3 m
"""

_DA_NANG = """\
# yaml-language-server: $schema=../schema/order.schema.json
name: da-nang-port-{month}
description: Ships at anchor off Da Nang
labels: {{team: ports, sample: "yes"}}
order:
  provider: changguang
  geometry: {{point: [108.218, 16.12], radiusKm: 4}}
  startDate: {start}
  endDate: {end}
  maxCloud: 30
  resolutionType: high         # 1 m
"""


def repository_files(
    now: datetime, schemas: Mapping[str, str], *, samples: bool = True
) -> dict[str, str]:
    """Return path and text of every file of a ready repository that is its own alone.

    `schemas` is copied beside the specs, so that editors find it without a network.  The windows
    of the sample orders begin a month from now and last a month.
    """
    files = {CONFIG: _CONFIG, **{f"schema/{name}": text for name, text in schemas.items()}}
    if not samples:
        return files
    start = (now + timedelta(days=_LEAD_DAYS)).replace(hour=0, minute=0, second=0)
    words = {
        "month": f"{start:%Y-%m}",
        "start": _minutes(start),
        "end": _minutes(start + timedelta(days=_WINDOW_DAYS)),
    }
    return files | {
        "aois/mekong.geojson": _AOIS,
        "orders/hanoi.yaml": _HANOI.format(**words),
        "orders/mekong-flood.yaml": _MEKONG.format(**words),
        "orders/da-nang-port.yaml": _DA_NANG.format(**words),
    }


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the flags of `new` say; the text of each is checked with the spec, not before."""

    name: str
    provider: str
    geometry: Mapping[str, object]
    """One of the forms of a spec: `file` and `feature`, `bbox`, or `point` and `radiusKm`.

    The path of a `file` is from the root of the repository; the spec says it from its own place.
    """
    start: str
    end: str
    mode: str | None = None
    max_cloud: int | None = None
    description: str | None = None
    labels: Mapping[str, str] | None = None
    supersedes: str | None = None


def spec_text(wanted: Wanted, *, path: str) -> str:
    """Return the YAML of an order spec that will lie at `path`, from the root."""
    folder = posixpath.dirname(path)
    geometry = dict(wanted.geometry)
    if "file" in geometry:
        geometry["file"] = posixpath.relpath(str(geometry["file"]), folder)
    beside: list[tuple[str, object]] = [
        ("name", wanted.name),
        ("description", wanted.description),
        ("labels", wanted.labels or None),
        ("supersedes", wanted.supersedes),
    ]
    bought: list[tuple[str, object]] = [
        ("provider", wanted.provider),
        ("geometry", geometry),
        ("startDate", wanted.start),
        ("endDate", wanted.end),
        ("maxCloud", wanted.max_cloud),
        ("resolutionType", _mode_name(wanted.mode)),
    ]
    lines = [
        f"# yaml-language-server: $schema={posixpath.relpath(_SCHEMA, folder)}",
        *_members(beside),
        "order:",
        *(f"  {line}" for line in _members(bought)),
    ]
    return "\n".join(lines) + "\n"


def _members(members: Sequence[tuple[str, object]]) -> list[str]:
    return [f"{key}: {_flow(value)}" for key, value in members if value is not None]


def _flow(value: object) -> str:
    """Write a value as JSON, which is YAML too; plain words and dates stay without quotes."""
    if isinstance(value, str) and _plain(value):
        return value
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return json_text.dumps(value).decode()


def _plain(text: str) -> bool:
    """Whether YAML reads a text as this very string without quotes, in a flow as well."""
    letters = text.replace("-", "").replace(".", "").replace("_", "").replace("/", "")
    return text[:1].isalpha() and letters.isascii() and letters.isalnum() and not _is_word(text)


def _is_word(text: str) -> bool:
    return text.lower() in {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def _mode_name(mode: str | None) -> int | str | None:
    """Return the name of a mode that is given by its number: it says more to a reviewer."""
    if mode is None or not (mode.isdecimal() and mode.isascii()):
        return mode
    known = MODES.get(int(mode))
    return int(mode) if known is None else known.name


def _minutes(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%MZ")
