"""Read a dataclass from JSON, strictly, since a misspelt fault would never fire."""

import dataclasses
from collections.abc import Mapping
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from satops.errors import UsageError

Settings = TypeVar("Settings")


def read_settings(kind: type[Settings], document: object, *, place: str) -> Settings:
    """Return a dataclass from a JSON object whose keys are its field names.

    `place` begins every message.  Raises `UsageError` for an unknown key, a value of a wrong type,
    a missing required key, or values that the dataclass refuses.
    """
    if not isinstance(document, Mapping):
        raise UsageError(f"{place}: an object is expected here.")
    hints = get_type_hints(kind)
    read: dict[str, Any] = {}
    for key, value in document.items():
        if key not in hints:
            raise UsageError(f"{place}: {key!r} is not a known key. Known are {', '.join(hints)}.")
        if not _fits(value, hints[key]):
            raise UsageError(f"{place}: the value of {key!r} is not of the right kind: {value!r}.")
        read[key] = _frozen(value, hints[key])
    missing = [name for name in _required(kind) if name not in read]
    if missing:
        raise UsageError(f"{place}: {missing[0]!r} is missing.")
    try:
        return kind(**read)
    except ValueError as error:
        raise UsageError(f"{place}: {error}") from None


def _required(kind: type[Any]) -> list[str]:
    return [
        field.name
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]


def _fits(value: object, hint: Any) -> bool:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (UnionType, Union):
        return any(_fits(value, option) for option in arguments)
    if origin is Literal:
        return value in arguments
    if origin is tuple:
        return isinstance(value, list) and _items_fit(value, arguments)
    if hint in (int, float) and isinstance(value, bool):
        return False
    if hint is float:
        return isinstance(value, int | float)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return value in tuple(hint)
    return isinstance(value, NoneType if hint is NoneType else origin or hint)


def _items_fit(items: list[Any], hints: tuple[Any, ...]) -> bool:
    if hints[-1] is Ellipsis:
        return all(_fits(item, hints[0]) for item in items)
    return len(items) == len(hints) and all(map(_fits, items, hints))


def _frozen(value: Any, hint: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(item, None) for item in value)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    return value
