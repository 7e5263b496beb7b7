"""What a forge makes of Markdown, by an independent CommonMark parser and the rules of forges."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from markdown_it import MarkdownIt
from markdown_it.token import Token
from shapely.geometry import shape

from satops.report.markdown import MARKER

_PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_OUR_HTML = re.compile(r"<details><summary>[^<>&@#`]*</summary>|</details>")
_BLOCKS = {"heading", "paragraph", "inline", "fence", "html_block", "table", "thead", "tbody",
           "tr", "th", "td", "bullet_list", "list_item"}  # fmt: skip
_INLINES = {"text", "code_inline", "strong_open", "strong_close", "softbreak"}
_LIVE = {
    "mention": r"@\w",
    "issue": r"#\w|\bgh-\d",
    "merge request or label": r"(?<!\w)[!$%&~^]\w",
    "address": r"(?i)www\.|\w:/|mailto:|xmpp:",
    "host": r"(?i)[a-z][a-z0-9-]*\.[a-z]{2,}\b",
    "commit": r"\b[0-9a-fA-F]{7,40}\b",
    "emoji": r":\w+:",
    "command": r"::|##\[|\$\(",
    "markup": r"[<>&\\`*_\[\]|~]",
}

HOSTILE = (
    "@octocat", "@org/team", "#123", "GH-12", "owner/repo#1", "a@b.example", "owner/repo@deadbeef",
    "https://evil.example/x", "http://1.2.3.4", "www.evil.example", "ftp://x", "mailto:a@b.example",
    "deadbeef", "0123456789abcdef0123456789abcdef01234567", "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>", "<!-- satops plan -->", "<!--", "-->", "</details>", "`", "``",
    "```", "~~~", "``` geojson", "|", "a|b", "\\|", "\\", "\n", "\r", "\r\n", "\n\n# forged",
    "\u2028", "\u2029", "\x85", "\u202e", "\u2066", "\u200b", "\ufeff", "\xad", "\x00", "\x1b[2J",
    "\ud800", "![x](https://evil.example/p.png)", "[click](https://evil.example)",
    "[x]: https://evil.example", "<https://evil.example>", ":bomb:", ":100:", "::error::forged",
    "::add-mask::x", "##[error]x", "$(rm -rf /)", "${{ secrets.TOKEN }}", "&lt;b&gt;",
    "&#64;octocat", "*bold*", "__init__", "~~x~~", "- item", "1. one", "> quote", "---", "===",
    "# head", "    indented", "!12", "~label", "%name", "&9", "^alert", "'", '"', ";",
    "%%{init: {}}%%", "section x", "a:b;c", "CVE-2031-0001",
)  # fmt: skip
"""Pieces that some reader of Markdown, logs or charts takes for more than text."""


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page, or a part of one."""

    source: str
    tokens: Sequence[Token]

    def inlines(self) -> Iterator[Token]:
        """Yield the pieces of all texts."""
        for token in self.tokens:
            yield from token.children or ()

    def codes(self) -> set[str]:
        """Return the contents of all code spans."""
        return {token.content for token in self.inlines() if token.type == "code_inline"}

    def headings(self) -> list[str]:
        """Return the texts of the headings as they are written."""
        pairs = zip(self.tokens, self.tokens[1:], strict=False)
        return [then.content for token, then in pairs if token.type == "heading_open"]

    def fences(self, language: str) -> list[str]:
        """Return the contents of the fenced blocks of a language."""
        return [t.content for t in self.tokens if t.type == "fence" and t.info == language]

    def maps(self) -> list[dict[str, Any]]:
        """Return the maps."""
        return [orjson.loads(content) for content in self.fences("geojson")]

    def tables(self) -> list[list[list[str]]]:
        """Return the cells of each table as they are written, the head first."""
        found: list[list[list[str]]] = []
        for token, then in zip(self.tokens, self.tokens[1:], strict=False):
            if token.type == "table_open":
                found.append([])
            elif token.type == "tr_open":
                found[-1].append([])
            elif token.type in ("th_open", "td_open"):
                found[-1][-1].append(then.content)
        return found


def parse(markdown: str) -> Page:
    """Parse a page."""
    return Page(markdown, _PARSER.parse(markdown))


def check_inert(page: Page) -> None:
    """Assert that nothing but our own few tags, tables and fences means anything to a forge."""
    for token in page.tokens:
        assert token.type.removesuffix("_open").removesuffix("_close") in _BLOCKS, token
        if token.type == "html_block":
            check_our_html(token.content)
    for token in page.inlines():
        assert token.type in _INLINES, token
        if token.type == "text":
            for what, pattern in _LIVE.items():
                assert not re.search(pattern, token.content), (what, token.content)
    check_lines(page.source)


def check_our_html(content: str) -> None:
    for line in filter(None, content.split("\n")):
        assert line == MARKER or _OUR_HTML.fullmatch(line), line


def check_lines(source: str) -> None:
    """Assert that no program that reads line by line finds a command or a forged marker."""
    for line in source.split("\n"):
        assert line.isprintable(), line
        assert not line.lstrip().startswith("::"), line
    assert "##[" not in source
    assert "::error" not in source
    assert source.count("<!--") == source.count(MARKER)


def check_fences(page: Page) -> None:
    """Assert that every fence is closed by one of its own, and holds no run as long."""
    lines = page.source.split("\n")
    for token in page.tokens:
        if token.type == "fence":
            assert token.map is not None
            assert lines[token.map[1] - 1] == token.markup
            assert token.markup not in token.content


def check_tables(page: Page) -> None:
    """Assert that no row has more or fewer cells than its head."""
    lines = [line for line in page.source.split("\n") if line.startswith("|")]
    assert sum(map(len, page.tables())) + len(page.tables()) == len(lines)
    for table in page.tables():
        assert len({len(cells) for cells in table}) == 1


def check_map(collection: dict[str, Any]) -> None:
    """Assert what RFC 7946 asks of a FeatureCollection."""
    assert collection["type"] == "FeatureCollection"
    for feature in collection["features"]:
        assert feature["type"] == "Feature"
        assert isinstance(feature["properties"], dict)
        if feature["geometry"] is not None:
            check_geometry(feature["geometry"])


def check_geometry(geometry: dict[str, Any]) -> None:
    """Assert that positions are on the map, and that rings are closed, wound and simple."""
    drawn = shape(geometry)
    assert drawn.is_valid
    assert not drawn.is_empty
    west, south, east, north = drawn.bounds
    assert -180 <= west <= east <= 180
    assert -90 <= south <= north <= 90
    polygons = {
        "Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]
    }.get(geometry["type"], [])  # fmt: skip
    for polygon, part in zip(polygons, getattr(drawn, "geoms", [drawn]), strict=False):
        assert all(len(ring) >= 4 and ring[0] == ring[-1] for ring in polygon)
        assert part.exterior.is_ccw
        assert not any(hole.is_ccw for hole in part.interiors)


def check_page(markdown: str, limit: int) -> Page:
    """Assert all of it, and return the page."""
    assert len(markdown.encode()) <= limit
    page = parse(markdown)
    check_inert(page)
    check_fences(page)
    check_tables(page)
    for collection in page.maps():
        check_map(collection)
    return page


def shown(markdown: str) -> str:
    """Return the text that a reader of one paragraph sees."""
    return "".join(token.content for token in parse(markdown).inlines())
