"""The windows of a plan as a Mermaid gantt chart.

Times are UTC and are written without a zone, which Mermaid cannot read.  Its labels run into each
other when there are many, so only so many are drawn.
"""

from collections.abc import Sequence

from satops.core.plan.plan import Action, ActionKind, Plan
from satops.report.markdown.escape import label
from satops.report.markdown.page import Block, Rank, fenced, whole
from satops.report.subject import subject
from satops.report.text.plan import SIGNS

ROWS_MAX = 40
_ROWS_FEW = 12
_LABEL_MAX = 48
_SECTIONS = {ActionKind.CREATE: "To create", ActionKind.HOLD: "On hold"}


def calendar(plan: Plan) -> Block:
    """Return the windows of what would be bought and of what is on hold, earliest first."""
    actions = [a for a in plan.actions if a.kind in _SECTIONS and subject(a).start is not None]
    if not actions:
        return Block(Rank.CALENDAR, "")
    order = list(_SECTIONS)
    actions.sort(key=lambda a: (order.index(a.kind), subject(a).start or "", a.name))
    steps = tuple(whole(_chart(actions, most)) for most in (ROWS_MAX, _ROWS_FEW))
    return Block(Rank.CALENDAR, "", steps, share=0.2)


def _chart(actions: Sequence[Action], most: int) -> str:
    lines = ["gantt", "    dateFormat YYYY-MM-DD HH:mm", "    axisFormat %Y-%m-%d",
             "    todayMarker off"]  # fmt: skip
    kind = None
    for action in actions[:most]:
        if action.kind is not kind:
            kind = action.kind
            lines.append(f"    section {_SECTIONS[kind]}")
        facts = subject(action)
        # The sign in front keeps a name such as `section` from being read as a keyword.
        name = f"{SIGNS[kind]} {label(action.name, _LABEL_MAX)}"
        lines.append(f"    {name} :{_minute(facts.start)}, {_minute(facts.end)}")
    shown = "" if len(actions) <= most else f" The {most} earliest of {len(actions):,} are shown."
    return f"### Windows\n\n{fenced('mermaid', chr(10).join(lines))}\n\nTimes are UTC.{shown}"


def _minute(instant: str | None) -> str:
    return (instant or "")[:16].replace("T", " ")
