"""The provenance of a product as text."""

from collections.abc import Iterator

from satops.core.safe import safe
from satops.core.words import moment
from satops.report.layout import BLANK, Block, Row, Table
from satops.report.text.download import size_words
from satops.workflow.trace import Traced, TraceReport


def trace_blocks(report: TraceReport) -> Iterator[Block]:
    """Yield the facts of each order that delivered the bytes."""
    for number, traced in enumerate(report.found):
        if number:
            yield BLANK
        facts = [(title, text) for title, text in _facts(report, traced) if text]
        yield Table(("", ""), facts, lambda fact: Row(fact), has_prose=True)


def _facts(report: TraceReport, traced: Traced) -> Iterator[tuple[str, str]]:
    fetched, order, origin = traced.fetched, traced.order, traced.origin
    yield "Order", safe(fetched.name)
    yield "Order number", safe(fetched.order_no)
    yield "Product", safe(fetched.product)
    yield "Sender's name", safe(fetched.title or "")
    yield "Content", f"{safe(fetched.content_type)}, {size_words(fetched.size)}"
    yield "SHA-256", fetched.sha256
    yield "Fetched (UTC)", moment(fetched.time)
    yield "Fetched from", safe(fetched.address)
    yield "Event", f"{fetched.seq} of {safe(report.ledger)}, SHA-256 {fetched.event}"
    yield "Bought (UTC)", moment(order.intended_at) if order.intended_at else ""
    yield "Bought from", safe(str(order.source.get("file", "")))
    yield "Order digest", order.order_digest or ""
    yield "Run", safe(order.run)
    yield "By", safe(str(traced.run.get("actor") or ""))
    yield "CI run", safe(str(traced.run.get("run_url") or ""))
    yield "Commit", safe(str(origin["commit"] or ""))
    if origin["committed"] is False:
        yield "", "the bytes that were bought are not those of the commit"
    yield "Pull request", safe(str(origin["pull_request"] or ""))
    yield "Approved by", safe(", ".join(map(str, origin["approvals"] or ())))
