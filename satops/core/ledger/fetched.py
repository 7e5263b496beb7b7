"""One fetched product, with where its event stands in the ledger."""

from typing import Self

from msgspec.structs import asdict

from satops.core.ledger.events import DeliveryFetched
from satops.core.ledger.recorded import Recorded


class Fetched(DeliveryFetched, frozen=True, kw_only=True):
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
            **asdict(event),
            seq=recorded.seq,
            time=recorded.time,
            run=recorded.run,
            event=recorded.digest,
        )
