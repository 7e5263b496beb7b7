"""Edits of a placed order or of the configuration, by field, with deepdiff.

A change of `satops.yaml` or of a file that it names is a problem of the plan.
"""

from collections.abc import Iterator, Mapping, Sequence
from posixpath import commonprefix
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from satops.core import json_text
from satops.core.order.order import Order
from satops.core.plan.address import normal_address, state_for
from satops.core.plan.checks import CONFIG_CHANGED
from satops.core.plan.config import SANDBOX, Config
from satops.core.problem import Problem, Severity
from satops.core.safe import shown
from satops.core.words import listed

if TYPE_CHECKING:
    from satops.core.offer import Offer

ABSENT = "(absent)"
_VALUE_MAX = 200
_BEFORE_DIFFERENCE = 60
"""Characters shown before the first difference of two long texts."""
_EVERYTHING: dict[str, Any] = {
    "view": "tree",
    "ignore_order": False,
    "threshold_to_diff_deeper": 0,
    "ignore_private_variables": False,  # it would skip keys that begin with two underscores
}
"""Options of DeepDiff."""


class Change(Struct, frozen=True):
    """One changed field."""

    field: str
    """Name in a spec: `endDate`."""
    before: str
    after: str


def changes(before: Order, after: Order, offer: "Offer") -> tuple[Change, ...]:
    """Return the fields that differ between a placed order and its spec, sorted by name."""
    from deepdiff import DeepDiff

    old, new = _fields(before, offer), _fields(after, offer)
    difference = DeepDiff(old, new, **_EVERYTHING)
    edited = {item.path(output_format="list")[0] for items in difference.values() for item in items}
    return tuple(
        Change(str(field), _text(old.get(field)), _text(new.get(field))) for field in sorted(edited)
    )


def value_changes(base: Mapping[str, Any], here: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return every key whose value differs, in the order of the keys; a list is one value.

    Keys are written as `limits.ordersPerApply`.
    """
    if base == here:
        return ()
    from deepdiff import DeepDiff

    difference = DeepDiff(base, here, **_EVERYTHING)
    found: dict[tuple[str, ...], None] = {}
    for items in difference.values():
        for item in items:
            path = tuple(_keys(item.path(output_format="list")))
            for value in (_at(base, path), _at(here, path)):
                found.update(dict.fromkeys(_leaves(path, value)))
    pairs = ((path, _at(base, path), _at(here, path)) for path in sorted(found))
    return tuple(
        Change(".".join(map(shown, path)), *_value_texts(before, after))
        for path, before, after in pairs
        # A new or removed group is listed by its keys.
        if before != after and not (_is_group(before) and _is_group(after))
    )


def _fields(order: Order, offer: "Offer") -> dict[str, Any]:
    fields: dict[str, Any] = json_text.loads(order.canonical)
    del fields["version"]
    for name, value in order.terms.items():
        fields[name] = offer.term_text(name, value) or value
    return fields


def _text(value: Any) -> str:
    if value is None:
        return ABSENT
    if isinstance(value, dict):
        return _polygon_text(value["coordinates"])
    return str(value).lower() if isinstance(value, bool) else str(value)


def _polygon_text(rings: list[list[list[float]]]) -> str:
    corners = ", ".join(f"{x} {y}" for x, y in rings[0][:-1][:8])
    count = len(rings[0]) - 1
    more = f", and {count - 8} more corners" if count > 8 else ""
    holes = f", {len(rings) - 1} holes" if len(rings) > 1 else ""
    return f"polygon of {count} corners ({corners}{more}){holes}"


def _keys(path: Sequence[str | int]) -> Iterator[str]:
    """Yield the keys down to the first list."""
    for step in path:
        if isinstance(step, int):
            return
        yield step


def _leaves(path: tuple[str, ...], value: Any) -> Iterator[tuple[str, ...]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves((*path, key), inner)
    else:
        yield path


def _at(value: Any, path: Sequence[str]) -> Any:
    for key in path:
        if not isinstance(value, Mapping) or key not in value:
            return None
        value = value[key]
    return value


def _is_group(value: Any) -> bool:
    return value is None or isinstance(value, Mapping)


def _value_texts(before: Any, after: Any) -> tuple[str, str]:
    """Return two values as texts that show where they differ."""
    old, new = _value_text(before), _value_text(after)
    if max(len(old), len(new)) <= _VALUE_MAX:
        return old, new
    if isinstance(before, list) and isinstance(after, list):
        texts = _items_text(before, after), _items_text(after, before)
        if texts[0] != texts[1]:
            return texts
    cut = max(len(commonprefix([old, new])) - _BEFORE_DIFFERENCE, 0)
    return shown(old[cut:], _VALUE_MAX), shown(new[cut:], _VALUE_MAX)


def _items_text(items: list[Any], other: list[Any]) -> str:
    """Describe a long list by the items that the other one lacks: a cut list could hide them."""
    known = set(map(json_text.dumps, other))
    own = [_value_text(item) for item in items if json_text.dumps(item) not in known]
    named = f": {shown(', '.join(own), _VALUE_MAX)}" if own else ""
    return f"{len(items):,} items, {len(own):,} of them only here{named}"


def _value_text(value: Any) -> str:
    if value is None:
        return ABSENT
    if isinstance(value, Mapping):
        return "(a group of keys)"
    text = value if isinstance(value, str) else json_text.dumps(value).decode()
    return shown(text, len(text))


_MOST_NAMED = 8


class NewMarketplace(Struct, frozen=True):
    """A change of the marketplace, to which orders go after the merge."""

    before: str
    """Normal form of the old address, or `sandbox`."""
    after: str
    state: str
    """Address of the ledger that `after` needs; empty if there is no default name."""
    orders: int
    """Number of orders in the tree: a new ledger would hold none of them."""


def new_marketplace(base: Config, head: Config, orders: int) -> NewMarketplace | None:
    """Return the new marketplace of a change; None if it stays the same.

    `orders` is the number of orders in the tree.
    """
    before, after = (normal_address(config.marketplace.url) for config in (base, head))
    if before == after:
        return None
    state = head.state
    if state == base.state:
        state = "" if after == SANDBOX else state_for(state, after)
    return NewMarketplace(before, after, state, orders)


def config_problem(
    changes: Sequence[Change], severities: Mapping[str, Severity], *, file: str, ref: str
) -> Problem | None:
    """Return a problem if the configuration differs from that of `ref`.

    `severities` are those of `ref`, so that a change cannot silence its own warning.
    """
    if not changes:
        return None
    names = listed((change.field for change in changes), _MOST_NAMED)
    words = (
        f"{names}: changed since {ref}. This file, and "
        "the files that it names, decide where orders and the token go, where the ledger is, and "
        "what may be bought. This plan reads the ledger, the limits and the severities as they are "
        "there; what is here rules once it is merged. Let an owner of the file approve it."
    )
    severity = severities.get(CONFIG_CHANGED.code)
    return CONFIG_CHANGED.finding((), words).problem(file, (1, 1), severity=severity)
