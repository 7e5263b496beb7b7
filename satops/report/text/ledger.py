"""The ledger as text: one order in full, and events."""

from collections.abc import Iterator, Sequence
from typing import Any

from satops.core.ledger.events import (
    DoubtSettled,
    Event,
    LedgerStarted,
    OrderAdopted,
    RunFinished,
    RunStarted,
    StatusObserved,
    SubmissionIntended,
    SubmissionLeftInDoubt,
    SubmissionNotSent,
    SubmissionPlaced,
    SubmissionRejected,
    order_fields,
)
from satops.core.ledger.order_state import Described
from satops.core.ledger.recorded import Recorded
from satops.core.ledger.state import OrderState, Standing
from satops.core.order.status import Status
from satops.core.safe import safe
from satops.core.spec.spec import Spec
from satops.core.words import about, listed, moment, money
from satops.report.layout import BLANK, Block, Line, Row, Table, Tone, command
from satops.report.subject import known_subject, provenance
from satops.report.text.rows import words
from satops.workflow.show import Shown

_HISTORY_HEADER = ("SEQ", "TIME (UTC)", "EVENT", "NAME", "WHAT")
_EVENT_TONES: dict[type[Event], Tone] = {
    SubmissionPlaced: Tone.GOOD,
    OrderAdopted: Tone.GOOD,
    SubmissionRejected: Tone.ERROR,
    SubmissionNotSent: Tone.ERROR,
    SubmissionLeftInDoubt: Tone.WARNING,
    DoubtSettled: Tone.HEADING,
}
_CORNERS_MAX = 12
_DECIMALS = 5
"""Decimals of a corner: about one metre."""
_CHOSEN_MAX = 5
_DIGEST_WIDTH = 12


def show_blocks(shown: Shown) -> Iterator[Block]:
    """Yield everything that tree and ledger hold of one order."""
    known, events = shown.known, shown.events
    facts = list(_spec_facts(shown.spec))
    if known is not None:
        facts += _ledger_facts(known, shown.status, shown.now)
        facts += _origin(provenance(known, events, shown.started))
    facts += _shape(shown.spec, events)
    yield Table(("", ""), facts, lambda fact: Row((fact[0], fact[1])), has_prose=True)
    if known is not None and known.standing_at(shown.now) is Standing.IN_DOUBT:
        yield BLANK
        yield Line("This order may exist. To look it up at the marketplace:", Tone.WARNING)
        yield command("satops reconcile")
    if events:
        yield BLANK
        yield event_table(events)


def _shape(spec: Spec | None, events: Sequence[Recorded]) -> Iterator[tuple[str, str]]:
    """Yield the sent outline, or else the spec's, to compare with a candidate."""
    contents = [found.event.order for found in events if isinstance(found.event, Described)]
    sent = [order_fields(order)["geometry"]["coordinates"] for order in contents if order]
    rings = sent[-1] if sent else spec.order.rings if spec is not None else ()
    for number, ring in enumerate(rings):
        corners = ", ".join(
            f"{round(x, _DECIMALS)} {round(y, _DECIMALS)}" for x, y in ring[:_CORNERS_MAX]
        )
        more = f" and {len(ring) - _CORNERS_MAX:,} more corners" if ring[_CORNERS_MAX:] else ""
        yield ("Shape (lon lat)" if number == 0 else f"Hole {number}"), corners + more


def history_blocks(events: Sequence[Recorded]) -> Iterator[Block]:
    """Yield the events, or that there are none."""
    if events:
        yield event_table(events)
    else:
        yield Line("The ledger has no such events.")


def event_table(events: Sequence[Recorded]) -> Table:
    """Return events as a table."""
    return Table(
        _HISTORY_HEADER,
        events,
        _event_row,
        right=frozenset({0}),
        names=frozenset({3}),
        has_prose=True,
    )


def _spec_facts(spec: Spec | None) -> Iterator[tuple[str, str]]:
    if spec is None:
        yield "Spec", "not in the tree"
        return
    yield "Name", safe(spec.name)
    yield "Spec", safe(f"{spec.source.file}:{spec.source.line}")
    if spec.description:
        yield "Description", safe(spec.description)
    for key, value in (spec.labels or {}).items():
        yield f"Label {safe(key)}", safe(value)
    if spec.supersedes:
        yield "Supersedes", safe(spec.supersedes)
    yield "Order digest", spec.order.digest[:_DIGEST_WIDTH]


