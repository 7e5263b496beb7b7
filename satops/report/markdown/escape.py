"""Escape text from specs, files and the marketplace for Markdown on a forge.

A forge processes the result of Markdown, so a backslash does not stop `@name`, `#12`, `www.` or a
commit id.  It leaves code spans alone.  So plain words and numbers are written directly, and
everything else in a code span.
"""

import re
import unicodedata

from satops.core.safe import shorten

TEXT_MAX = 600
"""Characters of one text; a longer one loses its middle."""
_LINES_MAX = 6
"""Lines of a message."""

_LETTERS = r"[^\W\d_]+"
_APOSTROPHES = r"'\u2019"
_OPEN = rf"[(\"{_APOSTROPHES}\u201c\u2018]*"
_CLOSE = rf"[.,;:!?)\"{_APOSTROPHES}\u201d…%]*"
_PLAIN = re.compile(
    rf"{_OPEN}(?:"
    rf"{_LETTERS}(?:[{_APOSTROPHES}-]{_LETTERS})*"  # word, well-known, don't
    r"|[^\W_]+"  # A09, km2, 14
    r"|[-+]?\d+(?:,\d{3})*(?:\.\d+)?[%°²]*[NSEW]?"  # -1,234.5, 21.03°N
    r"|(?:\d{4}-)?\d\d-\d\d|\d\d:\d\d"  # 2031-03-01, 03-15, 08:30
    r"|[→—·…?]"
    rf"){_CLOSE}"
)
_LINKED = re.compile(r"[0-9a-f]{7}|^\W*(gh-|ghsa-|www)|:\w+:", re.IGNORECASE)
"""Words that a forge may still link or replace: commits, issues, advisories, addresses, emoji."""
_BRACKETED = re.compile(r"(\(?)([^()]+?|.+\(.*\))(\)?[.,;:?]*)")
"""A word and its punctuation, which may stay outside the code span."""
_DOUBLE_COLON = re.compile(":(?=:)")
_TICKS = re.compile(r"`+")
_COMMAND = "    "
"""Indent of a command to copy in a message."""


def prose(text: str, width: int = TEXT_MAX) -> str:
    """Return text for a paragraph or table cell, with anything but plain words in code spans.

    It must not begin a block, where a number and a dot would begin a list.
    """
    words = _clean(text, width).split()
    return " ".join(word if _is_plain(word) else _within_punctuation(word) for word in words)


def message(text: str, width: int = TEXT_MAX) -> str:
    """Return a message as one paragraph, with its commands in code spans."""
    lines = text.strip("\n").split("\n", _LINES_MAX)
    shown = [
        code(line, width) if line.startswith(_COMMAND) else prose(line, width)
        for line in lines[:_LINES_MAX]
    ]
    more = ["…"] if len(lines) > _LINES_MAX else []
    return " ".join(filter(None, shown + more))


def code(text: str, width: int = TEXT_MAX) -> str:
    """Return text as one code span."""
    return _span(" ".join(_clean(text, width).split()))


def cell(markdown: str) -> str:
    """Return escaped Markdown for a table cell, where a bar would end the cell."""
    return markdown.replace("|", r"\|")


def label(text: str, width: int = 128) -> str:
    """Return text for charts and map pop-ups, which have no code spans.

    Other characters than letters, digits, blank, dot, dash and underscore become underscores.
    """
    clean = shorten(text, width)
    return "".join(char if _in_label(char) else "_" for char in clean).strip() or "_"


def _clean(text: str, width: int) -> str:
    """Return one printable line without commands for programs that read the raw page."""
    if len(text) > 4 * width:
        # Escaping never shortens text, so the cut part would be cut anyway.
        text = f"{text[:width]}…{text[-width:]}"
    clean = shorten(text, width).replace("<!--", r"\x3c!--")
    return _DOUBLE_COLON.sub(r"\\x3a", clean)


def _is_plain(word: str) -> bool:
    if not word.isascii():
        # Vowel signs and accents belong to letters.
        word = "".join(char for char in word if unicodedata.category(char)[0] != "M")
    return _PLAIN.fullmatch(word) is not None and _LINKED.search(word) is None


def _within_punctuation(word: str) -> str:
    """Return a code span, with punctuation and brackets around it."""
    match = _BRACKETED.fullmatch(word)
    if match is None:
        return _span(word)
    start, core, end = match.groups()
    return f"{start}{_span(core)}{end}"


def _span(text: str) -> str:
    if not text:
        return "(empty)"
    longest = max((len(run) for run in _TICKS.findall(text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _in_label(char: str) -> bool:
    return char.isalnum() or char in " .-_…" or unicodedata.category(char)[0] == "M"
