"""What the workflows need of the outside world, as promises that adapters keep."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import Enum
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self, runtime_checkable

from satops.core.problem import Problem

if TYPE_CHECKING:
    from satops.core.checks import Rules
    from satops.core.delivery.served import Served
    from satops.core.finding import Finding
    from satops.core.geometry.aoi import Aoi
    from satops.core.ledger.chain import Head
    from satops.core.order.marketplace_order import DownloadLinks, Image, MarketplaceOrder
    from satops.core.order.passes import Simulation
    from satops.core.order.submission import Outcome
    from satops.core.spec.spec import Spec


class LedgerStore(Protocol):
    """Where the ledger's lines are kept.  Compare-and-append is the whole concurrency story."""

    @property
    def address(self) -> str:
        """The store's address for messages and logs, without credentials."""

    @property
    def orders_per_append(self) -> int:
        """How many orders one append should carry, by the cost of an append."""

    def read(self, after: int = 0) -> Iterator[bytes]:
        """Yield the lines with a `seq` above `after`, in order, without their newlines.

        Every append that was acknowledged before the call is seen whole.  Bytes of an append
        that was never acknowledged are never yielded.  The lines are not checked here.
        Raises `LedgerMissing` when there is no ledger, also for an empty one, and
        `StoreUnreachable` when it cannot be told.
        """

    def append(self, lines: Sequence[bytes], expected_head: str) -> None:
        """Append lines if and only if the head is `expected_head`; durable on return.

        Of several writers with one expected head exactly one succeeds, across processes and
        machines.  With `ledger.GENESIS` the ledger is created.  A reader sees all lines or none;
        only a crash in the middle may leave the first few of them, whole and in the chain, which
        docs/ledger.md shows to be harmless.
        Raises `HeadMoved` when the head is another one (nothing was written), `LedgerMissing`
        when there is no ledger and one was expected, and `StoreUnreachable` when the store
        failed: then the lines may or may not be there, and reading tells which.
        """


@runtime_checkable
class IndexedStore(Protocol):
    """What a store can do beside, where it has an index: no promise rests on it."""

    def about(self, name: str) -> Sequence[bytes]:
        """Return the lines about one order name, in order, without reading the whole ledger.

        Lines about another may be among them.  Raises as `LedgerStore.read` does.
        """


@runtime_checkable
class TwoAddressStore(Protocol):
    """A store that may be written at another address than the one at which it is read."""

    def is_written_elsewhere(self) -> bool:
        """Tell whether the two addresses differ.

        Then an append that cannot be read back raises `StoreUnreachable`: it may have reached
        another ledger than the one that everybody reads.
        """


@runtime_checkable
class MigratedStore(Protocol):
    """A store whose form may be that of an older version."""

    def migrate(self) -> None:
        """Bring the store to the form of this version; every ledger in it is kept.

        Needs no right to where that is so already.  Raises `StoreUnreachable`.
        """


