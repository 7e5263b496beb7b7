"""Read and write JSON, with orjson."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
import orjson

Raw = msgspec.Raw
"""JSON text that is kept, and embedded unchanged."""


class NotJson(ValueError):
    """The bytes are not one JSON text."""


def dumps(value: object) -> bytes:
    """Return compact UTF-8 JSON with keys in the given order, without a newline.

    Raises TypeError for values that JSON lacks.  NaN and infinities must not be passed.
    """
    return orjson.dumps(value, _fragment)


def raw(value: object) -> Raw:
    """Return a value as JSON text."""
    return Raw(dumps(value))


def dumps_sorted(value: object) -> bytes:
    """Like `dumps`, with sorted keys."""
    return orjson.dumps(value, _fragment, option=orjson.OPT_SORT_KEYS)


def dumps_replacing(value: object) -> bytes:
    """Like `dumps`, with a question mark for each character that UTF-8 cannot encode.

    For texts that must be written whatever they hold, such as environment variables and paths.
    """
    try:
        return dumps(value)
    except TypeError:
        return dumps(_encodable(value))


def dumps_pretty(value: object) -> bytes:
    """Return JSON for people: two spaces of indent and a final newline."""
    return orjson.dumps(value, _fragment, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def loads(text: bytes | str | Raw) -> Any:
    """Return the value of one JSON text.  Raises `NotJson`."""
    try:
        return orjson.loads(bytes(text) if isinstance(text, Raw) else text)
    except orjson.JSONDecodeError as error:
        raise NotJson(str(error)) from None


def _fragment(value: object) -> object:
    if isinstance(value, Raw):
        return orjson.Fragment(bytes(value))
    raise TypeError(f"{type(value).__name__} is no JSON")


def _encodable(value: Any) -> Any:
    match value:
        case str():
            return value.encode(errors="replace").decode()
        case Mapping():
            return {_encodable(key): _encodable(item) for key, item in value.items()}
        case list() | tuple():
            return [_encodable(item) for item in value]
        case _:
            return value


def loads_strict(text: str) -> Any:
    """Return the value of one JSON text without duplicate keys.  Raises `NotJson`.

    Most readers silently keep the last of two equal keys, while a reviewer sees the first.
    """
    value = loads(text)
    try:
        json.loads(text, object_pairs_hook=_refuse_twins)
    except NotJson:
        raise
    except (ValueError, RecursionError) as error:
        raise NotJson(str(error)) from None
    return value


def _refuse_twins(pairs: list[tuple[str, Any]]) -> None:
    seen = set()
    for key, _ in pairs:
        if key in seen:
            raise NotJson(f"the key {key[:40]!r} stands twice in one object")
        seen.add(key)
