"""One file's bytes to documents: plain values, a place for each of them, and every fault.

Values may share parts through aliases: they are never changed after loading.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from satops.core.loading.reading import (
    MAX_DEPTH,
    MAX_SPEC_BYTES,
    SHALLOW,
    Faults,
    Found,
    Path,
    Places,
    forbidden_at,
    forbidden_words,
    place_at,
)
from satops.core.problem import Problem

Syntax = Literal["yaml", "json"]
_LONE_CR = re.compile(rb"\r(?!\n)")


@dataclass(slots=True, eq=False)
class Document:
    """One document of a file: its value, and where each part of it stands."""

    value: Any
    """dict, list, str, int, float, bool or None; the keys of a dict are str."""
    line: int
    """Where the document begins, from 1."""
    index: int
    """Which document of the file, from 0; empty ones are not counted."""
    _places: Places
    _source: "_Source"
    _above: int = 0
    """Lines before the first one that the places count."""

    def place(self, path: Path, *, key: bool = False) -> tuple[int, int]:
        """Return line and column, from 1, of the value (or the key) at a path.

        Where the path does not exist, its nearest parent that does is taken.  A deep path makes
        the file be parsed once more.
        """
        wanted = tuple(path)
        places, above = self._places, self._above
        if wanted not in places:
            deep = self._source.places(self.index)
            places, above = (places, above) if deep is None else (deep, 0)
        while wanted not in places:
            wanted = wanted[:-1]
        key_line, key_column, line, column = places[wanted]
        return (key_line + above, key_column) if key else (line + above, column)


@dataclass(slots=True)
class _Source:
    """The bytes that the documents of a file share, to find deep places when they are asked."""

    content: bytes
    syntax: Syntax
    deep: list[Places] | None = None

    def read(self, faults: Faults) -> list[Found]:
        """Return every document; what is wrong goes to the collector."""
        if self.syntax == "json":
            from satops.core.loading import json_reader

            return json_reader.read(self.content.decode(), faults)
        for read in _quick_readers():
            found = read(self.content)
            if found is not None:
                return found
        return self._read_closely(faults, SHALLOW)

    def _read_closely(self, faults: Faults, depth: int) -> list[Found]:
        """Read YAML, keeping the places down to a depth."""
        from satops.core.loading.yaml_reader import YamlReader

        return YamlReader(self.content, faults, depth).read()

    def places(self, index: int) -> Places | None:
        """Return every place of a document; None for JSON, of which all are known."""
        if self.deep is None and self.syntax == "yaml":
            self.deep = [found.places for found in self._read_closely(Faults(""), MAX_DEPTH + 1)]
        return self.deep[index] if self.deep else None


@cache
def _quick_readers() -> tuple[Callable[[bytes], list[Found] | None], ...]:
    """Return the readers of sound YAML, the quickest first; each leaves to the next what it does
    not understand.  They are imported for the first YAML file: not every command reads one.
    """
    from satops.core.loading.yaml_nodes import read_nodes
    from satops.core.loading.yaml_skeletons import read_by_skeleton

    return read_by_skeleton, read_nodes


def load(
    content: bytes, *, file: str, syntax: Syntax = "yaml", max_bytes: int = MAX_SPEC_BYTES
) -> tuple[list[Document], list[Problem]]:
    """Return the documents of a file, and every problem that keeps one from being read.

    A document with a problem is not among the documents: nothing is made of a text that was not
    understood.  A syntax error ends the file.  Never raises, whatever the content.
    """
    faults = Faults(file)
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not _is_text(content, syntax, max_bytes, faults):
        return [], faults.problems
    source = _Source(content, syntax)
    found = source.read(faults)
    if not found and not faults.problems:
        faults.add(
            "L10",
            (1, 1),
            "The file is empty, or holds nothing but comments. Write a document in it, or delete "
            "the file.",
        )
    documents = [
        Document(
            each.value, each.places[()][2] + each.above, index, each.places, source, each.above
        )
        for index, each in enumerate(found)
        if each.sound
    ]
    return documents, faults.problems


def _is_text(content: bytes, syntax: Syntax, max_bytes: int, faults: Faults) -> bool:
    if len(content) > max_bytes:
        faults.add(
            "L08",
            (1, 1),
            f"The file has {len(content):,} bytes, and at most {max_bytes:,} are read. Keep large "
            "areas in GeoJSON files of their own, and refer to them: geometry: {file: ...}.",
        )
        return False
    if syntax == "yaml" and b"\r" in content and _has_hidden_line(content, faults):
        return False
    if syntax == "yaml" and content.isascii():
        return True  # libyaml itself refuses control characters
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        faults.add("L09", (1, 1), "The file is written in UTF-16. Save it as UTF-8.")
        return False
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        faults.add(
            "L09",
            place_at(before, len(before)),
            f"The byte 0x{content[error.start]:02x} stands here, and it is not UTF-8. Save the "
            "file as UTF-8.",
        )
        return False
    offset = forbidden_at(text)
    if offset is not None:
        faults.add("L09", place_at(text, offset), forbidden_words(text[offset]))
    return offset is None


def _has_hidden_line(content: bytes, faults: Faults) -> bool:
    """Refuse a CR alone among other line ends: YAML ends a line there, and diffs show none."""
    if b"\n" not in content:
        return False
    lone = _LONE_CR.search(content)
    if lone is None:
        return False
    before = content[: lone.start()].decode(errors="replace")
    faults.add(
        "L09",
        place_at(before, len(before)),
        "A carriage return (U+000D) ends a line here, and the other lines end otherwise. Many "
        "programs show no line end there, so a field could hide in a comment. Save the file with "
        "one kind of line end.",
    )
    return True
