"""Messages about values that do not fit the declaration of their field."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from math import ceil, floor
from typing import Any

from satops.core.finding import Path
from satops.core.safe import shown

Rule = Mapping[str, Any]
"""The keywords of one value in a schema."""

_KINDS = {
    "string": "a text", "integer": "a whole number", "number": "a number",
    "boolean": "true or false", "object": "a group of fields", "array": "a list",
}  # fmt: skip
_BOUNDS = {
    "minimum": "at least {}", "exclusiveMinimum": "more than {}",
    "maximum": "at most {}", "exclusiveMaximum": "less than {}",
}  # fmt: skip
_YES, _NO = ("true", "yes", "on", "y"), ("false", "no", "off", "n")
_WITH_UNIT = re.compile(r"\s*[0-9]+(\.[0-9]+)?\s*[A-Za-z%°²]+\s*").fullmatch
_LISTED = 16
"""Choices that a message lists."""


def refusal(rule: Rule, keyword: str, value: Any, path: Path, *, fits_as_text: bool) -> str:
    """Return the message for a value that fails a keyword of its rule: error and advice.

    `fits_as_text` tells whether the rule accepts the value in quotes.
    """
    if said := own_words(rule, keyword, value):
        return said
    name, about, bound = field(path), rule.get("description", ""), rule[keyword]
    written = _written(rule, value)
    match keyword:
        case "type":
            kinds = [bound] if isinstance(bound, str) else bound
            wanted = " or ".join(_KINDS[kind] for kind in kinds)
            advice = _kind_advice(rule, kinds, value, fits_as_text=fits_as_text)
            return sentences(f"{name} must be {wanted}, and {_kind(rule, value)}.", advice)
        case "enum":
            texts = [plain(choice) for choice in bound]
            wanted, about = listed(texts, "or"), _choice_advice(rule, texts, value) or about
        case "maxLength":
            return f"{name} has {len(value):,} characters; at most {bound:,} may be."
        case "minLength" | "pattern" if not value:
            return sentences(f"{name} is an empty text.", about)
        case "pattern":
            form = f"{name} does not have the right form: {written} is written."
            return sentences(form, about, _example(rule))
        case "not":
            return f"{name} is not allowed here. Remove it."
        case "oneOf":
            return sentences(f"{name} has none of the forms that are allowed here.", about)
        case "minItems" | "maxItems" | "minProperties" | "maxProperties":
            item = "field" if isinstance(value, dict) else "item"
            count = f"{len(value)} {item}{'' if len(value) == 1 else 's'}"
            limit = (
                f"at least {bound} are needed" if "min" in keyword else f"at most {bound} may be"
            )
            return sentences(f"{name} has {count}, and {limit}.", about)
        case _:
            bounds = [said.format(plain(rule[key])) for key, said in _BOUNDS.items() if key in rule]
            wanted = " and ".join(bounds)
            if "minimum" in rule and "maximum" in rule:
                wanted = f"from {plain(rule['minimum'])} to {plain(rule['maximum'])}"
    return sentences(f"{name} must be {wanted}, and {written} is written.", about)


def own_words(rule: Rule, keyword: str, value: Any) -> str:
    """Return the rule's own message (`x-problem`) for a value that fails a keyword."""
    said = rule.get("x-problem", "")
    said = said.get(keyword, "") if isinstance(said, Mapping) else said
    return str(said).replace("{written}", _written(rule, value))


def field(path: Path) -> str:
    """Return the name of the value at a path, for a sentence."""
    if not path:
        return "the document"
    last = path[-1]
    return f"`{shown(last)}`" if isinstance(last, str) else f"item {last + 1} of {field(path[:-1])}"


def _kind(rule: Rule, value: Any) -> str:
    if value is None:
        return "it has no value"
    if rule.get("x-secret") or isinstance(value, bool | list | dict):
        return f"{_written(rule, value)} is written"
    if isinstance(value, str):
        return f"{_written(rule, value)} is a text"
    fraction = " with a fraction" if isinstance(value, float) and not value.is_integer() else ""
    return f"{plain(value)} is a number{fraction}"


def _kind_advice(rule: Rule, kinds: Sequence[str], value: Any, *, fits_as_text: bool) -> str:
    """Return how to write a value in one of the allowed types, if that is clear."""
    if value is None:
        return "Write a value after the colon, or remove the key."
    if rule.get("x-secret") or isinstance(value, list | dict):
        return ""
    about = rule.get("description", "")
    if not isinstance(value, str):
        if "integer" in kinds and isinstance(value, float):
            near = f"Write {floor(value)} or {ceil(value)}."
            return sentences(near, about if 0 < value < 1 else "")  # perhaps a share of 1
        # How a number was written is not known here: 007 and 7 are different texts.
        in_quotes = "Put what is written in quotes." if fits_as_text else _example(rule)
        return in_quotes if "string" in kinds else ""
    if known := _word_advice(rule, value):
        return known
    word = value.lower()
    if "boolean" in kinds and word in _YES + _NO:
        if word in ("true", "false"):
            return f"Write {word} without quotes."
        return f"In YAML 1.2 this word is a text: write {plain(word in _YES)}."
    if "integer" in kinds or "number" in kinds:
        if value.removeprefix("-").replace(".", "", 1).isdecimal():
            return f"Write {shown(value)} without quotes."
        return sentences("write the number without its unit.", about) if _WITH_UNIT(value) else ""
    return ""


def _choice_advice(rule: Rule, texts: Sequence[str], value: Any) -> str:
    if not isinstance(value, str) or rule.get("x-secret"):
        return ""
    meant = similar(value, texts)
    if meant == value:
        return f"Write {meant} without quotes."
    return _word_advice(rule, value) or (f"Did you mean `{meant}`?" if meant else "")


def _word_advice(rule: Rule, value: str) -> str:
    """Return what to write for a word that people use for an allowed value."""
    words = {folded(word): meant for word, meant in rule.get("x-words", {}).items()}
    meant = words.get(folded(value))
    return "" if meant is None else f"For {shown(value)} write {plain(meant)}."


def _example(rule: Rule) -> str:
    return f"For example: {plain(rule['examples'][0])}." if rule.get("examples") else ""


def _written(rule: Rule, value: Any) -> str:
    """Return the refused value for a message."""
    if (
        isinstance(value, str | int | float)
        and not isinstance(value, bool)
        and rule.get("x-secret")
    ):
        return "something else"
    return f'"{shown(value)}"' if isinstance(value, str) else plain(value)


def plain(value: Any) -> str:
    """Return a value as a spec would write it."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a group of fields"
    if value is None:
        return "nothing"
    return str(value).lower() if isinstance(value, bool) else shown(str(value))


def similar(written: str, known: Sequence[str]) -> str | None:
    """Return the known name that was probably meant; case, `-` and `_` do not matter."""
    names = {folded(name): name for name in known}
    found = get_close_matches(folded(written), list(names), n=1, cutoff=0.75)
    return names[found[0]] if found else None


def folded(name: str) -> str:
    """Return a name in lower case, without dashes, underscores and blanks."""
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def listed(names: Sequence[str], last: str = "and") -> str:
    """Return names with commas, and `last` before the last one."""
    if len(names) > _LISTED:
        return ", ".join(names[:_LISTED]) + f" {last} others"
    return f" {last} ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def sentences(*parts: str) -> str:
    """Return sentences joined, without the empty ones."""
    text = " ".join(part for part in parts if part)
    return text[:1].upper() + text[1:]
