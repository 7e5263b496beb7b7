"""The message of a ledger's commit: `git log` is the audit."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from satops.core import json_text

_NAMES_MAX = 40
_TEXT_MAX = 200

_VERBS = {
    "DoubtSettled": "settle",
    "OrderAdopted": "adopt",
    "SubmissionPlaced": "record",
    "SubmissionRejected": "record",
    "SubmissionNotSent": "record",
    "SubmissionLeftInDoubt": "record",
    "StatusObserved": "observe",
    "SubmissionIntended": "place",
}
"""The verb for each kind of event, in the order of a commit's subject."""
_OTHERWISE = {
    "LedgerStarted": "Start the ledger",
    "RunFinished": "Finish the run",
    "RunStarted": "Start the run",
}


class Messages(Struct):
    """Writes commit messages; only the first append of a run names its plan and actor."""

    _runs: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Plan and actor of each run."""

    def of(self, lines: Sequence[bytes], *, head: str, append: str, note: str = "") -> str:
        """Return the message for a commit of these lines; `append` makes it unique.

        Two writers with equal lines must make different commits, since only one may win.
        """
        events = [event for event in map(_event, lines) if event]
        for event in events:
            if event.get("kind") == "RunStarted":
                known = (_word(event.get("plan_digest")), _word(event.get("actor")))
                self._runs[str(event.get("run"))] = known
        run = events[-1].get("run") if events else None
        plan, actor = self._runs.get(str(run), ("", ""))
        trailers = {
            "Run": _word(run), "Plan": plan, "Actor": actor, "Head": head, "Append": append,
            "Note": note,
        }  # fmt: skip
        kept = [f"{name}: {value}" for name, value in trailers.items() if value]
        body = list(_body(events))
        return "\n".join([_subject(events), "", *body, *([""] if body else []), *kept]) + "\n"


def _event(line: bytes) -> dict[str, Any]:
    try:
        event = json_text.loads(line)
    except json_text.NotJson:
        return {}
    return event if isinstance(event, dict) else {}


def _subject(events: Sequence[Mapping[str, Any]]) -> str:
    kinds = [str(event.get("kind")) for event in events]
    counted = Counter(_VERBS[kind] for kind in kinds if kind in _VERBS)
    parts = [
        _count(verb, counted[verb]) for verb in dict.fromkeys(_VERBS.values()) if counted[verb]
    ]
    if parts:
        return ", ".join(parts).capitalize()
    return next((_OTHERWISE[kind] for kind in _OTHERWISE if kind in kinds), "Append to the ledger")


def _count(verb: str, count: int) -> str:
    return f"{verb} {count} order{'' if count == 1 else 's'}"


def _body(events: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    said = [line for line in map(_what, events) if line]
    yield from said[:_NAMES_MAX]
    if len(said) > _NAMES_MAX:
        yield f"- and {len(said) - _NAMES_MAX} more"


def _what(event: Mapping[str, Any]) -> str:
    name, number = _word(event.get("name")), _word(event.get("order_no"))
    match event.get("kind"):
        case "SubmissionIntended":
            return f"- {name}: about to be sent"
        case "SubmissionPlaced" | "OrderAdopted":
            return f"- {name}: {number}"
        case "SubmissionRejected":
            return f"- {name}: rejected"
        case "SubmissionNotSent":
            return f"- {name}: not sent"
        case "SubmissionLeftInDoubt":
            return f"- {name}: in doubt"
        case "DoubtSettled":
            return f"- {name}: {number or 'was not placed'}"
        case "StatusObserved":
            return f"- {name}: status {_word(event.get('status'))}"
        case _:
            return ""


def _word(value: object) -> str:
    """Return text on one line that is neither a git trailer nor a terminal control sequence."""
    text = "" if value is None else str(value)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_TEXT_MAX]
