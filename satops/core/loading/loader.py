"""Load the bytes of a file as documents, with positions and problems.

Values may share parts through aliases, so they must not be changed.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct, field

from satops.core.loading.reading import (
    MAX_SPEC_BYTES,
    Faults,
    Found,
    Path,
    Positions,
    forbidden_at,
    forbidden_words,
    position_at,
)
from satops.core.problem import Position, Problem

if TYPE_CHECKING:
    from satops.core.loading.yaml_reader import YamlReader

Syntax = Literal["yaml", "json"]
_LONE_CR = re.compile(rb"\r(?!\n)")


class Document(Struct, eq=False):
    """One document of a file: its value, and the positions of its parts."""

    value: Any
    """dict, list, str, int, float, bool or None; the keys of a dict are str."""
    line: int
    """First line of the document, from 1."""
    index: int
    """Index of the document in the file, from 0, without empty ones."""
    _positions: Positions
    _items: "_Items"
    _stands: Mapping[tuple[str | int, ...], tuple[str | int, ...]] = field(default_factory=dict)

    def rebuilt(
        self, value: Any, stands: Mapping[tuple[str | int, ...], tuple[str | int, ...]]
    ) -> "Document":
        """Return a new document made from parts of this one.

        `stands` maps paths of the new value to their paths in this one; other paths are equal.
        """
        return Document(value, self.line, self.index, self._positions, self._items, stands)

    def position(self, path: Path, *, key: bool = False) -> Position:
        """Return the position of the value (or the key) at a path.

        For an absent path the nearest existing parent counts.  The first path into a list reads the
        file a second time.
        """
        wanted = self._stands_at(tuple(path)) if self._stands else tuple(path)
        positions = self._positions
        if wanted not in positions and not all(isinstance(step, str) for step in wanted):
            positions = self._items.positions(self.index) or positions
        while wanted not in positions:
            wanted = wanted[:-1]
        of_key, of_value = positions[wanted]
        return of_key if key else of_value

    def _stands_at(self, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
        for length in range(len(path), 0, -1):
            found = self._stands.get(path[:length])
            if found is not None:
                return (*found, *path[length:])
        return path


class _Items(Struct):
    """Positions of list items in the documents of one file.

    Most values of a spec are list items (the numbers of a polygon), and few messages need one.  So
    a second reading finds them on demand.
    """

    content: bytes
    found: list[Positions] | None = None

    def positions(self, index: int) -> Positions | None:
        """Return every position of a document; None for JSON that libyaml refuses."""
        if self.found is None:
            again = _yaml_reader(self.content, Faults(""), items=True).read()
            self.found = [each.positions for each in again]
        return self.found[index] if index < len(self.found) else None


def load(
    content: bytes, *, file: str, syntax: Syntax = "yaml", max_bytes: int = MAX_SPEC_BYTES
) -> tuple[list[Document], list[Problem]]:
    """Return the sound documents of a file, and all problems.

    A document with a problem is left out.  A syntax error ends the file.  Never raises, whatever
    the content.
    """
    faults = Faults(file)
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not _is_text(content, syntax, max_bytes, faults):
        return [], faults.problems
    found = _read(content, syntax, faults)
    if not found and not faults.problems:
        faults.add(
            "L10",
            (1, 1),
            "The file is empty, or holds nothing but comments. Write a document in it, or delete "
            "the file.",
        )
    items = _Items(content)
    documents = [
        Document(each.value, each.positions[()][1][0], index, each.positions, items)
        for index, each in enumerate(found)
        if each.sound
    ]
    return documents, faults.problems


def _read(content: bytes, syntax: Syntax, faults: Faults) -> list[Found]:
    """Return every document; adds problems to `faults`."""
    if syntax == "json":
        from satops.core.loading import json_reader

        return json_reader.read(content.decode(), faults)
    return _yaml_reader(content, faults, items=False).read()


def _yaml_reader(content: bytes, faults: Faults, *, items: bool) -> "YamlReader":
    """Return the YAML reader; imported on first use, since most commands need none."""
    from satops.core.loading.yaml_reader import YamlReader

    return YamlReader(content, faults, items=items)


def _is_text(content: bytes, syntax: Syntax, max_bytes: int, faults: Faults) -> bool:
    if len(content) > max_bytes:
        faults.add(
            "L08",
            (1, 1),
            f"The file has {len(content):,} bytes, and at most {max_bytes:,} are read. Keep large "
            "areas in GeoJSON files of their own, and refer to them: geometry: {file: ...}.",
        )
        return False
    encoding = _wide_encoding(content)
    if encoding is not None:
        faults.add(
            "L09",
            (1, 1),
            f"The file is written in {encoding}, and satops reads UTF-8. Save it as UTF-8. In "
            "Windows PowerShell, > writes UTF-16: use `| Set-Content -Encoding utf8 FILE`.",
        )
        return False
    if b"\r" in content and _has_lone_cr(content, faults):
        return False
    if syntax == "yaml" and content.isascii():
        return True  # libyaml refuses control characters
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        faults.add(
            "L09",
            position_at(before, len(before)),
            f"The byte 0x{content[error.start]:02x} stands here, and it is not UTF-8. Save the "
            "file as UTF-8.",
        )
        return False
    offset = forbidden_at(text)
    if offset is not None:
        faults.add("L09", position_at(text, offset), forbidden_words(text[offset]))
    return offset is None


def _wide_encoding(content: bytes) -> str | None:
    """Return the encoding of a text with two or four bytes per character.

    Without a byte order mark its zero bytes show it: ASCII text has one in each character, and
    UTF-8 has none.
    """
    head = content[:400]
    if head.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "UTF-32"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    even, odd = head[0::2], head[1::2]
    for high, low in ((even, odd), (odd, even)):
        if high.count(0) * 2 > len(high) and 0 not in low:
            return "UTF-16"
    return None


def _has_lone_cr(content: bytes, faults: Faults) -> bool:
    """Report a CR without LF: YAML ends a line there, and diffs do not show it."""
    lone = _LONE_CR.search(content)
    if lone is None:
        return False
    before = content[: lone.start()].decode(errors="replace")
    if b"\n" in content:
        words = (
            "A carriage return (U+000D) ends a line here, and the other lines end otherwise. Many "
            "programs show no line end there, so a field could hide in a comment. Save the file "
            "with one kind of line end."
        )
    else:
        words = (
            "The lines of the file end with a carriage return (U+000D) alone. Git and other "
            "programs show them as one line, so nobody can review them. Save the file with the "
            "line end LF."
        )
    faults.add("L09", position_at(before, len(before)), words)
    return True
