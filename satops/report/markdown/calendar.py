"""The windows of a plan as a Mermaid gantt chart.

Times are UTC, without the offset that Mermaid cannot read.  The number of bars is limited, since
labels would overlap.
"""

from collections.abc import Sequence
from typing import NamedTuple

from satops.core.plan.plan import ActionKind, Plan
from satops.report.markdown.escape import label
from satops.report.markdown.page import Block, Rank, fenced, whole
from satops.report.series import by_series
from satops.report.subject import SIGNS, subject

ROWS_MAX = 40
_ROWS_FEW = 12
_LABEL_MAX = 48
_SECTIONS = {ActionKind.CREATE: "To create", ActionKind.HOLD: "On hold"}


class _Bar(NamedTuple):
    kind: ActionKind
    name: str
    start: str
    end: str


def calendar(plan: Plan) -> Block:
    """Return the windows of orders to create and on hold, earliest first.

    A series is one bar, from its first window to its last.
    """
    bars: list[_Bar] = []
    for kind in _SECTIONS:
        shown = (a for a in plan.of(kind) if subject(a).start is not None)
        series, alone = by_series(shown)
        found = [_Bar(kind, row.name, *row.span) for row in series]
        for action in alone:
            facts = subject(action)
            found.append(_Bar(kind, action.name, facts.start or "", facts.end or ""))
        bars += sorted(found, key=lambda bar: (bar.start, bar.name))
    if not bars:
        return Block(Rank.CALENDAR, "")
    steps = tuple(whole(_chart(bars, most)) for most in (ROWS_MAX, _ROWS_FEW))
    return Block(Rank.CALENDAR, "", steps, share=0.2)


def _chart(bars: Sequence[_Bar], most: int) -> str:
    lines = ["gantt", "    dateFormat YYYY-MM-DD HH:mm", "    axisFormat %Y-%m-%d",
             "    todayMarker off"]  # fmt: skip
    kind = None
    for bar in bars[:most]:
        if bar.kind is not kind:
            kind = bar.kind
            lines.append(f"    section {_SECTIONS[kind]}")
        # The sign keeps a name such as `section` from being a keyword.
        name = f"{SIGNS[kind]} {label(bar.name, _LABEL_MAX)}"
        lines.append(f"    {name} :{_minute(bar.start)}, {_minute(bar.end)}")
    shown = "" if len(bars) <= most else f" The {most} earliest of {len(bars):,} are shown."
    return f"### Windows\n\n{fenced('mermaid', chr(10).join(lines))}\n\nTimes are UTC.{shown}"


def _minute(instant: str) -> str:
    return instant[:16].replace("T", " ")
