"""The orders that need a person, and the coming ones."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from satops.core.ledger.order_state import Standing
from satops.core.words import counted, moment
from satops.report.html.markup import EMPTY, Markup, cells, section, table, tag, text
from satops.report.html.subject import Subject, day_after, mark, name_of, window_of
from satops.workflow.rows import Row

LISTED_MAX = 200
"""Orders under one heading; the table has all."""


class _Need(NamedTuple):
    title: str
    what: str
    """Meaning and remedy."""
    command: str
    wanted: Callable[[Row], bool]
    detail: Callable[[Row], str]


def needs(subject: Subject) -> Markup:
    """Return every order that needs a person, by importance.

    The whole ledger is searched, even if the report is about one month.
    """
    rows = list(subject.rows)
    found: list[Markup] = []
    for need in _needs(subject):
        concerned = [row for row in rows if need.wanted(row)]
        if concerned:
            found.append(_listed(need, concerned))
    found += _foreign(subject)
    found += _unread(subject)
    if not found:
        found.append(tag("p", text("Nothing needs a person.")))
    return section("needs", "What needs a person", *found)


def coming(subject: Subject) -> Markup:
    """Return the orders due this week and next week, by the window's end in UTC."""
    today = date.fromisoformat(subject.now[:10])
    monday = day_after(subject.now, 7 - today.weekday())
    second = day_after(monday, 7)
    weeks = (
        (f"Due this week, until {day_after(monday, -1)}", "", monday),
        (f"Due next week, {monday} to {day_after(second, -1)}", monday, second),
        ("Due later", second, ""),
    )
    parts = []
    for title, begin, end in weeks:
        due = [row for row in subject.coming if _in(_last_day(row), begin, end)]
        if due:
            parts.append(_due(title, due))
        else:
            parts += [tag("h3", text(title)), tag("p", text("No window ends then."))]
    return section("next", "What comes next", *parts)


def _needs(subject: Subject) -> Iterator[_Need]:
    state = subject.rows.reading.state
    gone = set(state.not_listed)
    differs = {
        act.name: ", ".join(act.fields.get("differs", ()))
        for act in subject.rows.reading.acts
        if act.kind == "PurchaseCompared"
    }
    yield _Need(
        "In doubt", "Each of these may exist at the marketplace. Never order it again by hand.",
        "satops reconcile", lambda row: row.standing is Standing.IN_DOUBT,
        lambda row: row.order.reason,
    )  # fmt: skip
    yield _Need(
        "Bought more than once", "The marketplace holds more than one order for each of these.",
        "satops show NAME", lambda row: row.order.held > 1,
        lambda row: ", ".join(row.order.order_nos),
    )  # fmt: skip
    yield _Need(
        "Not shown by the marketplace any more", "Ours, and missing at the last refresh: deleted, "
        "or the token is of another account.", "satops show NAME",
        lambda row: bool(gone.intersection(row.order.order_nos)),
        lambda row: ", ".join(row.order.order_nos),
    )  # fmt: skip
    yield _Need(
        "Not as it was reviewed", "What was bought differs from what was reviewed.",
        "satops show NAME", lambda row: row.name in differs, lambda row: differs[row.name],
    )  # fmt: skip
    yield _Need(
        "Failed", "The marketplace says that it could not take the image.",
        "satops new NAME", lambda row: row.seen.is_failed, lambda row: row.order.order_no or "",
    )  # fmt: skip
    yield _Need(
        "Overdue", "The window is over, and nothing was delivered.",
        "satops refresh", lambda row: row.is_overdue,
        lambda row: f"{_days_late(row, subject.now)} since the end of the window",
    )  # fmt: skip
    yield _Need(
        "Not bought", "Rejected, or not sent. Each is tried again as long as its spec is there.",
        "satops plan", lambda row: not row.is_spent, lambda row: row.order.reason,
    )  # fmt: skip
    yield _Need(
        "Not verified", "Carried from a ledger whose chain is broken.", "satops show NAME",
        lambda row: not row.order.verified, lambda row: row.order.reason,
    )  # fmt: skip


