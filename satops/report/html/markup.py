"""Markup that cannot be broken out of: text and attributes are escaped where they are written."""

from collections.abc import Iterable
from html import escape
from typing import NewType

from satops.core.safe import safe

Markup = NewType("Markup", str)
"""HTML that this package made.  Nothing else becomes one but through `text` and `tag`."""

EMPTY = Markup("")
Value = str | float | None


def text(value: str) -> Markup:
    """Return text from anywhere as text: one line, printable, and inert."""
    return Markup(escape(safe(value), quote=True))


def tag(name: str, *children: Markup, **attributes: Value) -> Markup:
    """Return an element.  `class_` stands for `class`, `data_v` for `data-v`; None is left out.

    Every value of an attribute is escaped; `name` and the names of attributes are our own.
    """
    return Markup(f"<{name}{_attributes(attributes)}>{''.join(children)}</{name}>")


def void(name: str, **attributes: Value) -> Markup:
    """Return an element that has no content, as SVG and HTML both read it."""
    return Markup(f"<{name}{_attributes(attributes)}/>")


def joined(parts: Iterable[Markup], between: Markup = EMPTY) -> Markup:
    """Return parts one after the other."""
    return Markup(between.join(parts))


def number(value: float, decimals: int = 1) -> str:
    """Return a coordinate as short as it can be; the same on every machine."""
    shown = f"{value:.{decimals}f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown == "-0" else shown


def link(address: str | None) -> Markup:
    """Return a web address as a link; anything else as text.

    A browser asks for the address only when somebody follows it.
    """
    if not address:
        return EMPTY
    if address.startswith(("https://", "http://")) and safe(address) == address:
        shown = address.removeprefix("https://").removeprefix("http://")
        return tag("a", text(shown), href=address, rel="noreferrer noopener")
    return text(address)


def section(name: str, title: str, *content: Markup) -> Markup:
    """Return a part of the page, which its heading names."""
    heading = tag("h2", text(title), id=name)
    return tag("section", heading, *content, aria_labelledby=name)


def table(
    caption: str,
    header: Iterable[tuple[str, str]],
    rows: Iterable[Markup],
    *,
    name: str | None = None,
) -> Markup:
    """Return a table that may be wider than the page: it scrolls alone.

    `header` gives title and class of each column, `rows` finished rows.
    """
    titles = (tag("th", text(title), scope="col", class_=kind or None) for title, kind in header)
    whole = tag(
        "table",
        tag("caption", text(caption)),
        tag("thead", tag("tr", *titles)),
        tag("tbody", Markup("\n"), joined(rows, Markup("\n"))),
        id=name,
    )
    return tag("div", whole, class_="scroll", role="region", aria_label=caption, tabindex="0")


def cells(*values: tuple[Markup, str]) -> Markup:
    """Return a row of a table: content and class of each cell; the first one names the row."""
    first, *rest = values
    return tag(
        "tr",
        tag("th", first[0], scope="row", class_=first[1] or None),
        *(tag("td", content, class_=kind or None) for content, kind in rest),
    )


def _attributes(given: dict[str, Value]) -> str:
    written = []
    for name, value in given.items():
        if value is None:
            continue
        shown = safe(value) if isinstance(value, str) else number(value, 3)
        written.append(f' {name.rstrip("_").replace("_", "-")}="{escape(shown, quote=True)}"')
    return "".join(written)
