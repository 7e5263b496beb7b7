"""What a change does to `satops.yaml` and to the files that it names, for those who review it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from satops.core import json_text
from satops.core.plan.changes import Change
from satops.core.plan.checks import CONFIG_CHANGED
from satops.core.problem import Problem, Severity
from satops.core.safe import shown

ABSENT = "(absent)"
_VALUE_MAX = 200
_MOST_NAMED = 8


def value_changes(base: Mapping[str, Any], here: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return every key whose value differs, in the order of the keys; lists are one value.

    A key is written as `limits.ordersPerApply`.
    """
    if base == here:
        return ()
    from deepdiff import DeepDiff

    difference = DeepDiff(base, here, view="tree", ignore_order=False, threshold_to_diff_deeper=0)
    found: dict[tuple[str, ...], None] = {}
    for items in difference.values():
        for item in items:
            path = tuple(_keys(item.path(output_format="list")))
            for value in (_at(base, path), _at(here, path)):
                found.update(dict.fromkeys(_leaves(path, value)))
    pairs = ((path, _at(base, path), _at(here, path)) for path in sorted(found))
    return tuple(
        Change(".".join(map(shown, path)), _text(before), _text(after))
        for path, before, after in pairs
        # A group that is new or gone stands here by each of its keys.
        if before != after and not (_is_group(before) and _is_group(after))
    )


def config_problem(
    changes: Sequence[Change], severities: Mapping[str, Severity], *, file: str, ref: str
) -> Problem | None:
    """Return what reviewers must know when the configuration differs from that of `ref`.

    Its severity is the one that `severities`, those of `ref`, give it: a change cannot silence its
    own warning.
    """
    if not changes:
        return None
    names = ", ".join(change.field for change in changes[:_MOST_NAMED])
    more = len(changes) - _MOST_NAMED
    return Problem(
        check=CONFIG_CHANGED.code,
        severity=severities.get(CONFIG_CHANGED.code, CONFIG_CHANGED.severity),
        file=file,
        line=1,
        column=1,
        path="",
        summary=CONFIG_CHANGED.title,
        detail=f"{names}{f' and {more:,} more' if more > 0 else ''}: changed since {ref}. This "
        "file, and the files that it names, decide where orders and the token go, where the ledger "
        "is, and what may be bought. This plan reads the ledger, the limits and the severities as "
        "they are there; what is here rules once it is merged. Let an owner of the file approve "
        "it.",
    )


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


def _text(value: Any) -> str:
    if value is None:
        return ABSENT
    if isinstance(value, Mapping):
        return "(a group of keys)"
    if isinstance(value, str):
        return shown(value, _VALUE_MAX)
    return shown(json_text.dumps(value).decode(), _VALUE_MAX)
