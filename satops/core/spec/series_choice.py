"""Choose members of a series: `except`, `since`, `renamed`, and the `where` of an acknowledgement.
A choice that matches no member is an error.

Keys are those in the members' names.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from msgspec.structs import replace

from satops.core.finding import Finding, Path, quoted
from satops.core.spec.series_axes import KEY, Axis, Key
from satops.core.spec.series_checks import NO_MATCH

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
        known = [one.text for one in axis.keys]
        more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
        words = (
            f"The axis {axis.name} has no key {quoted(key)}. It has: "
            f"{', '.join(known[:_LISTED])}{more}."
        )
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
