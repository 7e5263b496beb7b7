"""A series: one document that stands for several orders, its members.

Expansion is a pure function of the document and its AOI file.  It returns a document for each
member, like one written by hand, for the ordinary reader of specs.  Positions are those in the
series' document.

`except`, `since`, `renamed`, and the `where` of an acknowledgement choose members, by the keys in
the members' names.  A choice that matches no member is an error.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from satops.core.finding import Finding, Path, dotted, quoted
from satops.core.spec.series_axes import KEY, Axis, Key, Sources, read_axes
from satops.core.spec.series_checks import NAMES_MEET, NO_MATCH, OTHER_COUNT, SET_TWICE, WRONG_SIZE
from satops.core.spec.spec import Include, Membership
from satops.core.words import listed

if TYPE_CHECKING:
    from satops.core.loading import Document

Keys = tuple[Key, ...]
"""One key of each axis, in the order of the axes."""
_LISTED = 8


class Chooser:
    """Reads choices among the members of some axes; adds errors to `findings`."""

    def __init__(self, axes: Sequence[Axis], findings: list[Finding]) -> None:
        self._axes = axes
        self._places = {axis.name: index for index, axis in enumerate(axes)}
        self._order = {
            axis.name: {key.text: index for index, key in enumerate(axis.keys)} for axis in axes
        }
        """Index of each key in its axis."""
        self._findings = findings

    def all(self) -> list[Keys]:
        """Return every combination of keys."""
        return list(product(*(axis.keys for axis in self._axes)))

    def without(self, members: list[Keys], exceptions: Iterable[Any], since: Any) -> list[Keys]:
        """Return the members without those of `except` and before `since`.

        Each of the two must match a member of the whole series.
        """
        gone: set[int] = set()
        for index, written in enumerate(exceptions):
            fits = self.fits(written, ("except", index))
            gone |= {number for number, keys in enumerate(members) if fits and matches(keys, fits)}
        for axis, starts in since.items():
            gone |= self._before(members, axis, starts)
        return [keys for number, keys in enumerate(members) if number not in gone]

    def fits(self, written: Mapping[str, Any], at: Path) -> Mapping[int, set[str]] | None:
        """Return the chosen keys by index of their axis; None if one is invalid."""
        chosen: dict[int, set[str]] = {}
        for name, value in written.items():
            if name == "reason":
                continue
            place = self._places.get(name)
            if place is None:
                self._no_axis(name, (*at, name))
                return None
            keys = self._chosen(self._axes[place], value, (*at, name))
            if not keys:
                return None
            chosen[place] = keys
        if not chosen:
            self._findings.append(NO_MATCH.finding(at, "No axis is named here: name one."))
            return None
        return chosen

    def none_left(self, at: Path) -> None:
        """Add a finding about a choice that matches no member."""
        words = "No member that the series stands for has these keys. Take the line out."
        self._findings.append(NO_MATCH.finding(at, words))

    def _chosen(self, axis: Axis, value: object, at: Path) -> set[str]:
        known = self._order[axis.name]
        keys: set[str] = set()
        for one in value if isinstance(value, list) else [value]:
            first, slash, last = str(one).partition("/")
            ends = [first, last] if slash else [first]
            if lacking := [end for end in ends if end not in known]:
                self._no_key(axis, lacking[0], at)
            elif slash and not axis.is_windows:
                words = f"{quoted(str(one))} is a range, and only windows have one. Name each key."
                self._findings.append(NO_MATCH.finding(at, words))
            elif slash and known[first] > known[last]:
                words = f"{quoted(str(one))} ends before it begins."
                self._findings.append(NO_MATCH.finding(at, words))
            else:
                keys |= {key.text for key in axis.keys[known[first] : known[ends[-1]] + 1]}
        return keys

    def _before(self, members: list[Keys], name: str, starts: Mapping[str, Any]) -> set[int]:
        """Return the numbers of the members whose window is before that of `since`."""
        windows = next((axis for axis in self._axes if axis.is_windows), None)
        place = self._places.get(name)
        if place is None:
            self._no_axis(name, ("since", name))
            return set()
        if windows is None or windows is self._axes[place]:
            words = (
                "`since` names the first window of a key, so it needs an axis of windows beside "
                "that of the key."
            )
            self._findings.append(NO_MATCH.finding(("since", name), words))
            return set()
        at_window, order = self._places[windows.name], self._order[windows.name]
        first: dict[str, int] = {}
        for key, start in starts.items():
            at: Path = ("since", name, key)
            if key not in self._order[name]:
                self._no_key(self._axes[place], key, at)
            elif str(start) not in order:
                self._no_key(windows, str(start), at)
            elif order[str(start)] == 0:
                words = f"{quoted(str(start))} is the first window, so this leaves nothing out."
                self._findings.append(NO_MATCH.finding(at, f"{words} Take the line out."))
            else:
                first[key] = order[str(start)]
        return {
            number
            for number, keys in enumerate(members)
            if order[keys[at_window].text] < first.get(keys[place].text, 0)
        }

    def _no_axis(self, name: str, at: Path) -> None:
        known = ", ".join(self._places)
        words = f"The series has no axis {quoted(name)}. Its axes are: {known}."
        self._findings.append(NO_MATCH.finding(at, words))

    def _no_key(self, axis: Axis, key: str, at: Path) -> None:
        known = listed((one.text for one in axis.keys), _LISTED)
        words = f"The axis {axis.name} has no key {quoted(key)}. It has: {known}."
        self._findings.append(NO_MATCH.finding(at, words))


def matches(keys: Keys, chosen: Mapping[int, set[str]]) -> bool:
    """Tell whether a member has one of the chosen keys on each axis of the choice."""
    return all(keys[place].text in wanted for place, wanted in chosen.items())


def rename(
    axes: Sequence[Axis], renamed: Mapping[str, Mapping[str, str]], findings: list[Finding]
) -> list[Axis]:
    """Return the axes with old keys in place of renamed ones: `{port: {old: new}}` keeps `old` in
    names.
    """
    places = {axis.name: axis for axis in axes}
    changed = dict(places)
    for name, pairs in renamed.items():
        axis = places.get(name)
        if axis is None or axis.is_windows:
            words = f"{quoted(name)} is no axis of features or of keys by hand."
            findings.append(NO_MATCH.finding(("renamed", name), words))
            continue
        known = {key.text for key in axis.keys}
        old_of: dict[str, str] = {}
        for old, new in pairs.items():
            at: Path = ("renamed", name, old)
            if wrong := _wrong_pair(axis, known, old, new, taken=new in old_of):
                findings.append(NO_MATCH.finding(at, wrong))
            old_of[new] = old
        keys = tuple(replace(key, text=old_of.get(key.text, key.text)) for key in axis.keys)
        changed[name] = replace(axis, keys=keys)
    return [changed[axis.name] for axis in axes]


def _wrong_pair(axis: Axis, known: set[str], old: str, new: str, *, taken: bool) -> str:
    if new not in known:
        return (
            f"The axis {axis.name} has no key {quoted(new)}. Write `OLD: NEW`, where NEW is the "
            "key that stands in the file now."
        )
    if old in known:
        return f"{quoted(old)} is still a key of the axis {axis.name}: nothing took its place."
    if taken:
        return f"{quoted(new)} goes on under one old key, and a second one is written here."
    return "" if KEY.fullmatch(old) else f"{quoted(old)} cannot be a key."


MEMBERS_MAX = 10_000
"""Members of one document: the product of the numbers of keys."""
NAME_MAX = 128
_SHARED = ("description", "labels", "supersedes")
"""Fields that all members share."""
_Stands = dict[Path, Path]


class Member(NamedTuple):
    """One member of a series."""

    name: str
    document: "Document"
    """Its document, as if it were a spec of its own."""
    membership: Membership
    included: object
    """The polygon of its geometry, if an axis of features set it."""
    includes: tuple[Include, ...]


def expand(document: "Document", sources: Sources) -> tuple[list[Member], list[Finding]]:
    """Return the members of a document that is valid by its schema, in the order of axes and keys.

    If there is an error, return findings and no members.
    """
    value: Mapping[str, Any] = document.value
    findings: list[Finding] = []
    if "." in value["name"]:
        words = (
            f"{value['name']} is the name of a series, and its members are called "
            f"{value['name']}.KEY. Write the name without a dot."
        )
        findings.append(NAMES_MEET.finding(("name",), words))
    read = read_axes(value["each"], sources)
    findings += read.findings
    findings += _set_twice(document, read.axes)
    if findings:
        return [], findings
    axes = rename(read.axes, value.get("renamed", {}), findings)
    size = prod(len(axis.keys) for axis in axes)
    if size > MEMBERS_MAX:
        words = (
            f"{_multiplied(axes)} are {size:,} orders, and at most {MEMBERS_MAX:,} may be. Write "
            "several series."
        )
        findings.append(WRONG_SIZE.finding(("each",), words))
    if findings:
        return [], findings
    chooser = Chooser(axes, findings)
    kept = chooser.without(chooser.all(), value.get("except", ()), value.get("since", {}))
    accepted = _Accepted(value.get("acknowledge", ()), chooser, kept)
    findings += _wrong_count(value, axes, size, len(kept)) if not findings else ()
    findings += _long_names(value["name"], axes, kept)
    if findings:
        return [], findings
    rules = sources.zone_rules if any(axis.by_zone_rules for axis in axes) else None
    return list(_members(document, axes, kept, accepted, rules)), []


def _set_twice(document: "Document", axes: Sequence[Axis]) -> Iterator[Finding]:
    """Yield a finding for each field set by both `order` and an axis, or by two axes."""
    first: dict[str, Path] = {field: ("order", field) for field in document.value["order"]}
    for axis in axes:
        own: dict[str, Path] = {}
        for key in axis.keys:
            for field in key.fields:
                own.setdefault(field, _stands(key, field))
        for field, at in own.items():
            other = first.setdefault(field, at)
            if other is not at:
                lines = document.position(other, key=True)[0], document.position(at, key=True)[0]
                words = (
                    f"`{field}` is set by {dotted(other)} at line {lines[0]} and by {dotted(at)} "
                    f"at line {lines[1]}. Remove one of the two."
                )
                yield SET_TWICE.finding(at, words)


def _stands(key: Key, field: str) -> Path:
    """Return the path of a field's value in a key."""
    return (*key.at, field) if len(key.at) > 2 else key.at


