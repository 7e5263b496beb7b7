"""The HTML page: one file that loads no address and needs no script.

Its content security policy allows one style and one script, by their SHA-256, so that an injected
script would not run.
"""

from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

from satops.core.words import counted, moment
from satops.report.html.maps import maps
from satops.report.html.markup import Markup, joined, section, tag, text
from satops.report.html.needs import coming, needs
from satops.report.html.numbers import numbers
from satops.report.html.orders import history, orders
from satops.report.html.subject import Subject
from satops.report.html.timeline import timeline

_PARTS = (
    ("needs", "What needs a person"),
    ("next", "What comes next"),
    ("numbers", "Numbers"),
    ("map", "Map"),
    ("timeline", "Timeline"),
    ("orders", "Orders"),
    ("history", "History"),
    ("check", "How to check this page"),
)


def render(subject: Subject) -> Iterator[bytes]:
    """Yield the page; equal ledger, time and options give equal bytes."""
    script = _file("script.js")
    yield _head(subject).encode()
    for part in (needs, coming, numbers, maps, timeline, orders, history, _check):
        yield part(subject).encode() + b"\n"
    yield f"</main>\n<script>{script}</script>\n</body>\n</html>\n".encode()


def policy() -> str:
    """Return the page's content security policy."""
    style, script = (_hash(_file(name)) for name in ("style.css", "script.js"))
    return (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; base-uri 'none'; "
        "form-action 'none'"
    )


def style() -> str:
    """Return the style sheet of the page and its images."""
    return _file("style.css")


def _head(subject: Subject) -> Markup:
    title = f"Satellite orders, {subject.month or 'all months'}"
    state = subject.rows.reading.state
    about = [
        f"{counted(len(subject.shown), 'order')}, as of {moment(subject.now)} UTC.",
        f"The marketplace is {state.marketplace}." if state.marketplace else "",
        f"Statuses as read on {moment(state.refreshed_at)} UTC." if state.refreshed_at else "",
    ]
    if subject.month:
        about.append(
            f"Numbers, map, timeline and tables are about the orders bought in {subject.month}; "
            "what needs a person is looked for in all."
        )
    if state.marketplace == "sandbox":
        about.append("The marketplace is a sandbox: nothing real was ordered.")
    links = (tag("li", tag("a", text(words), href=f"#{name}")) for name, words in _PARTS)
    return Markup(
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy()}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{tag('title', text(title))}\n<style>{style()}</style>\n</head>\n<body>\n"
        f"<header>{tag('h1', text(title))}{tag('p', text(' '.join(filter(None, about))))}"
        f"{tag('nav', tag('ul', *links), aria_label='Parts of this page')}</header>\n<main>\n"
    )


def _check(subject: Subject) -> Markup:
    """Return how to check the page against the ledger."""
    head = subject.rows.reading.state.head
    facts = [
        ("Ledger", subject.address),
        ("Its id", subject.rows.reading.state.ledger or "none"),
        ("Events read", f"{head.seq:,}"),
        ("Head, the SHA-256 of the last event's line", head.digest),
    ]
    again = f"satops report --at {subject.now} --out again.html"
    again += f" --month {subject.month}" if subject.month else ""
    again += "".join(f" --by {by}" for by in subject.by)
    commands = (
        "satops verify",
        f"satops history --json > events.json   # event {head.seq} is the last one of this page",
        f"{again}   # the same ledger gives the same bytes",
        "sha256sum report.html again.html",
        "tail -n 1 LEDGER.jsonl | tr -d '\\n' | sha256sum   # of a copy up to that event: the head",
    )
    return section(
        "check",
        "How to check this page",
        tag("dl", *(Markup(tag("dt", text(key)) + tag("dd", tag("code", text(value))))
                    for key, value in facts)),
        tag("p", text("This page is made from the ledger alone, and is never read back.")),
        tag("pre", tag("code", joined(map(text, commands), Markup("\n"))), tabindex="0"),
    )  # fmt: skip


@cache
def _file(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")


def _hash(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode()}"
