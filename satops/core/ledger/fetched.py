"""One product that was fetched, as its event says."""

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
    """Where it came from, without the signature."""
    seq: int
    """Of its event."""
    time: str
    """When it was fetched, UTC."""
    run: str
    event: str
    """SHA-256 of the line of its event."""
    title: str | None = None
    """The sender's name of the file."""

    @classmethod
    def of(cls, event: DeliveryFetched, recorded: Recorded) -> Self:
        """Return what an event says, with what its line says beside it."""
        return cls(
            **vars(event),
            seq=recorded.seq,
            time=recorded.time,
            run=recorded.run,
            event=recorded.digest,
        )
