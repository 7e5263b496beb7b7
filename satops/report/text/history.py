"""The events of the ledger, for people: one line each, oldest first."""

from collections.abc import Iterator, Sequence
from typing import Any

from satops.core.safe import safe
from satops.core.words import moment
from satops.report.layout import Block, Line, Row, Table, Tone

_HEADER = ("SEQ", "TIME (UTC)", "EVENT", "NAME", "WHAT")
_TONES = {
    "SubmissionPlaced": Tone.GOOD,
    "OrderAdopted": Tone.GOOD,
    "SubmissionRejected": Tone.ERROR,
    "SubmissionNotSent": Tone.ERROR,
    "SubmissionLeftInDoubt": Tone.WARNING,
    "DoubtSettled": Tone.HEADING,
}


def history_blocks(events: Sequence[dict[str, Any]]) -> Iterator[Block]:
    """Yield the events; an empty history says so."""
    if events:
        yield event_table(events)
    else:
        yield Line("The ledger has no such events.")


def event_table(events: Sequence[dict[str, Any]]) -> Table:
    """Return events as a table."""
    return Table(_HEADER, events, _row, right=frozenset({0}), names=frozenset({3}), has_prose=True)


def _row(event: dict[str, Any]) -> Row:
    kind = str(event["kind"])
    cells = (
        str(event["seq"]),
        moment(event["time"]),
        safe(kind),
        safe(str(event.get("name", ""))),
        safe(_what(kind, event)),
    )
    return Row(cells, _TONES.get(kind, Tone.PLAIN))


def _what(kind: str, event: dict[str, Any]) -> str:
    match kind:
        case "LedgerStarted":
            return f"ledger {event['ledger']}"
        case "RunStarted":
            return _run(event)
        case "SubmissionIntended":
            return f"attempt {event['attempt']}, order {event['order_digest'][:12]}"
        case "SubmissionPlaced":
            return str(event["order_no"])
        case "SubmissionRejected":
            return f"{event['message']} (code {event['code']})"
        case "SubmissionNotSent" | "SubmissionLeftInDoubt":
            return str(event["reason"])
        case "DoubtSettled":
            outcome = f"placed as {event.get('order_no')}" if event["placed"] else "not placed"
            return f"{outcome}, by {event['by']}: {event['because']}"
        case "OrderAdopted":
            return f"{event['order_no']}, by {event['by']}: {event['because']}"
        case "StatusObserved":
            return f"{event['order_no']} has the status {event['status']}"
        case "RunFinished":
            return f"placed {event['placed']} of {event['expected']} expected"
        case _:
            return ""


def _run(event: dict[str, Any]) -> str:
    parts = [event["command"], f"by {event['actor']}" if event.get("actor") else ""]
    if event.get("commit"):
        parts.append(f"at {event['commit'][:12]}")
    if event.get("pull_request"):
        parts.append(f"for {event['pull_request']}")
    parts.append(f"on {event['host']}")
    return " ".join(part for part in parts if part)
