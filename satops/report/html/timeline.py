"""The timeline: windows of orders as bars, with a line for today."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from satops.core.words import counted
from satops.report.html.markup import Markup, number, section, tag, text, void
from satops.report.html.subject import KINDS, Subject, kind, window_of
from satops.workflow.rows import Row

ROWS_MAX = 150
_BEFORE, _AFTER = timedelta(days=120), timedelta(days=400)
"""Largest extent of the axis before and after today."""
_NAME_WIDTH, _WIDTH, _ROW, _TOP = 230.0, 960.0, 18.0, 34.0
_NAME_MAX = 34
"""Characters."""
_Scale = Callable[[datetime], float]
"""Time to x."""


def timeline(subject: Subject) -> Markup:
    """Return the windows nearest to today, by their start."""
    dated = [row for row in subject.shown if row.order.start and row.is_spent]
    shown = sorted(dated, key=lambda row: _from_today(row, subject.now))[:ROWS_MAX]
    shown.sort(key=lambda row: (row.order.start, row.name))
    if not shown:
        return section("timeline", "Timeline", tag("p", text("No order has a window.")))
    title = f"Windows of {counted(len(shown), 'order')}; today is {subject.now[:10]}"
    whole = tag(
        "div", drawing(shown, subject.now, title), class_="scroll", role="region", aria_label=title,
        tabindex="0",
    )  # fmt: skip
    left = len(dated) - len(shown)
    note = [] if left <= 0 else [tag(
        "p", text(f"Shown: the {len(shown):,} windows nearest to today. The table of orders has "
                  f"the other {left:,}."), class_="note")]  # fmt: skip
    return section("timeline", "Timeline", whole, *note)


def _from_today(row: Row, now: str) -> tuple[float, str]:
    """Return the sort key of a window's distance from now; 0 for an open one."""
    if row.order.start <= now <= row.order.end:
        return 0.0, row.name
    edge = row.order.start if row.order.start > now else row.order.end
    return abs((_moment(edge) - _moment(now)).total_seconds()), row.name


def drawing(rows: Sequence[Row], now: str, title: str) -> Markup:
    """Return the windows of some orders as SVG, in order."""
    today = _moment(now)
    begin = max(min(_moment(row.order.start) for row in rows), today - _BEFORE)
    end = min(max(_moment(row.order.end) for row in rows), today + _AFTER)
    begin, end = min(begin, today) - timedelta(days=2), max(end, today) + timedelta(days=2)
    span = (end - begin).total_seconds()

    def x(moment: datetime) -> float:
        share = (moment - begin).total_seconds() / span
        return _NAME_WIDTH + min(max(share, 0.0), 1.0) * (_WIDTH - _NAME_WIDTH)

    high = _TOP + _ROW * len(rows) + 6
    drawn = [*_months(begin, end, x, high)]
    for index, row in enumerate(rows):
        y = _TOP + _ROW * index
        left, right = x(_moment(row.order.start)), x(_moment(row.order.end))
        said = f"{row.name}: {window_of(row)}, {KINDS[kind(row)]}"
        drawn += [
            tag("text", text(_short(row.name)), x=4, y=number(y + 12), class_="name"),
            tag("rect", tag("title", text(said)), class_=f"bar {kind(row)}", x=number(left),
                y=number(y + 3), width=number(max(right - left, 2)), height=11, rx=2),
        ]  # fmt: skip
    at = number(x(today))
    drawn += [
        void("path", class_="today", d=f"M{at} {_TOP - 6:g}V{number(high)}"),
        tag("text", text("today"), x=at, y=_TOP - 10, class_="today-name"),
    ]
    return tag(
        "svg", *drawn, class_="timeline", viewBox=f"0 0 {_WIDTH:g} {number(high)}",
        role="img", aria_label=title,
    )  # fmt: skip


def _months(begin: datetime, end: datetime, x: _Scale, high: float) -> Iterator[Markup]:
    """Yield a line for each month's first day, labelled as space allows."""
    day = date(begin.year, begin.month, 1)
    last = float("-inf")
    while (moment := datetime(day.year, day.month, 1, tzinfo=UTC)) <= end:
        if moment >= begin:
            at = x(moment)
            yield void("path", class_="grid", d=f"M{number(at)} {_TOP - 4:g}V{number(high)}")
            if at - last > 60 and at < _WIDTH - 50:
                shown = f"{day:%Y-%m}"
                yield tag("text", text(shown), x=number(at + 3), y=10, class_="tick")
                last = at
        day = (day + timedelta(days=32)).replace(day=1)


def _short(name: str) -> str:
    if len(name) <= _NAME_MAX:
        return name
    return f"{name[: _NAME_MAX - 14]}…{name[-13:]}"


def _moment(instant: str) -> datetime:
    return datetime.fromisoformat(instant)
