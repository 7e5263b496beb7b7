"""JSON to and from bytes: the home of orjson."""

import json
from collections.abc import Mapping
from typing import Any

import orjson

Raw = orjson.Fragment
"""JSON bytes that are embedded as they stand."""


class NotJson(ValueError):
    """The bytes are not one JSON text."""


def dumps(value: object) -> bytes:
    """Return compact UTF-8 JSON, keys in the order given, without a newline.

    Raises TypeError for what JSON cannot hold.  NaN and infinities must not reach it.
    """
    return orjson.dumps(value)


def dumps_sorted(value: object) -> bytes:
    """Return what `dumps` does, with the keys of every group sorted."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def dumps_replacing(value: object) -> bytes:
    """Return what `dumps` does, with a question mark for each character that UTF-8 cannot hold.

    For what must be written whatever it holds: a variable of the environment or a path may
    come with such characters.
    """
    try:
        return dumps(value)
    except TypeError:
        return dumps(_encodable(value))


def dumps_pretty(value: object) -> bytes:
    """Return JSON for people: two spaces of indent and a final newline."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def loads(text: bytes | str) -> Any:
    """Return the value of one JSON text; raises `NotJson`."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise NotJson(str(error)) from None


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
    """Return the value of one JSON text in which no key stands twice; raises `NotJson`.

    Of two equal keys most readers keep the last in silence, and a reviewer sees the first.
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