class Marketplace(Protocol):
    """The service that sells."""

    @property
    def address(self) -> str:
        """Where orders go, for messages; never with a credential."""

    @property
    def longest_answer_s(self) -> float:
        """The most seconds that `place` can take from its call to its return."""

    def place(self, request: bytes) -> "Outcome":
        """Send one create request, once.  Never retries, never follows a redirect, never raises
        for what the network or the marketplace does.
        """

    def place_result(self, request: bytes) -> "Outcome":
        """Send the order of one simulation result, once; as `place`.

        That the result is not found or already used is a doubt, never a rejection: a copy of the
        request may have bought it.
        """

    def simulate(self, request: bytes) -> str:
        """Start a simulation, which orders nothing, and return its number.

        Raises `NotSimulated` where it is not taken, and `MarketplaceUnreachable`.
        """

    def simulation(self, number: str) -> "Simulation | None":
        """Return a simulation as it stands, or None where the marketplace says there is none.

        Raises `MarketplaceUnreachable`.
        """

    def orders(self) -> "Iterator[MarketplaceOrder]":
        """Yield every programming order of the account, newest first, page by page to the end.

        Raises `MarketplaceUnreachable`.
        """

    @property
    def clock_ahead_s(self) -> float | None:
        """How far the marketplace's clock was ahead of this machine's at the last answer, in
        seconds, as its `Date` header tells; None where it does not.
        """

    def order(self, order_no: str) -> "MarketplaceOrder | None":
        """Return one order by its number, or None where the marketplace says there is none.

        Raises `MarketplaceUnreachable`.
        """

    def download_links(self, order_no: str) -> "DownloadLinks | None":
        """Return the status of an order and the links to what was delivered of it, or None where
        there is no such order.  Needs neither page/query nor detail.

        Raises `MarketplaceUnreachable`.
        """

    def images(self, order_no: str) -> "tuple[Image, ...]":
        """Return the images of an order that detail shows; none where there is no such order.

        Raises `MarketplaceUnreachable`.
        """

    def open_link(
        self, url: str, *, have: int, etag: str | None
    ) -> "AbstractContextManager[Served]":
        """Open a link to a product, from byte `have` on where the server agrees that those before
        are of `etag`, else from 0.  The token goes to the marketplace's own host alone.

        Raises `LinkFailed`.
        """


class Clock(Protocol):
    """Time, so that tests can set it."""

    def now(self) -> datetime:
        """The wall clock, UTC."""

    def monotonic(self) -> float:
        """Seconds that never run backwards and go on while the machine sleeps."""

    @property
    def epoch(self) -> str:
        """Names the run of the monotonic clock, as a boot id: readings compare within one epoch."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """An outcome on this machine's disk that may not be in the ledger yet."""

    ledger: str
    run: str
    name: str
    attempt: int
    intent: str
    """The identity of the submission: SHA-256 of the line of its `SubmissionIntended`."""
    time: str
    outcome: "Outcome"


class Spool(Protocol):
    """The last-resort record of the outcomes of one ledger, on this machine's disk."""

    @property
    def address(self) -> str:
        """Where it is, for messages."""

    def prepare(self, outcomes: int) -> None:
        """Make sure of room for some outcomes; raises OSError when they could not be kept."""

    def keep(self, entry: Spooled) -> None:
        """Write an outcome; it is on the disk when this returns.  Raises OSError."""

    def entries(self) -> Sequence[Spooled]:
        """Return what is kept, oldest first; a torn last line is left out.  Raises OSError."""

    def forget(self, entries: Sequence[Spooled]) -> None:
        """Drop entries that are in the ledger now.  Never raises: one that stays harms nothing."""


class HeadMark(Protocol):
    """The last head that this machine appended to one ledger, for certain."""

    def noted(self) -> "Head | None":
        """Return it, where one was noted.  Raises OSError where that cannot be told."""

    def note(self, head: "Head", *, accepted: bool = False) -> None:
        """Note a head that an own append made, unless a later one is noted; `accepted` replaces a
        later one.  Raises OSError.
        """


@dataclass(frozen=True, slots=True)
class Look:
    """When this machine first saw one open submission, and how often it looked for the order."""

    first: float
    """When it saw the intent, or ended its first look, on the monotonic clock within `epoch`."""
    count: int
    """Full looks that did not find it; 0 where it only waited for another run."""
    epoch: str


class LookBook(Protocol):
    """This machine's own looks for submissions in doubt, kept between runs.

    They are never shared: the wait before an order is called not placed is measured on one clock.
    """

    def look(self, intent: str, epoch: str) -> Look | None:
        """Return what was noted of one submission in this epoch of the monotonic clock."""

    def note(self, intent: str, look: Look) -> None:
        """Note a look.  Losing it only makes the wait begin again.  Raises OSError."""


