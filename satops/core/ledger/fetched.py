"""One product that was fetched, as its event says."""

from dataclasses import dataclass
from typing import Any, Self


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
    def of(cls, event: dict[str, Any], digest: str) -> Self:
        """Read an event, whose line has a digest."""
        return cls(
            name=event["name"],
            order_no=event["order_no"],
            product=event["product"],
            size=event["size"],
            sha256=event["sha256"],
            content_type=event["content_type"],
            address=event["address"],
            seq=event["seq"],
            time=event["time"],
            run=event["run"],
            event=digest,
            title=event.get("title"),
        )
