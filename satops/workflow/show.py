"""All that is known of one order name."""

from msgspec import Struct

from satops.core.ledger.events import RunStarted
from satops.core.ledger.order_state import OrderState
from satops.core.ledger.recorded import Recorded
from satops.core.order.status import Status
from satops.core.spec.spec import Spec


class Shown(Struct, frozen=True):
    """What the tree and the ledger know of one order name."""

    name: str
    known: OrderState | None
    status: Status
    """The marketplace's, as last read."""
    spec: Spec | None
    events: tuple[Recorded, ...]
    now: str
    started: RunStarted | None = None
    """The event that began the run of its submission."""
