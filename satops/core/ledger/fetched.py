"""One fetched product, with where its event stands in the ledger."""

from dataclasses import dataclass
from typing import Self

from satops.core.ledger.events import DeliveryFetched
from satops.core.ledger.recorded import Recorded


@dataclass(frozen=True, slots=True)
class Fetched:
    """A `DeliveryFetched` of the ledger."""

    name: str
    order_no: str
    product: str
    size: int
    """Bytes."""
    sha256: str
    content_type: str
    address: str
    """URL of the product without its signature."""
    seq: int
    """`seq` of the event."""
    time: str
    """When the event was appended, UTC."""
    run: str
    event: str
    """SHA-256 of the event's line."""
    title: str | None = None
    """File name that the server gave."""

    @classmethod
    def of(cls, event: DeliveryFetched, recorded: Recorded) -> Self:
        """Return the product of an event, with `seq`, time and run of its line."""
        return cls(
            **vars(event),
            seq=recorded.seq,
            time=recorded.time,
            run=recorded.run,
            event=recorded.digest,
        )
