"""The value of a plain YAML scalar, by the core schema of YAML 1.2 (section 10.3.2)."""

import re
from math import isfinite
from typing import Any

from satops.core.loading.reading import MAX_INTEGER

NOT_TEXT = frozenset(["", *"~nNtTfF0123456789+-."])
"""First characters of a plain scalar that may not be text."""

_WORDS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_DECIMAL = re.compile(
    r"[-+]?(?:[0-9]+(\.[0-9]*)?|(\.[0-9]+))([eE][-+]?[0-9]+)?",
).fullmatch
"""An integer if no group matches."""
_NOT_DECIMAL = re.compile(
    r"0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
).fullmatch
_MAX_DIGITS = 400
_COORDINATE_DIGITS = 32


class BadNumber(Exception):
    """A number that JSON cannot hold: not finite, or too large."""


def plain_value(text: str) -> Any:
    """Return None, a bool, an int, a float, or the text.  Raises `BadNumber`."""
    if "." in text and len(text) <= _COORDINATE_DIGITS and "_" not in text and text.isascii():
        # Nearly every number is a coordinate.  For such a text `float` agrees with YAML, in a third
        # of the pattern's time.
        try:
            value = float(text)
        except ValueError:
            return _any_value(text)
        if isfinite(value):
            return value
    return _any_value(text)


def _any_value(text: str) -> Any:
    if text[:1].isalpha():
        return _WORDS.get(text, text)
    decimal = _DECIMAL(text)
    if decimal is None:
        if not _NOT_DECIMAL(text):
            return _WORDS.get(text, text)
        if text[0] != "0":  # infinity or NaN
            raise BadNumber
    if len(text) > _MAX_DIGITS:
        raise BadNumber
    if decimal is not None and decimal.lastindex is not None:
        value = float(text)
        if isfinite(value):
            return value
        raise BadNumber
    integer = int(text, 10 if decimal else 0)
    if -MAX_INTEGER <= integer <= MAX_INTEGER:
        return integer
    raise BadNumber
