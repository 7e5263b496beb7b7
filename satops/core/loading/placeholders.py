"""Placeholders of templates that were not filled in: `{{ start }}`, `${START}`, `<START>`."""

import re
from functools import lru_cache

from msgspec import Struct

_BRACKETS = (
    r"\$?\{\{.{0,200}?\}\}"  # Jinja, Helm, Mustache, the expressions of CI
    r"|\{%.{0,200}?%\}|<%.{0,200}?%>"  # statements of Jinja, ERB
)
_VALUE = (
    _BRACKETS
    + r"|\$\{[A-Za-z_][^}\s]{0,200}\}|\$\([A-Za-z_][^)]{0,200}\)|\$[A-Z_][A-Z0-9_]+"  # shells
    r"|@@[A-Za-z_]\w*@@|@[A-Z_][A-Z0-9_]+@|__[A-Z][A-Z0-9_]*__|%\([A-Za-z_]\w*\)[sd]|%[A-Z_]+%"
    r"|<[A-Z][A-Z0-9_ -]*>|<your[^>]{0,200}>|\{[A-Z_][A-Z0-9_]*\}"
    r"|(?<=[\w\"'-])\{[A-Za-z_]\w*\}|\{[A-Za-z_]\w*\}(?=[\w\"'-])"  # in a text, not a group
)
_BEGUN = "(?s)" + _BRACKETS + r"|\$\{[^}]+\}"
_BEGIN_CHARS = 1024
_LINE_CHARS = 4096
"""Of a line no more is searched: without this and the bounds above, a hostile line takes hours."""
_COMMENT = r"(?:^|\s)#.*"


class Placeholder(Struct, frozen=True):
    """One placeholder in a line."""

    text: str
    column: int
    """From 1."""


def is_template(text: str) -> bool:
    """Tell whether the beginning of a text holds brackets of a template, over lines too."""
    return re.search(_BEGUN, text[:_BEGIN_CHARS]) is not None


def template_in(line: str, column: int = 1) -> Placeholder | None:
    """Return the first template brackets of a line that end after a column."""
    return _first(_BRACKETS, line, column)


def value_at(line: str, column: int) -> Placeholder | None:
    """Return the first placeholder of any kind that ends after a column."""
    return _first(_VALUE, line, column)


def _first(kind: str, line: str, column: int) -> Placeholder | None:
    found = _all(kind, line[:_LINE_CHARS])
    return next((each for each in found if each.column + len(each.text) > column), None)


@lru_cache(maxsize=16)
def _all(kind: str, line: str) -> tuple[Placeholder, ...]:
    """Return the placeholders of a line without its comment; a line may have many faults."""
    found = re.finditer(kind, re.sub(_COMMENT, "", line))
    return tuple(Placeholder(each[0], each.start() + 1) for each in found)
