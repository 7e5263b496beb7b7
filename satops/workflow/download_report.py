"""What of the deliveries is fetched, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from satops.errors import ExitCode
from satops.workflow.fetch import Watch


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the deliveries is fetched, and how."""

    names: tuple[str, ...] = ()
    """Of orders, or `SERIES.*`; without one, all."""
    labels: tuple[tuple[str, str], ...] = ()
    again: bool = False
    """Also what is here already."""
    record: bool = True
    """False for a reader of the ledger, who may not append to it."""
    dry_run: bool = False
    keep_going: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    """One product that was fetched, or with `dry_run` would be."""

    name: str
    order_no: str
    product: str
    key: str = ""
    """Its path below the target."""
    size: int = 0
    sha256: str = ""
    content_type: str = ""
    title: str = ""
    is_changed: bool = False
    """Whether other bytes were fetched under the same number before."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A product that a link was given for, and that is not here; or an order that could not be
    asked for.
    """

    name: str
    order_no: str
    product: str
    """Empty for an order."""
    reason: str


@dataclass(frozen=True, slots=True)
class DownloadReport:
    """What a download did."""

    target: str
    fetched: tuple[Product, ...] = ()
    here: int = 0
    """Products that were here before."""
    waiting: int = 0
    """Orders of which nothing is delivered yet."""
    unknown: tuple[str, ...] = ()
    """Names of orders that the marketplace does not show."""
    failures: tuple[Failure, ...] = ()
    is_cut_short: bool = False
    """Whether the first failure ended the run, so that some were never begun."""
    dry_run: bool = False
    links: Mapping[str, int] = field(default_factory=dict, repr=False)
    """Order number to how many links the marketplace gave for it."""
    catalog_error: str = ""
    """Why STAC could not be written beside the products."""

    @property
    def exit_code(self) -> ExitCode:
        """8 where a link was given and the product is not here, or an order could not be read."""
        wrong = self.failures or self.is_cut_short or self.catalog_error
        return ExitCode.MARKETPLACE if wrong else ExitCode.DONE


class Progress(Protocol):
    """What is told while products come, some of it from other threads."""

    def wanted(self, count: int) -> None:
        """So many products more will be fetched."""

    def began(self, name: str, product: str) -> Watch:
        """One product is asked for."""

    def ended(self, result: Product | Failure) -> None:
        """One product is here, or is not."""
