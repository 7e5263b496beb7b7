"""HTML markup whose texts and attributes are always escaped."""

from collections.abc import Iterable
from html import escape
from typing import NewType

from satops.core.safe import safe

Markup = NewType("Markup", str)
"""Safe HTML. Only `text` and `tag` turn other strings into it."""

EMPTY = Markup("")
Value = str | float | None


def text(value: str) -> Markup:
    """Return any text as escaped text on one printable line."""
    return Markup(escape(safe(value), quote=True))


def tag(name: str, *children: Markup, **attributes: Value) -> Markup:
    """Return an element.  `class_` means `class`, `data_v` means `data-v`; None is omitted.

    Attribute values are escaped; `name` and the names of attributes must be constants.
    """
    return Markup(f"<{name}{_attributes(attributes)}>{''.join(children)}</{name}>")


def void(name: str, **attributes: Value) -> Markup:
    """Return an element without content, valid in SVG and HTML."""
    return Markup(f"<{name}{_attributes(attributes)}/>")


def joined(parts: Iterable[Markup], between: Markup = EMPTY) -> Markup:
    """Return the parts joined."""
    return Markup(between.join(parts))


def number(value: float, decimals: int = 1) -> str:
    """Return a coordinate in its shortest form, equal on every machine."""
    shown = f"{value:.{decimals}f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown == "-0" else shown


def link(address: str | None) -> Markup:
    """Return a web address as a link, any other text as text.

    A browser requests it only when a person follows it.
    """
    if not address:
        return EMPTY
    if address.startswith(("https://", "http://")) and safe(address) == address:
        shown = address.removeprefix("https://").removeprefix("http://")
        return tag("a", text(shown), href=address, rel="noreferrer noopener")
    return text(address)


def section(name: str, title: str, *content: Markup) -> Markup:
    """Return a section of the page with its heading."""
    heading = tag("h2", text(title), id=name)
    return tag("section", heading, *content, aria_labelledby=name)


def table(
    caption: str,
    header: Iterable[tuple[str, str]],
    rows: Iterable[Markup],
    *,
    name: str | None = None,
) -> Markup:
    """Return a table that scrolls by itself if it is wider than the page.

    `header` holds title and class of each column, `rows` finished rows.
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
    """Return a row of a table, from content and class of each cell; the first one is its header."""
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
