"""Read the placemarks of a KML as GeoJSON, from all folders, with any prefix and encoding.

Nothing is repaired, and no file that it names is opened.  Styles, pictures, links and elements that
are not KML are skipped.
"""

import re
from collections import Counter
from typing import Any
from xml.parsers import expat

from satops.adapters.gis.encodings import codec_of
from satops.adapters.gis.layers import FEATURES_MAX, Faulty, Layer, faulty, feature, too_many
from satops.core.finding import quoted
from satops.core.geometry.known import foreign_xml
from satops.core.geometry.systems import System

_NAMESPACE = re.compile(r"^http://(?:www\.opengis\.net|earth\.google\.com)/kml/")
_DECLARED = re.compile(r"""<\?xml[^>]*?\bencoding\s*=\s*["']([^"']{1,40})["'][^>]*\?>""")
_ENTITY = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_WGS84 = System("OGC:CRS84", "WGS 84", is_in_degrees=True)
"""The only system of KML (OGC 12-007r2, 6.4)."""
_DEEP_MAX = 100
"""Depth of nested elements."""
_GEOMETRIES = frozenset(
    {"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Model", "Track",
     "MultiTrack"}
)  # fmt: skip
_ELSEWHERE = frozenset({"NetworkLink", "GroundOverlay", "PhotoOverlay", "ScreenOverlay"})


class _Node:
    """An element in a placemark."""

    __slots__ = ("attributes", "children", "tag", "text")

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[_Node] = []
        self.text: list[str] = []

    def all(self, *tags: str) -> "list[_Node]":
        """Return the children with any of these tags."""
        return [child for child in self.children if child.tag in tags]

    def words(self) -> str:
        """Return the text of the element, without its children."""
        return "".join(self.text).strip()


def read_kml(content: bytes, encoding: str | None) -> Layer:
    """Return the placemarks of a KML file; `encoding` is for a file that declares none.

    Raises `Faulty`.
    """
    reader = _Reader()
    reader.read(_text(content, encoding))
    return Layer("The KML", reader.features, _WGS84, empty=_empty(reader.elsewhere))


def _text(content: bytes, encoding: str | None) -> str:
    """Decode an XML file by its byte order mark, its declaration, or `encoding`."""
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    if marked is None and b"\0" in content[:2]:
        marked = "utf-16-be" if content[:1] == b"\0" else "utf-16-le"
    declared = _DECLARED.search(content[:200].decode("latin-1"))
    said = marked or (declared[1] if declared else None) or encoding or "utf-8"
    codec = codec_of(said)
    if codec is None and not said.lower().startswith("utf-16"):
        raise faulty(f"The KML declares the encoding {quoted(said)}, which is not known.")
    try:
        # Without a mark, and with one byte per letter, it is not UTF-16.
        text = content.decode(codec) if codec is not None else None
        wrong_at = 0
    except UnicodeDecodeError as error:
        text, wrong_at = None, error.start
    if text is None:
        line = content[:wrong_at].count(b"\n") + 1
        says = f"declares {quoted(said)}" if declared or marked else "declares no encoding"
        raise faulty(
            f"The KML {says}, and line {line} is not written in "
            f"{'it' if declared or marked else said}. Write the right one into its first line, "
            '<?xml version="1.0" encoding="windows-1252"?> for example, or save it as UTF-8.'
        )
    if _ENTITY.search(text):
        root = _ROOT.search(text)
        foreign = None if root is None else foreign_xml(root[1])
        if foreign is not None:
            raise Faulty(foreign)
        raise faulty("The KML declares entities or a document type, which no AOI needs.")
    return text.removeprefix("\ufeff")


def _empty(elsewhere: "Counter[str]") -> str:
    if elsewhere["NetworkLink"]:
        return (
            "The file holds links to other files (NetworkLink) and no outline of its own. Open it "
            "in Google Earth or another map program, save what it links to as a KML file, and name "
            "that one."
        )
    if elsewhere:
        return "The file holds pictures (overlays) and no outline."
    return "The file has no features (Placemark)."


