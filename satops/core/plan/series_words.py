"""Messages about the members of a series: number of orders, and lines to write."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from satops.core import json_text
from satops.core.plan.plan import Action
from satops.core.spec.spec import Membership
from satops.core.words import counted

Keys = tuple[str, ...]
"""The key of a member on each axis."""
_PLAIN_KEY = re.compile(r"[a-z][a-z0-9_-]*|[0-9]{4}-[a-z0-9-]+")
_NOT_TEXT = frozenset({"true", "false", "null"})
_KINDS_BY_HAND = frozenset({"features", "keys"})


def axes_words(axes: Iterable[Mapping[str, Any]]) -> str:
    """Return axes in one line: `port (features), month (months)`."""
    said = []
    for axis in axes:
        step = f" from {axis['start']} by {axis['step']}" if "step" in axis else ""
        said.append(f"{axis['name']} ({axis['kind']}{step})")
    return ", ".join(said)


def frozen_words(series: str, before: str, after: str, spent: int, fresh: int) -> str:
    """Return that axes changed after members were bought, and what that would buy."""
    return (
        f"The axes of {series} are frozen, since {counted(spent, 'order')} of it "
        f"{'is' if spent == 1 else 'are'} placed or may be. They were {before}, and the document "
        f"has {after}. So {counted(fresh, 'order')} would be bought under new names. Put the axes "
        "back as they were. For what is new, leave this document, and write a second series under "
        "another name that holds only that."
    )


def copied_words(series: str, first: str, count: int) -> str:
    """Return that members are bought under other names."""
    return f"{first} So it is with {count} orders of {series}: if it was renamed, that is why."


def edited_words(series: str, edited: Sequence[Action], held: int) -> str:
    """Return which fields of placed members were edited, and what to write instead."""
    return (
        f"{counted(len(edited), 'placed order')} of {series} would change, and a placed order "
        f"cannot be changed: {_fields(edited)}. {_held(held)}Put the old values back. To buy with "
        "the new values as well, leave this document as it was, and write a second series under "
        "another name that holds only what is new."
    )


def outline_words(
    key: tuple[str, str],
    axes: Sequence[Mapping[str, Any]],
    edited: Sequence[Action],
    new: Sequence[Keys],
) -> str:
    """Return that the outline of one key changed, and what to write instead."""
    axis, name = key
    place = next((i for i, it in enumerate(axes) if it["kind"] not in _KINDS_BY_HAND), None)
    since = ""
    if place is not None:
        first = min((keys[place] for keys in new), default="WINDOW")
        since = f", with its first window: since: {{{axis}: {{NEW: {first}}}}}"
    return (
        f"The outline of the key {name} has changed, and {counted(len(edited), 'order')} "
        f"{'is' if len(edited) == 1 else 'are'} placed with the old one: {_fields(edited)}. "
        f"{_held(len(new))}Keep the old outline under {name}, and write the new one under a key "
        f"of its own{since}. The orders of other keys are not concerned."
    )


def over_words(whole: Membership, over: Sequence[Keys], every: Sequence[Keys]) -> str:
    """Return that windows are over, and the lines to paste."""
    one = len(over) == 1
    said = (
        f"{counted(len(over), 'order')} of {whole.series} {'was' if one else 'were'} never placed, "
        f"and {'its window is' if one else 'their windows are'} over: nothing can be bought for "
        "that time. "
    )
    names = [axis["name"] for axis in whole.axes]
    rows = [
        "  - {" + ", ".join([*_choice(names, chosen, whole, every), "reason: Over}"])
        for chosen in _covering(over)
    ]
    lines = [f"expect: {whole.members - len(over)}", "except:", *rows]
    return said + "Write in place of `expect`, and beside what `except` holds:\n" + "\n".join(lines)


def _covering(members: Sequence[Keys]) -> list[tuple[frozenset[str], ...]]:
    """Return choices of keys on each axis that together name exactly these members."""
    rows = [tuple(frozenset({key}) for key in keys) for keys in members]
    for place in range(len(rows[0])):
        merged: dict[tuple[frozenset[str], ...], frozenset[str]] = {}
        for row in rows:
            rest = (*row[:place], *row[place + 1 :])
            merged[rest] = merged.get(rest, frozenset()) | row[place]
        rows = [(*rest[:place], keys, *rest[place:]) for rest, keys in merged.items()]
    return rows


def _choice(
    names: Sequence[str],
    chosen: Sequence[frozenset[str]],
    whole: Membership,
    every: Sequence[Keys],
) -> list[str]:
    """Return the YAML of one choice; an axis with all keys chosen is omitted."""
    written = []
    for place, (name, keys) in enumerate(zip(names, chosen, strict=True)):
        known = sorted({member[place] for member in every})
        if keys == set(known) and len(known) > 1:
            continue
        is_windows = whole.axes[place]["kind"] not in _KINDS_BY_HAND
        first, last = min(keys), max(keys)
        between = known[known.index(first) : known.index(last) + 1]
        if len(keys) == 1:
            value = _key_text(first)
        elif is_windows and set(between) == keys:
            value = f"{first}/{last}"
        else:
            value = "[" + ", ".join(_key_text(key) for key in sorted(keys)) + "]"
        written.append(f"{name}: {value}")
    return written


def _key_text(key: str) -> str:
    """Return a key in YAML, quoted if it would not be text."""
    plain = _PLAIN_KEY.fullmatch(key) and key not in _NOT_TEXT
    return key if plain else json_text.dumps(key).decode()


def _held(count: int) -> str:
    if not count:
        return ""
    verb = "is" if count == 1 else "are"
    return f"{counted(count, 'new order')} {verb} held until then. "


def _fields(edited: Sequence[Action]) -> str:
    """Return each edited field, with its first example and number of orders."""
    found: dict[str, list[tuple[str, str]]] = {}
    for action in edited:
        for change in action.changes:
            found.setdefault(change.field, []).append((change.before, change.after))
    said = []
    for field, pairs in found.items():
        before, after = pairs[0]
        count = counted(len(pairs), "order")
        others = "" if len(set(pairs)) == 1 else ", and others"
        said.append(f"{field}: {before} → {after}{others} ({count})")
    return "; ".join(said)
