"""The options of a download, and its report."""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct, field

from satops.errors import ExitCode
from satops.workflow.fetch import Watch


class Wanted(Struct, frozen=True):
    """The options of a download."""

    names: tuple[str, ...] = ()
    """Order names or `SERIES.*`; empty for all."""
    labels: tuple[tuple[str, str], ...] = ()
    again: bool = False
    """Whether to fetch products again that are already at the target."""
    record: bool = True
    """Whether to append to the ledger; False for users who may only read it."""
    dry_run: bool = False
    keep_going: bool = False


class Product(Struct, frozen=True):
    """One product that was fetched, or that `dry_run` would fetch."""

    name: str
    order_no: str
    product: str
    key: str = ""
    """Path below the target."""
    size: int = 0
    sha256: str = ""
    content_type: str = ""
    title: str = ""
    is_changed: bool = False
    """Whether other bytes were recorded for the same order number and product before."""


class Failure(Struct, frozen=True):
    """A product that could not be fetched, or an order that could not be read."""

    name: str
    order_no: str
    product: str
    """Product id; empty for an order."""
    reason: str


class DownloadReport(Struct, frozen=True):
    """The report of a download."""

    target: str
    fetched: tuple[Product, ...] = ()
    here: int = 0
    """Number of products that were at the target before."""
    waiting: int = 0
    """Number of orders without a delivery."""
    unknown: tuple[str, ...] = ()
    """Names of orders that the marketplace does not show."""
    failures: tuple[Failure, ...] = ()
    is_cut_short: bool = False
    """Whether a failure ended the run before everything was begun."""
    dry_run: bool = False
    links: Mapping[str, int] = field(default_factory=dict)
    """Order number to the number of its links."""
    catalog_error: str = ""
    """Why the STAC documents could not be written; empty if they were."""

    @property
    def exit_code(self) -> ExitCode:
        """8 if a product could not be fetched or an order could not be read."""
        wrong = self.failures or self.is_cut_short or self.catalog_error
        return ExitCode.MARKETPLACE if wrong else ExitCode.DONE


class Progress(Protocol):
    """Gets the progress of a download, partly from other threads."""

    def wanted(self, count: int) -> None:
        """`count` more products will be fetched."""

    def began(self, name: str, product: str) -> Watch:
        """The fetch of one product began."""

    def ended(self, result: Product | Failure) -> None:
        """The fetch of one product ended."""