class _Reader:
    """Collects the placemarks from a parser's events."""

    def __init__(self) -> None:
        self.features: list[dict[str, Any]] = []
        self.elsewhere: Counter[str] = Counter()
        self._open: list[_Node] = []
        """The current placemark and its open elements."""
        self._tags: list[str] = []
        self._prefixes = {""}

    def read(self, text: str) -> None:
        parser = expat.ParserCreate("utf-8")  # the text is decoded already
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        try:
            parser.Parse(text.encode("utf-8", "replace"), True)  # noqa: FBT003 - it is the last
        except expat.ExpatError as error:
            if self._tags and (foreign := foreign_xml(self._tags[0])):
                raise Faulty(foreign) from error
            raise faulty(
                f"The KML is not well-formed XML: {expat.ErrorString(error.code)}, on line "
                f"{error.lineno}."
            ) from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        prefix, _, local = name.rpartition(":")
        for key, value in attributes.items():
            if key.startswith("xmlns:") and _NAMESPACE.match(value):
                self._prefixes.add(key.removeprefix("xmlns:"))
        if not self._tags:
            self._check_root(prefix, local)
        if len(self._tags) == _DEEP_MAX:
            raise faulty(f"The KML has elements in elements, more than {_DEEP_MAX} deep.")
        # `gx` elements are the only foreign ones with geometries.
        tag = local if prefix in self._prefixes or prefix == "gx" else name
        self._tags.append(tag)
        if self._open:
            node = _Node(tag, attributes)
            self._open[-1].children.append(node)
            self._open.append(node)
        elif tag == "Placemark" and "Update" not in self._tags:
            self._open.append(_Node(tag, attributes))
        elif tag in _ELSEWHERE:
            self.elsewhere[tag] += 1

    def _check_root(self, prefix: str, local: str) -> None:
        if local == "kml":
            self._prefixes.add(prefix)
            return
        foreign = foreign_xml(local)
        if foreign is not None:
            raise Faulty(foreign)
        raise faulty(f"It is XML, and no KML: it begins with <{local[:40]}>.")

    def _end(self, _name: str) -> None:
        self._tags.pop()
        if self._open:
            node = self._open.pop()
            if not self._open:
                self.features.append(_placemark(node))
                if len(self.features) > FEATURES_MAX:
                    raise too_many()

    def _characters(self, data: str) -> None:
        if self._open:
            self._open[-1].text.append(data)


def _placemark(node: _Node) -> dict[str, Any]:
    named = _extended(node)
    name = next((child.words() for child in node.all("name")), "")
    if name:
        named["name"] = name
    geometries = [_geometry(child) for child in node.children if child.tag in _GEOMETRIES]
    geometry = None
    if geometries:
        several = {"type": "GeometryCollection", "geometries": geometries}
        geometry = geometries[0] if len(geometries) == 1 else several
    return feature(node.attributes.get("id") or None, named, geometry)


def _extended(placemark: _Node) -> dict[str, Any]:
    """Return `id` and `name` of a placemark's extended data."""
    found: dict[str, Any] = {}
    for extended in placemark.all("ExtendedData"):
        data = [*extended.all("Data")]
        data += [item for table in extended.all("SchemaData") for item in table.all("SimpleData")]
        for item in data:
            key = item.attributes.get("name", "").lower()
            words = item.words() or next((each.words() for each in item.all("value")), "")
            if key in ("id", "name") and words:
                found.setdefault(key, words)
    return found


def _geometry(node: _Node) -> dict[str, Any]:
    match node.tag:
        case "MultiGeometry":
            within = [_geometry(child) for child in node.children if child.tag in _GEOMETRIES]
            return {"type": "GeometryCollection", "geometries": within}
        case "Polygon":
            outer = [ring for each in node.all("outerBoundaryIs") for ring in _rings(each)]
            if len(outer) > 1:
                raise faulty("A Polygon of the KML has several outer boundaries.")
            inner = [ring for each in node.all("innerBoundaryIs") for ring in _rings(each)]
            return {"type": "Polygon", "coordinates": [*outer, *inner]}
        case "Point":
            positions = _positions(node)
            return {"type": "Point", "coordinates": positions[0] if positions else []}
        case "LineString" | "LinearRing":
            return {"type": "LineString", "coordinates": _positions(node)}
        case tag:
            return {"type": tag}


def _rings(boundary: _Node) -> list[list[Any]]:
    return [_positions(ring) for ring in boundary.all("LinearRing")]


def _positions(node: _Node) -> list[Any]:
    """Return the points of a ring; anything else stays as text, to be refused later."""
    written = node.all("coordinates")
    if len(written) > 1:
        raise faulty("A ring of the KML has several lists of coordinates.")
    if written and written[0].children:
        raise faulty("The coordinates of the KML hold other elements. Leave only numbers there.")
    text = written[0].words() if written else ""
    tuples = text.split()
    if any(each.startswith(",") or each.endswith(",") for each in tuples):
        # Blanks beside commas: with heights it is clear which numbers form a point; otherwise all
        # numbers become one point, which is refused for its length.
        tuples = re.sub(r"\s*,\s*", ",", text).split()
        if any(each.count(",") != 2 for each in tuples):
            tuples = [",".join(re.split(r"[\s,]+", text.strip(" ,")))]
    return [[_number(part) for part in each.split(",")] for each in tuples]


def _number(text: str) -> float | str:
    return float(text) if _NUMBER.fullmatch(text) else text
