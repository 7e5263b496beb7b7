"""Text from specs, files and the marketplace, made harmless before anybody sees it.

A name or a message may hold terminal escapes, direction overrides or line breaks: shown as they
are, they could paint over a plan or forge a line of it.
"""

import re
from html import unescape

PAGE_CHARS = 20_000
"""Of a page, what is looked at for its words."""
_MARKUP = re.compile(
    r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^>]*(?:>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
SHOWN_MAX = 60
"""Characters of the input that a message quotes."""

_RUNNER_COMMAND = "##["
"""CI runners take this for a command wherever it stands in a line of output."""
_RUNNER_LINE = "::"
"""CI runners take this for a command at the beginning of a line."""
_LINE_ENDS = "\u2028\u2029"


def safe(text: str) -> str:
    """Return `text` as one line of printable characters; what was not printable is escaped.

    A tab becomes a blank, and so do the other widths of blank that CJK text has.
    """
    if not text.isprintable():
        text = "".join(map(_printable, text))
    if _RUNNER_COMMAND in text:
        text = text.replace(_RUNNER_COMMAND, r"\x23#[")
    if text.lstrip().startswith(_RUNNER_LINE):
        text = text.replace(_RUNNER_LINE, r"\x3a:", 1)
    return text


def safe_lines(text: str) -> list[str]:
    """Return the lines of a message that satops wrote, each of them safe; empty ends are cut."""
    return [safe(line.rstrip()) for line in text.strip("\n").split("\n")]


def shown(text: str, most: int = SHOWN_MAX) -> str:
    """Return the first `most` characters of a text that a message quotes, on one line.

    Every character that is not printable is escaped, odd blanks too: they may be the fault.
    """
    cut = text if len(text) <= most else f"{text[:most]}…"
    return cut if cut.isprintable() else "".join(map(_escaped, cut))


def words_of_page(text: str) -> str:
    """Return the words of a page without its markup, one blank between them, not escaped yet."""
    return " ".join(unescape(_MARKUP.sub(" ", text[:PAGE_CHARS])).split())


def shorten(text: str, width: int) -> str:
    """Return safe text of at most `width` characters, cut in the middle, which ids survive best."""
    text = safe(text)
    if len(text) <= width:
        return text
    head = (width - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (width - 1 - head) :]}"


def encodable(text: str) -> str:
    """Return text that UTF-8 can hold: bytes of a file name that are no UTF-8 are escaped."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _printable(char: str) -> str:
    is_blank = char == "\t" or (char.isspace() and char > "\xff" and char not in _LINE_ENDS)
    return " " if is_blank else _escaped(char)


def _escaped(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape").decode()