def _multiplied(axes: Sequence[Axis]) -> str:
    return " * ".join(f"{len(axis.keys):,} of {axis.name}" for axis in axes)


def _wrong_count(
    value: Mapping[str, Any], axes: Sequence[Axis], size: int, count: int
) -> Iterator[Finding]:
    if count == 0:
        words = "`except` and `since` leave no order. Delete the document, or leave some."
        yield WRONG_SIZE.finding(("each",), words)
    elif value["expect"] != count:
        less = f", {size - count} less by `except` and `since`" if size > count else ""
        words = (
            f"The document stands for {count:,} orders ({_multiplied(axes)}{less}), and `expect` "
            f"is {value['expect']:,}. If all of them are meant, write expect: {count}."
        )
        yield OTHER_COUNT.finding(("expect",), words)


def _long_names(series: str, axes: Sequence[Axis], members: Iterable[Keys]) -> Iterator[Finding]:
    most = sum(1 + max(len(key.text) for key in axis.keys) for axis in axes)
    if len(series) + most <= NAME_MAX:
        return
    longest = max((_name(series, keys) for keys in members), key=len, default="")
    if len(longest) > NAME_MAX:
        words = (
            f"The name {longest} would have {len(longest)} characters, and at most {NAME_MAX} may "
            "be. Give the series or its keys shorter names."
        )
        yield NAMES_MEET.variant("a name of a member is too long").finding(("name",), words)


