"""Text from specs, files and the marketplace, made harmless before anybody sees it.

A name or a message may hold terminal escapes, direction overrides or line breaks: shown as they
are, they could paint over a plan or forge a line of it.
"""

_RUNNER_COMMAND = "##["
"""CI runners take this for a command wherever it stands in a line of output."""
_RUNNER_LINE = "::"
"""CI runners take this for a command at the beginning of a line."""


def safe(text: str) -> str:
    """Return `text` as one line of printable characters; what was not printable is escaped."""
    if not text.isprintable():
        text = "".join(
            char if char.isprintable() else _escaped(char) for char in text.replace("\t", " ")
        )
    if _RUNNER_COMMAND in text:
        text = text.replace(_RUNNER_COMMAND, r"\x23#[")
    if text.lstrip().startswith(_RUNNER_LINE):
        text = text.replace(_RUNNER_LINE, r"\x3a:", 1)
    return text


def safe_lines(text: str) -> list[str]:
    """Return the lines of a message that satops wrote, each of them safe; empty ends are cut."""
    return [safe(line.rstrip()) for line in text.strip("\n").split("\n")]


def encodable(text: str) -> str:
    """Return text that UTF-8 can hold: bytes of a file name that are no UTF-8 are escaped."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def shorten(text: str, width: int) -> str:
    """Return safe text of at most `width` characters, cut in the middle, which ids survive best."""
    text = safe(text)
    if len(text) <= width:
        return text
    head = (width - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (width - 1 - head) :]}"


def _escaped(char: str) -> str:
    if char.isspace() and ord(char) > 0xFF and char not in "\u2028\u2029":
        return " "  # the other widths of blank, as CJK text has them
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
