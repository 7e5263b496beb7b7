"""Turns of phrase for messages about values that a schema refuses."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from math import ceil, floor
from typing import Any

from satops.core.safe import shown

Steps = tuple[str | int, ...]
"""Keys and list indices from the root of what is held against the schema."""
Error = Any
"""An error of jsonschema, which is loaded elsewhere."""

KINDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a group of fields",
    "array": "a list",
    "null": "empty",
}
"""What the types of a schema are called."""
_WITH_UNIT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z%°²]+)\s*").fullmatch
"""A number and its unit."""
_LISTED = 16
"""Choices that a message lists."""


def steered(error: Error, keyword: str) -> str | None:
    """Return the schema's own sentence for a failed keyword."""
    said = keywords(error).get("x-problem")
    if isinstance(said, dict):
        said = said.get(keyword)
    return said.replace("{written}", written(error)) if isinstance(said, str) else None


def keywords(error: Error) -> Mapping[str, Any]:
    """Return the keywords of the schema that refused; a schema may be a mere `false`."""
    return error.schema if isinstance(error.schema, dict) else {}


def secret(error: Error) -> bool:
    """Tell whether messages must not show the value."""
    return bool(keywords(error).get("x-secret"))


def field(path: Steps) -> str:
    """Return how a sentence names the value at a path."""
    if not path:
        return "the document"
    last = path[-1]
    if isinstance(last, str):
        return f"`{shown(last)}`"
    return f"item {last + 1} of {field(path[:-1])}"


def kind_written(error: Error) -> str:
    """Return what is written, for a value of the wrong kind."""
    value = error.instance
    if value is None:
        return "it has no value"
    if isinstance(value, bool):
        return f"{str(value).lower()} is written"
    if isinstance(value, list):
        return "a list is written"
    if isinstance(value, dict):
        return "a group of fields is written"
    if secret(error):
        return "something else is written"
    if isinstance(value, str):
        return f"{quoted(value)} is a text"
    fraction = isinstance(value, float) and not value.is_integer()
    return f"{plain(value)} is a number{' with a fraction' if fraction else ''}"


def kind_advice(value: object, kinds: list[str], schema: Mapping[str, Any]) -> str:
    """Return how to write a value in the kind that is wanted, where that can be told."""
    numeric = "integer" in kinds or "number" in kinds
    if value is None:
        return "Write a value after the colon, or remove the key."
    if word := word_advice(value, schema):
        return word
    if isinstance(value, str):
        if numeric and value.removeprefix("-").replace(".", "", 1).isdecimal():
            return f"Write {shown(value)} without quotes."
        if "boolean" in kinds and value.lower() in ("true", "false"):
            return f"Write {value.lower()} without quotes."
        if "boolean" in kinds and value.lower() in ("yes", "no", "on", "off", "y", "n"):
            meant = "true" if value.lower() in ("yes", "on", "y") else "false"
            return f"In YAML 1.2 this word is a text: write {meant}."
        return _unit_advice(value, schema) if numeric else ""
    if isinstance(value, float) and "integer" in kinds:
        if 0 < value < 1 and schema.get("maximum") == 100:
            return f"Percent is meant, not a share of 1: write {value * 100:.0f}."
        return f"Write {floor(value)} or {ceil(value)}."
    if "string" in kinds and not isinstance(value, list | dict):
        if _fits(plain(value), schema):
            return f'Put it in quotes: "{plain(value)}".'
        return _form_advice(schema)
    return ""


def word_advice(value: object, schema: Mapping[str, Any]) -> str:
    """Return what to write for a word that people use for one of the values allowed."""
    words = {folded(word): meant for word, meant in schema.get("x-words", {}).items()}
    meant = words.get(folded(value)) if isinstance(value, str) else None
    return "" if meant is None else f"For {shown(str(value))} write {plain(meant)}."


def _unit_advice(text: str, schema: Mapping[str, Any]) -> str:
    """Return how to write a number that has its unit beside it."""
    number = _WITH_UNIT(text)
    if number is None:
        return ""
    if number[2].lower() in ("%", "percent", "pct") and schema.get("maximum") == 100:
        return f"Write {number[1]}."
    return sentences("write the number without its unit.", schema.get("description", ""))


def _form_advice(schema: Mapping[str, Any]) -> str:
    """Return what a schema says about its form: its own sentence, or an example."""
    said = schema.get("x-problem")
    if isinstance(said, Mapping) and "{written}" not in said.get("pattern", "{written}"):
        return str(said["pattern"])
    examples = schema.get("examples", ())
    return f"For example: {plain(examples[0])}." if examples else ""


def _fits(text: str, schema: Mapping[str, Any]) -> bool:
    """Tell whether a text would have the form that a schema wants."""
    pattern, choices = schema.get("pattern"), schema.get("enum")
    if pattern is not None and not compiled(pattern).search(text):
        return False
    return choices is None or text in choices


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern of ECMA 262 as Python's: there `$` is the very end, and digits are ASCII."""
    return re.compile(re.sub(r"(?<!\\)\$", r"\\Z", pattern).replace(r"\d", "[0-9]"))


def bounds(schema: Mapping[str, Any]) -> str:
    """Return a range in words."""
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f"from {plain(low)} to {plain(high)}"
    parts = [
        words + plain(bound)
        for words, bound in (
            ("at least ", low),
            ("more than ", above),
            ("at most ", high),
            ("less than ", below),
        )
        if bound is not None
    ]
    return " and ".join(parts)


def other_name(written: str, fields: Mapping[str, Any]) -> str | None:
    """Return the field that people call so; the schema lists such names."""
    for name, rule in fields.items():
        others = rule.get("x-also", ()) if isinstance(rule, Mapping) else ()
        if folded(written) in map(folded, others):
            return name
    return None


def similar(written: str, known: list[str]) -> str | None:
    """Return the name that was probably meant; case, `-` and `_` make no difference."""
    names = {folded(name): name for name in known}
    found = get_close_matches(folded(written), list(names), n=1, cutoff=0.75)
    return names[found[0]] if found else None


def folded(name: str) -> str:
    """Return a name without what people write in several ways: case, dashes, blanks."""
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def written(error: Error) -> str:
    """Return the value that was refused, for a message."""
    if secret(error):
        return "something else"
    value = error.instance
    return quoted(value) if isinstance(value, str) else plain(value)


def quoted(text: str) -> str:
    """Return text of the input in quotes."""
    return f'"{shown(text)}"'


def plain(value: object) -> str:
    """Return a value as a spec would write it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a group of fields"
    return shown(str(value))


def listed(names: list[str], last: str = "and") -> str:
    """Return names with commas, and a word before the last."""
    if len(names) > _LISTED:
        return ", ".join(names[:_LISTED]) + f" {last} others"
    return f" {last} ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def sentences(*parts: str) -> str:
    """Return sentences joined, without the empty ones."""
    text = " ".join(part for part in parts if part)
    return text[:1].upper() + text[1:]