@dataclass(frozen=True, slots=True)
class LocalState:
    """What this machine keeps of one ledger, outside of every repository."""

    spool: Spool
    looks: LookBook
    mark: HeadMark
    address: str
    """The folder, for messages."""
    fresh: bool
    """Whether no earlier run of this machine left anything: looks begin anew."""
    ancestors: "tuple[Spool, ...]" = ()
    """Spools of the broken ledgers that this one goes on from."""


class SourceFile(NamedTuple):
    """One file under `orders/` that should hold specs, with its bytes."""

    path: str
    """From the repository's root, with forward slashes."""
    content: bytes
    sha256: str


class OrderFiles(Protocol):
    """The tree of order specs and the files that they refer to."""

    def walk(self) -> Iterator[SourceFile | Problem]:
        """Yield every spec file in the order of its path, or the problem that hides it."""

    def include(self, spec_file: str, ref: str) -> tuple[bytes, str] | str:
        """Return the bytes and SHA-256 of a file that a spec refers to, or what is wrong.

        `ref` is relative to the spec and may not leave the repository, links included.
        """


class AoiSource(Protocol):
    """Reads AOI files of every kind; a context, at whose end nothing of it runs any more."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def read(self, content: bytes) -> "Aoi | Finding":
        """Return what the bytes of a file hold, or why they cannot be used."""


class RulesSource(Protocol):
    """What the checks compare with: modes, areas, severities."""

    def rules(self) -> "Rules":
        """Return them, read when they are first asked for.  Raises `UsageError`."""


class MissingFiles(Protocol):
    """What should be in the folder of orders, and is not."""

    def problems(self, *, holds_orders: bool, files: int, strict: bool) -> Sequence[Problem]:
        """Return what is missing, where the ledger `holds_orders` and so many `files` were read.

        With `strict`, a spec that is missing and not known to be deleted is an error, and no
        warning.
        """


class History(Protocol):
    """The git history of a repository; what git cannot tell is None, and never a guess."""

    def commit_of(self, spec: "Spec") -> str | None:
        """Return the commit that last touched a spec or what it refers to."""

    def merged_at(self, spec: "Spec") -> datetime | None:
        """Return when a spec, or what it refers to, came to this branch as it is; UTC."""

    def committed(self, specs: "Iterable[Spec]") -> Mapping[str, bool] | None:
        """Tell by name whether the bytes of specs, and of what they refer to, are HEAD's."""

    def is_in(self, branch: str) -> bool | None:
        """Tell whether HEAD lies in a branch of `origin`."""


class Promise(Enum):
    """Why of two writers on one head of a ledger exactly one wins."""

    PROTOCOL = "the server's protocol says so"
    LOCAL_DISK = "the system locks files on a disk of its own; a few races show it"
    RACES = "nobody knows before it has raced: some servers break it without a word"


@dataclass(frozen=True, slots=True)
class NotedProof:
    """What races on a store at one address have shown."""

    time: str
    broken: str
    """Why the store must not be used; empty where it kept its promise."""


class ProofNotes(Protocol):
    """This machine's proofs of stores."""

    @property
    def address(self) -> str:
        """Where they are, for messages."""

    def noted(self, address: str) -> NotedProof | None:
        """Return what was found of the store at an address, if it was ever looked at."""

    def note(self, address: str, proof: NotedProof) -> None:
        """Keep what was found.  Raises OSError."""


OpenScratch = Callable[[], LedgerStore]
"""Opens a scratch ledger beside the real one, each time as another writer would."""
ScratchPlace = Callable[[], AbstractContextManager[OpenScratch]]
"""Lends a place for a scratch ledger in a store of the same kind, and clears it afterwards.

Raises `StoreUnreachable`, naming what was left behind, when it cannot be cleared.
"""


class ZoneRules(Protocol):
    """The rules of named zones, from one release of the IANA database on every machine."""

    @property
    def release(self) -> str:
        """The release, as `2026f`."""

    def zone(self, name: str) -> tzinfo | None:
        """Return a zone by its name; None where the database has none."""
