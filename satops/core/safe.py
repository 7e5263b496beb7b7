"""Make text from specs, files and the marketplace safe to show.

Terminal escapes, direction overrides and line breaks in a name or message could overwrite a plan or
forge a line of it.

A secret stays out of a value's `repr`, and so out of logs and tracebacks.
"""

import re
from collections.abc import Callable

from msgspec import Struct

PAGE_CHARS = 20_000
"""Characters of an HTML page that are searched for its words."""
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
    """Return `text` as one line of printable characters, with all others escaped.

    A tab or a blank of another width becomes a blank.
    """
    if not text.isprintable():
        text = "".join(map(_printable, text))
    if _RUNNER_COMMAND in text:
        text = text.replace(_RUNNER_COMMAND, r"\x23#[")
    if _RUNNER_LINE in text and text.lstrip().startswith(_RUNNER_LINE):
        text = text.replace(_RUNNER_LINE, r"\x3a:", 1)
    return text


def safe_lines(text: str) -> list[str]:
    """Return the lines of a message of satops, each made safe, without empty ends."""
    return [safe(line.rstrip()) for line in text.strip("\n").split("\n")]


def shown(text: str, most: int = SHOWN_MAX) -> str:
    """Return the first `most` characters of a quoted text, on one line.

    Every character that is not printable is escaped, unusual blanks too, since they may be the
    fault.
    """
    cut = text if len(text) <= most else f"{text[:most]}…"
    return cut if cut.isprintable() else "".join(map(_escaped, cut))


def words_of_page(text: str) -> str:
    """Return the words of an HTML page without markup, separated by blanks, not escaped yet."""
    from html import unescape

    return " ".join(unescape(_MARKUP.sub(" ", text[:PAGE_CHARS])).split())


def shorten(text: str, width: int) -> str:
    """Return safe text of at most `width` characters, cut in the middle, which keeps both ends of
    an id.
    """
    text = safe(text)
    if len(text) <= width:
        return text
    head = (width - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (width - 1 - head) :]}"


def encodable(text: str) -> str:
    """Return text that UTF-8 can encode; other bytes of a file name are escaped."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _printable(char: str) -> str:
    is_blank = char == "\t" or (char.isspace() and char > "\xff" and char not in _LINE_ENDS)
    return " " if is_blank else _escaped(char)


def _escaped(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape").decode()


def repr_without(*hidden: str) -> Callable[[Struct], str]:
    """Return a `__repr__` that leaves out the named fields: secrets, streams, long values."""

    def shown(self: Struct) -> str:
        kept = (name for name in self.__struct_fields__ if name not in hidden)
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in kept)
        return f"{type(self).__name__}({fields})"

    return shown
