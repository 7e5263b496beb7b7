"""The axes of a series: their keys, and the order fields that each key sets."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import Any, NamedTuple, Protocol

from msgspec import Struct, field

from satops.core.finding import Finding, Path, quoted
from satops.core.geometry.aoi import Aoi, Member, members, pick
from satops.core.spec.series_checks import BAD_KEY, BAD_WINDOWS
from satops.core.spec.series_windows import FORMS, Windows, read_windows
from satops.core.spec.spec import Include

KEY = re.compile(r"[a-z0-9][a-z0-9_-]*")
"""A key has no dot, so that names of members are unique."""
_KEY_MAX = 100
"""Characters of a key; a whole name has 128."""
_LISTED = 4
"""Features that a message lists."""


class Key(Struct, frozen=True):
    """One key of an axis."""

    text: str
    """As in the names of members."""
    fields: Mapping[str, object]
    """Fields of the order, as a spec would write them."""
    at: Path
    """Path of the key in the document, or of the axis if its keys are not written there."""
    included: object = None
    """The polygon of `geometry`, as argument for `read_geometry`."""


class Axis(Struct, frozen=True):
    """One axis, with its keys in order."""

    name: str
    kind: str
    """`features`, `keys`, `months`, `weeks`, `days` or `repetition`."""
    keys: tuple[Key, ...]
    facts: Mapping[str, Any]
    """`name` and `kind`, and `start` and `step` of a repetition: recorded in the ledger."""
    include: Include | None = None
    by_zone_rules: bool = False
    """Whether the windows depend on the rules of a named time zone."""

    @property
    def is_windows(self) -> bool:
        """Whether its keys are windows in order."""
        return self.kind not in ("features", "keys")


class AoiFile(NamedTuple):
    """An AOI file of a series."""

    aoi: Aoi
    include: Include
    where: Callable[[int], str]
    """Returns the position of a feature by its index: `aois/ports.geojson:14`."""


class Sources(Protocol):
    """The sources of an expansion, besides the document."""

    @property
    def timezone(self) -> tzinfo | None:
        """Time zone of dates without an offset; None if not configured."""

    @property
    def zone_rules(self) -> str:
        """Release of the IANA database that `zone` uses."""

    def aoi(self, ref: str) -> AoiFile | Finding:
        """Return an AOI file by its path relative to the spec, or a finding."""

    def zone(self, name: str) -> tzinfo | None:
        """Return a time zone of the IANA database; None if absent."""


class AxesRead(Struct):
    """The axes of a document, and their findings."""

    axes: list[Axis] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_axes(each: Mapping[str, Mapping[str, Any]], sources: Sources) -> AxesRead:
    """Return the axes of a document that is valid by its schema, in order."""
    read = AxesRead()
    for name, written in each.items():
        at: Path = ("each", name)
        form = next((form for form in FORMS if form in written), None)
        if "file" in written:
            found = _features(name, written, at, sources)
        elif form is not None:
            found = _windows(name, form, written, at, sources)
        else:
            found = _by_hand(name, written, at)
        if isinstance(found, Axis):
            read.axes.append(found)
        else:
            read.findings += found
    return read


def _by_hand(name: str, written: Mapping[str, Mapping[str, Any]], at: Path) -> Axis:
    keys = tuple(Key(key, fields, (*at, key)) for key, fields in written.items())
    return Axis(name, "keys", keys, {"name": name, "kind": "keys"})


def _windows(
    name: str, form: str, written: Mapping[str, Any], at: Path, sources: Sources
) -> Axis | list[Finding]:
    zone = sources.timezone
    if "zone" in written:
        zone = sources.zone(written["zone"])
        if zone is None:
            detail = (
                f"{quoted(written['zone'])} is no zone of the IANA database. Write UTC, or a name "
                "such as Asia/Bangkok."
            )
            return [BAD_WINDOWS.finding((*at, "zone"), detail)]
    made = read_windows(form, written[form], zone)
    if not isinstance(made, Windows):
        return [made.at((*at, form))]
    keys = tuple(
        Key(
            window.key,
            {
                "startDate": f"{window.start:%Y-%m-%dT%H:%M}Z",
                "endDate": f"{window.end:%Y-%m-%dT%H:%M}Z",
            },
            at,
        )
        for window in made.windows
    )
    facts = {"name": name, "kind": made.kind}
    if made.start is not None:
        facts |= {"start": made.start, "step": made.step or ""}
    return Axis(name, made.kind, keys, facts, by_zone_rules="zone" in written)


def _features(
    name: str, written: Mapping[str, Any], at: Path, sources: Sources
) -> Axis | list[Finding]:
    file = sources.aoi(written["file"])
    if isinstance(file, Finding):
        return [file.at((*at, "file"))]
    named = written["key"]
    found = members(file.aoi)
    if not file.aoi.count:
        detail = "The file has no features, so nothing in it has a key."
        return [BAD_KEY.finding((*at, "file"), detail)]
    faults: list[str] = []
    keys: dict[str, Key] = {}
    first: dict[str, int] = {}
    for index, member in enumerate(found):
        key = _key_of(member, named, lower=written.get("keys") == "lower")
        if isinstance(key, _Wrong):
            faults.append(f"{_feature(member, index, file)} {key.words}")
        elif key in keys:
            other = _feature(found[first[key]], first[key], file)
            faults.append(f"{_feature(member, index, file)} has the key {key}, as {other} has")
        else:
            geometry = {"file": written["file"], **_reference(file.aoi, member)}
            keys[key] = Key(key, {"geometry": geometry}, at, member.value)
            first[key] = index
    if faults:
        return [BAD_KEY.finding((*at, "key"), _said(faults, named))]
    facts = {"name": name, "kind": "features"}
    return Axis(name, "features", tuple(keys.values()), facts, file.include)


class _Wrong(NamedTuple):
    words: str


def _key_of(member: Member, named: str, *, lower: bool) -> str | _Wrong:
    properties = _properties(member)
    if named not in properties:
        others = ", ".join(quoted(other) for other in list(properties)[:_LISTED])
        return _Wrong(f"has no property {quoted(named)} (it has: {others or 'none'})")
    value = properties[named]
    if type(value) is int:
        value = str(value)
    if not isinstance(value, str):
        said = "nothing" if value is None else quoted(str(value))
        return _Wrong(f"has {said} as its {quoted(named)}, and a text or a whole number is needed")
    text = value.lower() if lower and value.isascii() else value
    if KEY.fullmatch(text) and len(text) <= _KEY_MAX:
        return text
    hint = ""
    if not lower and value.isascii() and KEY.fullmatch(value.lower()):
        hint = "; `keys: lower` beside `key` takes capitals as small letters"
    return _Wrong(f"has {quoted(value)} as its {quoted(named)}, which cannot be a key{hint}")


def _properties(member: Member) -> Mapping[str, Any]:
    value: Any = member.value
    if isinstance(value, dict) and value.get("type") == "FeatureCollection":
        value = value["features"][0]
    properties = value.get("properties") if isinstance(value, dict) else None
    return properties if isinstance(properties, dict) else {}


def _reference(aoi: Aoi, member: Member) -> dict[str, str]:
    """Return the `feature` reference that a spec of its own would use, if there is one."""
    for name in member.names:
        if not isinstance(picked := pick(aoi, name), Finding) and picked == member.value:
            return {"feature": name}
    return {}


def _feature(member: Member, index: int, file: AoiFile) -> str:
    called = f" ({quoted(member.names[0])})" if member.names else ""
    return f"feature {index + 1}{called} at {file.where(index)}"


def _said(faults: Sequence[str], named: str) -> str:
    more = f"; and {len(faults) - _LISTED} more" if len(faults) > _LISTED else ""
    listed = "; ".join(faults[:_LISTED])
    return (
        f"{listed[:1].upper()}{listed[1:]}{more}. A key has small letters, digits, dashes and "
        f"underscores, and each feature needs one of its own. Correct the property {quoted(named)} "
        "in the file; a name that was bought keeps its key."
    )
