"""The provenance of a product as JSON."""

from typing import TYPE_CHECKING

from satops.report.json import Chunks, document

if TYPE_CHECKING:
    from satops.workflow.trace import TraceReport


def trace_json(report: "TraceReport") -> Chunks:
    """Yield the provenance of a product."""
    return document(
        {"sha256": report.sha256, "ledger": report.ledger},
        found=(
            {
                "name": it.fetched.name,
                "order_no": it.fetched.order_no,
                "product": it.fetched.product,
                "size": it.fetched.size,
                "content_type": it.fetched.content_type,
                "title": it.fetched.title,
                "address": it.fetched.address,
                "fetched_at": it.fetched.time,
                "seq": it.fetched.seq,
                "event": it.fetched.event,
                "bought_at": it.order.intended_at or None,
                "file": it.order.source.get("file"),
                "order_digest": it.order.order_digest,
                "run": it.order.run or None,
                "actor": it.run.get("actor"),
                "run_url": it.run.get("run_url"),
                **it.origin,
            }
            for it in report.found
        ),
    )
