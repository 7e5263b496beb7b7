"""An offer describes one marketplace's kind of order to satops.

Core reads an order's name, labels, provider, outline and window, and knows its canonical bytes and
digest.  All further fields are its terms, which only the offer understands.  Core gets the offer as
a value; each offer is a folder of `satops/offers/`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import ModuleType
from typing import Any, Protocol

from msgspec import Struct

from satops.core.finding import Finding
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.order.modes import Mode
from satops.core.order.order import Order, Terms
from satops.core.order.status import Status
from satops.core.plan.config import MarketplaceConfig

Agreement = tuple[bool | None, str]
"""Whether a listed term equals the ordered one, None if not listed; and its text."""


class Dated(Protocol):
    """Terms and window of an order, from its spec or from the ledger."""

    @property
    def terms(self) -> Terms:
        """The offer's own fields."""

    @property
    def start(self) -> str:
        """UTC, canonical."""

    @property
    def end(self) -> str:
        """UTC, canonical."""


class Flag(Struct, frozen=True):
    """An option of `satops new` that sets a term."""

    field: str
    """Field of the spec under `order:`."""
    name: str
    """`--max-cloud`."""
    metavar: str
    help: str
    kind: type[int] | type[str]
    written: Callable[[Any], object] = lambda value: value
    """Returns the field's value for the option's value."""
    of_mode: bool = False
    """Whether it chooses the mode; a series may have several."""
    fits: Callable[[Mode], bool] = lambda _: True
    """Tells whether a mode of a series accepts the option."""


class Samples(Struct, frozen=True):
    """The sample orders of `init`, and the edits of `demo`."""

    files: Mapping[str, str]
    """Path to text, with the placeholders `{month}`, `{start}` and `{end}` for the window."""
    edited: tuple[str, tuple[str, str]]
    """A spec, and a replacement of a text in it: an edit of a bought order."""
    further: tuple[str, ...]
    """Options of `satops new` for one more order."""
    monitored: tuple[str, ...]
    """Sensor options of `satops new --series`."""


class Offer(Struct, frozen=True, eq=False):
    """One marketplace's kind of order.  Its functions are pure."""

    name: str
    """Name, as in `marketplace.kind` of satops.yaml."""
    versions: tuple[str, ...]
    """Version tags of its canonical orders: `order/1`."""
    schema: str
    """File of `schema/` with the schema of its specs."""
    thresholds: str
    """File of `schema/` with the thresholds of its modes."""
    modes: tuple[Mode, ...]
    """Every mode, in the order of messages and docs."""
    statuses: tuple[Status, ...]
    """What the marketplace says of how far an order is."""

    read: Callable[[Mapping[str, Any], list[Finding]], Terms]
    """Reads its own fields of the block under `order:`, and adds findings.  Fields of a wrong type
    are skipped, since the schema reports them."""
    version: Callable[[Terms], str]
    """Returns the version tag for an order with these terms."""
    mode: Callable[[Terms], Mode | None]
    """Returns the mode of an order; None if it names none."""
    request: Callable[[Order, MarketplaceConfig], bytes]
    """Returns the exact bytes to send, made from the canonical bytes alone.  For the order of a
    pass, they are for the endpoint that orders results."""
    simulation: Callable[[Order, MarketplaceConfig], bytes] | None
    """Returns the bytes of a simulation request; None if the marketplace has no simulations."""
    agreements: Callable[[Order, MarketplaceOrder], Iterator[Agreement]]
    """Compares a listed order with ours, term by term.  Core has compared provider, outline and
    window."""

    checks: Callable[[], Sequence[ModuleType]] = lambda: ()
    """Returns the modules with its own checks; see `core.check`."""
    captures: Callable[[Dated], int] = lambda _: 1
    """Returns the number of images of an order."""
    details: Callable[[Dated], tuple[str, ...]] = lambda _: ()
    """Returns further terms that identify an order, as short texts."""
    first_over: Callable[[Order], datetime | None] = lambda _: None
    """Returns the end of the first of several images' windows; None for an order of one image."""
    not_compared: Callable[[Order], str] = lambda _: ""
    """Returns the terms that the marketplace does not list, as a note."""
    term_text: Callable[[str, Any], str | None] = lambda _field, _value: None
    """Returns a field's value as text, if it needs an explanation."""
    fixed_track: frozenset[str] = frozenset()
    """Providers whose satellites cannot follow a slanting area."""
    thresholds_example: str = ""
    """Example of a team's thresholds file, as YAML, for the docs."""
    in_sandbox: bool = False
    """Whether the embedded sandbox supports it."""
    flags: tuple[Flag, ...] = ()
    samples: Callable[[], Samples] | None = None

    @property
    def providers(self) -> tuple[str, ...]:
        """Every provider, in the order of the modes."""
        return tuple(dict.fromkeys(mode.provider for mode in self.modes))

    def modes_of(self, provider: str) -> tuple[Mode, ...]:
        """Return the modes of a provider; empty for an absent one."""
        return tuple(mode for mode in self.modes if mode.provider == provider)

    def status(self, number: int | None) -> Status:
        """Return the status with a number, whether or not the marketplace documents it."""
        if number is None:
            return Status(None, "")
        found = (status for status in self.statuses if status.number == number)
        return next(found, Status(number, f"status-{number}"))

    def mode_name(self, terms: Terms) -> str:
        """Return the name of the mode; empty if the order names none."""
        mode = self.mode(terms)
        return "" if mode is None else mode.name

    def mode_title(self, order: Order) -> str:
        """Return the mode's title for a sentence, or else the provider."""
        mode = self.mode(order.terms)
        return f"provider {order.provider}" if mode is None else mode.title
