"""Read GeoJSON and WKT as a layer, for conversions; an order's own reader is in core."""

from collections.abc import Iterator
from typing import Any

from satops.adapters.gis.layers import Faulty, Layer, faulty, feature
from satops.core.finding import Finding
from satops.core.geometry.aoi import Aoi, aoi_of, members, read_aoi
from satops.core.geometry.foreign import NotRead, converted
from satops.core.geometry.geojson import crs_name, read_json
from satops.core.geometry.systems import System, code_in, system_of
from satops.core.geometry.wkt import read_wkt
from satops.core.json_text import NotJson

_WGS84 = System("OGC:CRS84", "WGS 84", is_in_degrees=True)
"""The system of both formats without a declaration."""


def read_text(content: bytes) -> Layer:
    """Return the features of a GeoJSON or WKT file, in the system of its `crs` member or SRID.
    Raises `Faulty`.
    """
    aoi = _foreign(content) or read_aoi(content)
    if isinstance(aoi, Finding):
        raise Faulty(aoi)
    value = aoi.geometry
    if isinstance(value, str):
        read = read_wkt(value)
        if isinstance(read, Finding):
            raise Faulty(read)
        return Layer("The text", [feature(None, {}, _bare(read))], _named([crs_name(read)]))
    names = [crs_name(each) for each in _values(value) if "crs" in each]
    features = [_feature(_only(member.value)) for member in members(aoi)]
    return Layer("The GeoJSON", features, _named(names))


def _foreign(content: bytes) -> Aoi | None:
    """Return the features of a TopoJSON or Esri JSON file; None for any other."""
    try:
        written = read_json(content.removeprefix(b"\xef\xbb\xbf").decode())
        value = converted(written)
    except (UnicodeDecodeError, NotJson):
        return None
    except NotRead as error:
        raise faulty(f"The file cannot be converted: {error}.") from error
    return None if value is written else aoi_of(value)


def _values(value: Any) -> Iterator[dict[str, Any]]:
    """Yield a GeoJSON value and its parts, which may all declare a system."""
    if not isinstance(value, dict):
        return
    yield value
    yield from _values(value.get("geometry"))
    for key in ("features", "geometries"):
        inner = value.get(key)
        for item in inner if isinstance(inner, list) else ():
            yield from _values(item)


def _only(value: Any) -> Any:
    if isinstance(value, dict) and isinstance(value.get("features"), list):
        return value["features"][0]
    return value


def _feature(value: Any) -> dict[str, Any]:
    """Return a Feature with all its properties."""
    if not isinstance(value, dict):
        raise faulty("The GeoJSON holds something that is no Feature.")
    if value.get("type") != "Feature":
        return feature(None, {}, _bare(value))
    properties = value.get("properties")
    identity = value.get("id")
    return feature(
        identity if type(identity) in (str, int) else None,
        properties if isinstance(properties, dict) else {},
        _bare(value.get("geometry")),
    )


def _bare(geometry: Any) -> Any:
    if not isinstance(geometry, dict):
        return None
    return {key: item for key, item in geometry.items() if key != "crs"}


def _named(names: list[Any]) -> System | None:
    if names in ([], [None]):
        return _WGS84
    codes = {code_in(name) if isinstance(name, str) else None for name in names}
    if len(codes) > 1:
        raise faulty("The GeoJSON names several reference systems. Leave one, or none.")
    code = codes.pop()
    return None if code is None else system_of(code)
