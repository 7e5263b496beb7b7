"""The files that `init` and `new` write, also a series from the options of `new --series`."""

import posixpath
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, field

from satops.core import json_text
from satops.core.offer import Samples

CONFIG = "satops.yaml"
KEPT_AS_BYTES = "*.jsonl -text"
"""Line of `.gitattributes`: converted line ends would break the ledger's chain."""

NOT_KEPT = "/deliveries/"
"""Line of `.gitignore`: products of `satops download --to deliveries` do not belong in git."""

ORDER_SCHEMA = "order.schema.json"
"""File name of the spec schema in a repository, for every offer."""
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
# prices:                 # what estimates are made of: the marketplace gives no price
#   currency: USD
#   perKm2: 12            # or for each PROVIDER: {MODE: 18, OTHER-MODE: 12}
#   minimumKm2: 25        # what a smaller order is billed as; for each provider and mode as well
# delivery: {to: deliveries/}  # where `satops download` puts products; or s3://BUCKET/PREFIX
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


def repository_files(
    now: datetime, schemas: Mapping[str, str], samples: Samples | None
) -> dict[str, str]:
    """Return path and text of every file of a new repository, except those of a forge.

    `samples` are the offer's sample orders, if wanted; their windows begin a month from `now` and
    last a month.  `schemas` are copied into the repository, so that editors need no network.
    """
    files = {CONFIG: _CONFIG, **{f"schema/{name}": text for name, text in schemas.items()}}
    if samples is None:
        return files
    start = (now + timedelta(days=_LEAD_DAYS)).replace(hour=0, minute=0, second=0)
    words = {
        "month": f"{start:%Y-%m}",
        "start": _minutes(start),
        "end": _minutes(start + timedelta(days=_WINDOW_DAYS)),
    }
    return files | {
        "aois/mekong.geojson": _AOIS,
        **{path: text.format(**words) for path, text in samples.files.items()},
    }


class Wanted(Struct, frozen=True):
    """The options of `new`.  Their texts are checked as part of the spec."""

    name: str
    provider: str
    geometry: Mapping[str, object]
    """One of the geometry forms of a spec: `file` and `feature`, `bbox`, or `point` and `radiusKm`.

    The path in `file` is from the repository root here, and relative to the spec when written."""
    start: str
    end: str
    terms: Mapping[str, object] = field(default_factory=dict)
    """The offer's own fields, in the order of writing."""
    description: str | None = None
    labels: Mapping[str, str] | None = None
    supersedes: str | None = None


def spec_text(wanted: Wanted, *, path: str) -> str:
    """Return the YAML of an order spec at `path`, from the root."""
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
        *wanted.terms.items(),
    ]
    lines = [
        schema_line(folder),
        *lines_of(beside),
        "order:",
        *(f"  {line}" for line in lines_of(bought)),
    ]
    return "\n".join(lines) + "\n"


def schema_line(folder: str) -> str:
    """Return the comment that tells editors the schema of the specs in a folder."""
    return f"# yaml-language-server: $schema={posixpath.relpath(f'schema/{ORDER_SCHEMA}', folder)}"


def lines_of(members: Sequence[tuple[str, object]]) -> list[str]:
    """Return a line of YAML for each field that has a value."""
    return [f"{key}: {_flow(value)}" for key, value in members if value is not None]


def _flow(value: object) -> str:
    """Return a value as JSON, which is YAML too, with plain words and dates unquoted."""
    if isinstance(value, str) and _plain(value):
        return value
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return json_text.dumps(value).decode()


def _plain(text: str) -> bool:
    """Tell whether YAML reads an unquoted text as this string, also inside a flow value."""
    letters = text.replace("-", "").replace(".", "").replace("_", "").replace("/", "")
    return text[:1].isalpha() and letters.isascii() and letters.isalnum() and not _is_word(text)


def _is_word(text: str) -> bool:
    return text.lower() in {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def _minutes(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%MZ")


FEATURE_AXIS, MODE_AXIS = "place", "mode"
_WINDOW_AXES = {"months": "month", "weeks": "week", "days": "day", "repeat": "from"}


class WantedSeries(Struct, frozen=True):
    """The options of `new --series`.  Their texts are checked as part of the document."""

    name: str
    file: str
    """Path of the AOI file, from the root."""
    key: str
    """The property of its features that holds their keys."""
    windows: tuple[str, str]
    """`months`, `weeks`, `days` or `repeat`, and the range."""
    modes: Mapping[str, Mapping[str, object]]
    """Modes by name, each with the fields that it sets."""
    description: str | None = None
    labels: Mapping[str, str] | None = None


def series_text(wanted: WantedSeries, *, path: str, expect: int) -> str:
    """Return the YAML of a series at `path`, from the root.

    One mode becomes a common field; several become an axis.
    """
    folder = posixpath.dirname(path)
    place = {"file": posixpath.relpath(wanted.file, folder), "key": wanted.key}
    form, written = wanted.windows
    axes: list[tuple[str, object]] = [(FEATURE_AXIS, place), (_WINDOW_AXES[form], {form: written})]
    common: Mapping[str, object] = {}
    if len(wanted.modes) > 1:
        axes.append((MODE_AXIS, wanted.modes))
    else:
        common = next(iter(wanted.modes.values()))
    head: list[tuple[str, object]] = [
        ("name", wanted.name),
        ("description", wanted.description),
        ("labels", wanted.labels or None),
        ("expect", expect),
    ]
    order = [f"  {line}" for line in lines_of(list(common.items()))]
    lines = [
        schema_line(folder),
        *lines_of(head),
        "each:",
        *(f"  {line}" for line in lines_of(axes)),
        *(["order:", *order] if order else ["order: {}"]),
    ]
    return "\n".join(lines) + "\n"
