"""Lay out a page of blocks within a size limit, without cutting a block.

The limit is in bytes of UTF-8, the strictest unit of all forges.  Each block has several forms of
decreasing size, and a short line as the last one.  The short lines are reserved first; then blocks
take the remaining room in order of importance.  Nothing is cut after it was written, so a page
cannot break inside a table or a fence.

Text from specs, files and the marketplace is escaped.  A forge processes the result of Markdown, so
a backslash does not stop `@name`, `#12`, `www.` or a commit id.  It leaves code spans alone.  So
plain words and numbers are written directly, and everything else in a code span.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import IntEnum
from typing import TypeVar

from msgspec import Struct

from satops.core.safe import shorten

Fit = Callable[[int], str | None]
"""Returns a block in at most so many bytes, or None if it does not fit."""

More = Callable[[int, int], str]
"""Returns a note on where the other rows are, from the numbers of shown and of all rows."""
T = TypeVar("T")

_GAP = "\n\n"
_TICKS = re.compile(r"`+")
_SHORTEST_FENCE = 3


class Rank(IntEnum):
    """The blocks of a plan by importance: a lower rank takes room first."""

    SUMMARY = 0
    GUARDS = 1
    DOUBTS = 2
    REFUSALS = 3
    ERRORS = 4
    CREATES = 5
    CONFLICTS = 6
    PASSES = 7
    LIMITS = 8
    SENSORS = 9
    MAP = 10
    WARNINGS = 11
    CALENDAR = 12
    EXPIRED = 13
    HELD = 14
    OTHER_MAPS = 15
    RETIRED = 16


class Block(Struct, frozen=True):
    """One block of a page, without newlines at its ends."""

    rank: int
    """Importance; rank 0 is never omitted."""
    least: str
    """Shortest form; empty to omit the block."""
    steps: tuple[Fit, ...] = ()
    """Forms of the block, the best first."""
    share: float = 1.0
    """Maximum share of the page."""


def size(text: str) -> int:
    """Return the size of a text in bytes of UTF-8."""
    return len(text) if text.isascii() else len(text.encode())


def whole(text: str) -> Fit:
    """Return the step that writes a whole text or nothing."""
    return lambda room: text if size(text) <= room else None


class Cut(str):
    """The text of a block that omits rows, and says so."""


def write_page(blocks: Sequence[Block], limit: int) -> str:
    """Return the blocks in order, in at most `limit` bytes, with a final newline.

    Raises ValueError if the blocks of rank 0 do not fit.
    """
    return lay_out(blocks, limit)[0]


def lay_out(blocks: Sequence[Block], limit: int) -> tuple[str, frozenset[int]]:
    """Return the result of `write_page`, and the ranks of blocks that omit something."""
    texts = _reserved(blocks, limit)
    all_shown = {index for index, block in enumerate(blocks) if not block.steps}
    spare = limit - _total(texts.values())
    for index in sorted(texts, key=lambda index: blocks[index].rank):
        block, least = blocks[index], texts[index]
        taken = size(least) + len(_GAP) if least else 0
        room = min(int(limit * block.share), spare + taken) - len(_GAP)
        best = next((text for text in _tries(block, room) if text is not None), None)
        if best is not None:
            texts[index] = best
            spare += taken - size(best) - len(_GAP)
            if not isinstance(best, Cut):
                all_shown.add(index)
    page = _GAP.join(texts[index] for index in sorted(texts) if texts[index]) + "\n"
    return page, frozenset(b.rank for index, b in enumerate(blocks) if index not in all_shown)


def row(cells: Sequence[str]) -> str:
    """Return one table row; cells must be escaped."""
    return f"| {' | '.join(cells)} |"


def header(titles: Sequence[str], right: frozenset[int] = frozenset()) -> str:
    """Return the head of a table; the columns `right` are aligned right."""
    rules = ("---:" if column in right else "---" for column in range(len(titles)))
    return f"{row(titles)}\n|{'|'.join(rules)}|"


def rows_that_fit(
    head: str, items: Sequence[T], line: Callable[[T], str], more: More, *, least: int = 1
) -> Fit:
    """Return the step that writes a head and as many items as fit, one per line.

    `head` ends where the first line begins; `more` follows if items are omitted.  The step does not
    fit if there is no room for `least` lines.
    """
    opening = [head] if head else []

    def fit(room: int) -> str | None:
        room -= sum(size(text) + 1 for text in opening)
        # The total has the most digits, so this is the longest note.
        reserved = size(more(len(items), len(items))) + 2
        lines: list[str] = []
        kept = 0
        for item in items:
            lines.append(line(item))
            room -= size(lines[-1]) + 1
            if room < 0:
                break
            if room >= reserved:
                kept = len(lines)
        else:
            return "\n".join(opening + lines)
        if kept < min(least, len(items)):
            return None
        return Cut("\n".join([*opening, *lines[:kept], "", more(kept, len(items))]))

    return fit


def folded(title: str, fit: Fit) -> Fit:
    """Return a step whose text is folded under a title of plain words."""
    opening, closing = f"<details><summary>{title}</summary>\n\n", "\n\n</details>"

    def fit_folded(room: int) -> str | None:
        text = fit(room - size(opening) - size(closing))
        return None if text is None else f"{opening}{text}{closing}"

    return fit_folded


def fenced(language: str, content: str) -> str:
    """Return a fenced block; its fence is longer than any run of backticks inside."""
    longest = max((len(run) for run in _TICKS.findall(content)), default=0)
    fence = "`" * max(_SHORTEST_FENCE, longest + 1)
    return f"{fence}{language}\n{content}\n{fence}"


def _reserved(blocks: Sequence[Block], limit: int) -> dict[int, str]:
    """Return the shortest form of each block; if they do not fit, of the most important ones."""
    texts = {index: block.least for index, block in enumerate(blocks)}
    for index in sorted(texts, key=lambda index: (blocks[index].rank, index), reverse=True):
        if _total(texts.values()) <= limit:
            break
        if blocks[index].rank == 0:
            raise ValueError(f"a page of {limit} bytes has no room for its summary")
        del texts[index]
    return texts


def _tries(block: Block, room: int) -> Iterator[str | None]:
    return (step(room) for step in block.steps)


def _total(texts: Iterable[str]) -> int:
    return sum(size(text) + len(_GAP) for text in texts if text)


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
_BACKTICKS = re.compile(r"`+")
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
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _in_label(char: str) -> bool:
    return char.isalnum() or char in " .-_…" or unicodedata.category(char)[0] == "M"
