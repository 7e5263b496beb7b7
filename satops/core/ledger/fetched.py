"""One fetched product, with where its event stands in the ledger."""

from typing import Self

from msgspec.structs import asdict

from satops.core.ledger.events import DeliveryFetched
from satops.core.ledger.recorded import Recorded


class Fetched(DeliveryFetched, frozen=True, kw_only=True):
    """A `DeliveryFetched` of the ledger; its `seq` is 0 where nothing was recorded."""

    event: str = ""
    """SHA-256 of the event's line."""

    @classmethod
    def of(cls, event: DeliveryFetched, recorded: Recorded) -> Self:
        """Return the product of an event."""
        return cls(**asdict(event), event=recorded.digest)
