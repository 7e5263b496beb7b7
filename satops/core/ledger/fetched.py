"""One fetched product, with where its event stands in the ledger."""

from dataclasses import dataclass
from typing import Self

from satops.core.ledger.events import DeliveryFetched
from satops.core.ledger.recorded import Recorded


@dataclass(frozen=True, kw_only=True)
class Fetched(DeliveryFetched):
    """A `DeliveryFetched` of the ledger."""

    seq: int = 0
    """`seq` of the event; 0 where nothing was recorded."""
    time: str = ""
    """When the event was appended, UTC."""
    run: str = ""
    event: str = ""
    """SHA-256 of the event's line."""

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