def _ledger_facts(known: OrderState, status: Status, now: str) -> Iterator[tuple[str, str]]:
    facts = known_subject(known)
    yield "State", words(known.standing_at(now))
    if known.order_no:
        numbers = (known.order_no, *known.further_order_nos)
        yield "Order number", safe(", ".join(numbers))
    if known.same_as:
        yield "Shared with", f"{safe(known.same_as)}: one order for both, counted once"
    if known.run:
        yield "Run", safe(known.run)
    if known.placed_at:
        yield "Placed (UTC)", moment(known.placed_at)
    if known.reason:
        yield "Reason", safe(known.reason)
    if status.words:
        yield "Status", status.words
    if facts.provider:
        yield "Sensor", safe(facts.sensor)
        yield "Place", facts.location
        yield "Area", f"{facts.area} km²"
        if facts.details:
            yield "Terms", safe(", ".join(facts.details))
        yield "Window (UTC)", facts.window
    yield from _money_facts(known)
    yield "Placed from", safe(str(known.source.get("file", "?")))
    digest = known.order_digest and known.order_digest[:_DIGEST_WIDTH]
    yield "Digest in ledger", digest or "not known: the order was adopted"


def _money_facts(known: OrderState) -> Iterator[tuple[str, str]]:
    """Yield the estimate, the marketplace's amount, and their difference if the currencies are
    equal.
    """
    if known.estimated_cost is not None:
        yield "Estimated cost", about(known.estimated_cost, safe(known.currency or ""))
    if known.amount is None:
        return
    currency = safe(known.amount_currency or "")
    yield "Amount", money(known.amount, currency)
    if known.estimated_cost is not None and currency and known.currency == known.amount_currency:
        yield "Difference", money(known.amount - known.estimated_cost, currency)


def _origin(origin: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the provenance of an order."""
    if origin["actor"]:
        yield "Bought by", safe(origin["actor"])
    if origin["run_url"]:
        yield "Run at", safe(origin["run_url"])
    if origin["commit"]:
        differs = ", and the bytes differed from it" if origin["committed"] is False else ""
        yield "Commit", safe(origin["commit"]) + differs
    elif origin["committed"] is False:
        yield "Commit", "none: the spec was not committed"
    if origin["pull_request"]:
        yield "Pull request", safe(origin["pull_request"])
    if origin["approvals"] is not None:
        yield "Approved by", safe(", ".join(origin["approvals"]) or "nobody")


def _event_row(found: Recorded) -> Row:
    cells = (
        str(found.seq),
        moment(found.time),
        found.kind,
        safe(found.name or ""),
        safe(_what(found)),
    )
    return Row(cells, _EVENT_TONES.get(type(found.event), Tone.PLAIN))


def _what(found: Recorded) -> str:
    match found.event:
        case LedgerStarted(ledger=ledger):
            return f"ledger {ledger}"
        case RunStarted() as started:
            return _run(started)
        case SubmissionIntended() as intent:
            digest = intent.order_digest[:_DIGEST_WIDTH]
            return f"attempt {intent.attempt} by run {found.run}, order {digest}"
        case SubmissionPlaced(order_no=order_no):
            return order_no
        case SubmissionRejected() as rejected:
            return f"{rejected.message} (code {rejected.code})"
        case SubmissionNotSent(reason=reason) | SubmissionLeftInDoubt(reason=reason):
            return reason
        case DoubtSettled() as settled:
            outcome = f"placed as {settled.order_no}" if settled.placed else "not placed"
            return f"{outcome}, by {settled.by}: {settled.because}"
        case OrderAdopted() as adopted:
            return f"{adopted.order_no}, by {adopted.by}: {adopted.because}"
        case StatusObserved() as seen:
            return f"{seen.order_no} has the status {seen.status}"
        case RunFinished() as finished:
            return f"placed {finished.placed} of {finished.expected} expected"
        case _:
            return ""


def _run(started: RunStarted) -> str:
    chosen = [*(started.names or ()), *(started.labels or ())]
    parts = [
        started.command,
        f"by {started.actor}" if started.actor else "",
        f"of {listed(chosen, _CHOSEN_MAX)}" if chosen else "",
        f"at {started.commit[:12]}" if started.commit else "",
        f"for {started.pull_request}" if started.pull_request else "",
        f"on {started.host}",
    ]
    return " ".join(part for part in parts if part)
