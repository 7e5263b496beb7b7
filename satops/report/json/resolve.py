"""Settled doubts as JSON."""

from typing import TYPE_CHECKING

from satops.core.safe import encodable
from satops.report.json import Chunks, document

if TYPE_CHECKING:
    from satops.core.ledger.events import DoubtCorrected, DoubtSettled, ForeignNoted, OrderAdopted
    from satops.workflow.adopt_all import Proposal


def settled_json(
    settled: "DoubtSettled | DoubtCorrected | OrderAdopted | ForeignNoted",
) -> Chunks:
    """Yield the settling event."""
    return document(
        {
            "name": getattr(settled, "name", None),
            "event": type(settled).__name__,
            "placed": getattr(settled, "placed", type(settled).__name__ == "OrderAdopted"),
            "order_no": settled.order_no,
            "by": settled.by,
            "because": encodable(settled.because),
        }
    )


def proposal_json(proposal: "Proposal") -> Chunks:
    """Yield the adoptions, and the orders that a person must judge."""
    return document(
        {"digest": proposal.digest},
        adopted=({"name": each.name, "order_no": each.order_no} for each in proposal.adoptions),
        left=(
            {"order_no": order_no, "why": encodable(why)} for order_no, why in proposal.unadopted
        ),
    )