def _listed(need: _Need, concerned: list[Row]) -> Markup:
    lines = (
        cells(
            (name_of(row), ""), (mark(row), "state"), (text(window_of(row)), "window"),
            (labels_of(row), ""), (text(need.detail(row)), ""),
        )
        for row in concerned[:LISTED_MAX]
    )  # fmt: skip
    header = [("Order", ""), ("State", ""), ("Window (UTC)", ""), ("Labels", ""), ("Why", "")]
    todo = tag("p", text(f"{need.what} Next: "), tag("code", text(need.command)))
    title = f"{need.title}: {counted(len(concerned), 'order')}"
    return tag(
        "div", tag("h3", text(title)), todo, table(title, header, lines), _more(concerned),
        class_="need",
    )  # fmt: skip


def labels_of(row: Row) -> Markup:
    """Return the labels of an order on one line."""
    labels = [f"{key}: {value}" for key, value in sorted(row.labels.items())]
    return text("; ".join(labels))


def _foreign(subject: Subject) -> Iterator[Markup]:
    """Yield the foreign orders of the account that the ledger knows of."""
    reading = subject.rows.reading
    seen = {no: act for act in reading.acts for no in act.fields.get("foreign", ())}
    left = [
        no for no in seen if no not in reading.state.claimed and no not in reading.state.foreign
    ]
    if not left:
        return
    title = f"Foreign: {counted(len(left), 'order')}"
    lines = [
        cells((text(no), ""), (text(f"{moment(seen[no].time)} UTC"), ""))
        for no in left[:LISTED_MAX]
    ]
    todo = tag(
        "p", text("Orders of the account that no name holds. Next: "),
        tag("code", text("satops adopt NAME ORDER_NO")), text(" or "),
        tag("code", text("satops foreign ORDER_NO")),
    )  # fmt: skip
    header = [("Order number", ""), ("Seen on", "")]
    yield tag("div", tag("h3", text(title)), todo, table(title, header, lines), class_="need")


def _unread(subject: Subject) -> Iterator[Markup]:
    at = subject.rows.reading.state.refreshed_at
    placed = sum(row.standing is Standing.PLACED for row in subject.rows)
    if at or not placed:
        return
    yield tag(
        "div", tag("h3", text("No status was ever read")),
        tag("p", text("So nobody knows what is delivered or late. Next: "),
            tag("code", text("satops refresh"))),
        class_="need",
    )  # fmt: skip


def _due(title: str, due: list[Row]) -> Markup:
    lines = (
        cells(
            (name_of(row), ""), (mark(row), "state"), (text(window_of(row)), "window"),
            (text(_last_day(row)), "window"), (labels_of(row), ""),
        )
        for row in due[:LISTED_MAX]
    )  # fmt: skip
    header = [
        ("Order", ""), ("State", ""), ("Window (UTC)", ""), ("Last day (UTC)", ""), ("Labels", ""),
    ]  # fmt: skip
    whole = f"{title}: {counted(len(due), 'order')}"
    return tag("div", tag("h3", text(whole)), table(whole, header, lines), _more(due))


def _more(rows: list[Row]) -> Markup:
    left = len(rows) - LISTED_MAX
    if left <= 0:
        return EMPTY
    return tag("p", text(f"And {left:,} more: the table of orders has all of them."), class_="note")


def _last_day(row: Row) -> str:
    """Return the last day of the window."""
    end = row.order.end
    return day_after(end, -1) if end[11:] == "00:00:00Z" else end[:10]


def _in(day: str, begin: str, end: str) -> bool:
    return day >= begin and (not end or day < end)


def _days_late(row: Row, now: str) -> str:
    late = date.fromisoformat(now[:10]) - date.fromisoformat(row.order.end[:10])
    return counted(late.days, "day")