def _name(series: str, keys: Keys) -> str:
    return ".".join((series, *(key.text for key in keys)))


class _Accepted:
    """The acknowledgements of a document, by member."""

    def __init__(self, written: Sequence[Any], chooser: Chooser, members: list[Keys]) -> None:
        self._all: list[tuple[int, dict[str, Any], Mapping[int, set[str]]]] = []
        for index, item in enumerate(written):
            fits: Mapping[int, set[str]] | None = {}
            if "where" in item:
                at: Path = ("acknowledge", index, "where")
                fits = chooser.fits(item["where"], at)
                if fits is not None and not any(matches(keys, fits) for keys in members):
                    chooser.none_left(at)
            rest = {key: text for key, text in item.items() if key != "where"}
            self._all.append((index, rest, fits or {}))

    def of(self, keys: Keys, stands: _Stands) -> list[dict[str, Any]]:
        """Return the acknowledgements of one member, and add their positions to `stands`."""
        own = [(index, item) for index, item, fits in self._all if matches(keys, fits)]
        for place, (index, _) in enumerate(own):
            if place != index:
                stands["acknowledge", place] = ("acknowledge", index)
        return [item for _, item in own]


def _members(
    document: "Document",
    axes: Sequence[Axis],
    members: Sequence[Keys],
    accepted: _Accepted,
    zone_rules: str | None,
) -> Iterator[Member]:
    value: Mapping[str, Any] = document.value
    shared = {field: value[field] for field in _SHARED if field in value}
    facts = tuple(axis.facts for axis in axes)
    names = [axis.name for axis in axes]
    includes = tuple(axis.include for axis in axes if axis.include is not None)
    lines: dict[Path, int] = {}
    places: dict[tuple[Path, str], _Stands] = {}
    for axis in axes:
        for key in axis.keys:
            if key.at not in lines:
                lines[key.at] = document.position(key.at, key=True)[0]
            places[key.at, key.text] = {
                ("order", field): _stands(key, field) for field in key.fields
            }
    for keys in members:
        order = dict(value["order"])
        stands: _Stands = {}
        for key in keys:
            order |= key.fields
            stands |= places[key.at, key.text]
        name = _name(value["name"], keys)
        made: dict[str, Any] = {"name": name, **shared, "order": order}
        if "acknowledge" in value:
            made["acknowledge"] = accepted.of(keys, stands)
        membership = Membership(
            value["name"],
            tuple((axis, key.text) for axis, key in zip(names, keys, strict=True)),
            tuple(lines[key.at] for key in keys),
            facts,
            len(members),
            zone_rules,
        )
        included = next((key.included for key in keys if key.included is not None), None)
        yield Member(name, document.rebuilt(made, stands), membership, included, includes)
