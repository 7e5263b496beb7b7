"""The ports: what workflows need from the outside world, and what each adapter promises."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, tzinfo
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self, runtime_checkable

from msgspec import Struct

from satops.core.digest import Sha256
from satops.core.order.submission import Outcome
from satops.core.problem import Problem

if TYPE_CHECKING:
    from satops.core.checks import Rules
    from satops.core.delivery.link import Served
    from satops.core.finding import Finding
    from satops.core.geometry.aoi import Aoi
    from satops.core.ledger.chain import Head
    from satops.core.order.marketplace_order import DownloadLinks, Image, MarketplaceOrder
    from satops.core.order.passes import Simulation
    from satops.core.spec.spec import Spec


class LedgerStore(Protocol):
    """The store of a ledger's lines.  Compare-and-append is the only means against concurrent
    writers.
    """

    @property
    def address(self) -> str:
        """Address for messages and logs, without credentials."""

    @property
    def orders_per_append(self) -> int:
        """How many orders one append should hold, given its cost."""

    def read(self, after: int = 0) -> Iterator[bytes]:
        """Yield the lines with a `seq` above `after`, in order, without newlines.

        Every append acknowledged before the call is seen whole.  Bytes of an append that was never
        acknowledged are never yielded.  The chain is not checked.  Raises `LedgerMissing` if there
        is no ledger or it is empty, and `StoreUnreachable` if the store cannot be read.
        """

    def append(self, lines: Sequence[bytes], expected_head: str) -> None:
        """Append lines if and only if the head is `expected_head`; durable on return.

        Of several writers with one expected head exactly one succeeds, across processes and
        machines.  With `ledger.GENESIS` the ledger is created.  A reader sees all lines or none;
        only a crash during the append may leave the first few, whole and in the chain, which
        docs/ledger.md shows to be harmless.  Raises `HeadMoved` if the head is another one (nothing
        was written), `LedgerMissing` if a ledger was expected and there is none, and
        `StoreUnreachable` if the store failed: then only a read can tell whether the lines were
        written.
        """


@runtime_checkable
class IndexedStore(Protocol):
    """Optional methods of a store with an index.  Safety does not depend on them."""

    def about(self, name: str) -> Sequence[bytes]:
        """Return the lines about one order name, in order, without reading the whole ledger.

        Lines about other names may be included.  Raises as `LedgerStore.read` does.
        """


@runtime_checkable
class TwoAddressStore(Protocol):
    """A store that may write to another address than it reads from."""

    def is_written_elsewhere(self) -> bool:
        """Tell whether the two addresses differ.

        If so, an append that cannot be read back raises `StoreUnreachable`: it may have reached
        another ledger than the one that everybody reads.
        """


@runtime_checkable
class MigratedStore(Protocol):
    """A store whose tables or files may have an older version's form."""

    def migrate(self) -> None:
        """Bring the store to this version's form; every ledger in it is kept.

        Needs no rights if there is nothing to do.  Raises `StoreUnreachable`.
        """


class Marketplace(Protocol):
    """The service that sells."""

    @property
    def address(self) -> str:
        """Address for messages, without credentials."""

    @property
    def longest_answer_s(self) -> float:
        """Maximum number of seconds from a call of `place` to its return."""

    def place(self, request: bytes) -> Outcome:
        """Send one create request, once.  Never retries or follows a redirect.  Failures of network
        and marketplace are returned as outcomes, never raised.
        """

    def place_result(self, request: bytes) -> Outcome:
        """Send the order of one simulation result, once, like `place`.

        If the answer says that the result is missing or used, the outcome is a doubt, not a
        rejection: a copy of the request may have bought it.
        """

    def simulate(self, request: bytes) -> str:
        """Start a simulation, which orders nothing, and return its number.

        Raises `NotSimulated` if the marketplace refuses it, and `MarketplaceUnreachable`.
        """

    def simulation(self, number: str) -> "Simulation | None":
        """Return a simulation, or None if the marketplace says that it does not exist.

        Raises `MarketplaceUnreachable`.
        """

    def orders(self) -> "Iterator[MarketplaceOrder]":
        """Yield every programming order of the account, newest first, page by page to the end.

        Raises `MarketplaceUnreachable`.
        """

    @property
    def clock_ahead_s(self) -> float | None:
        """Seconds by which the `Date` of the last answer was ahead of this machine's clock; None if
        it had none.
        """

    def order(self, order_no: str) -> "MarketplaceOrder | None":
        """Return one order by its number, or None if the marketplace says that it does not exist.

        Raises `MarketplaceUnreachable`.
        """

    def download_links(self, order_no: str) -> "DownloadLinks | None":
        """Return the status of an order and the links to its products; None if it does not exist.
        Needs access to neither page/query nor detail.

        Raises `MarketplaceUnreachable`.
        """

    def images(self, order_no: str) -> "tuple[Image, ...]":
        """Return the images that `detail` shows of an order; empty if it does not exist.

        Raises `MarketplaceUnreachable`.
        """

    def open_link(
        self, url: str, *, have: int, etag: str | None
    ) -> "AbstractContextManager[Served]":
        """Open a link to a product.  The body begins at byte `have` if the server confirms that the
        bytes before it belong to `etag`, else at 0.  The token is sent to the marketplace's own
        host only.

        Raises `LinkFailed`.
        """


class Clock(Protocol):
    """Time, which tests can set."""

    def now(self) -> datetime:
        """The wall clock, UTC."""

    def monotonic(self) -> float:
        """Seconds that never run backwards, and that count while the machine sleeps."""

    @property
    def epoch(self) -> str:
        """Boot id: monotonic times can be compared within one epoch only."""

    def sleep(self, seconds: float) -> None:
        """Wait for some seconds."""


class Spooled(Struct, frozen=True, forbid_unknown_fields=True):
    """An outcome on this machine's disk that may not be in the ledger yet."""

    ledger: str
    run: str
    name: str
    attempt: int
    intent: Sha256
    """Identity of the submission: SHA-256 of the line of its `SubmissionIntended`."""
    time: str
    outcome: Outcome


class Spool(Protocol):
    """This machine's own record of a ledger's outcomes, in case the ledger cannot be written."""

    @property
    def address(self) -> str:
        """Its path, for messages."""

    def prepare(self, outcomes: int) -> None:
        """Reserve room for some outcomes.  Raises OSError if there is none."""

    def keep(self, entry: Spooled) -> None:
        """Write an outcome; durable on return.  Raises OSError."""

    def entries(self) -> Sequence[Spooled]:
        """Return all entries, oldest first, without an incomplete last line.  Raises OSError."""

    def forget(self, entries: Sequence[Spooled]) -> None:
        """Delete entries that are now in the ledger.  Never raises: an entry that stays does no
        harm.
        """


class HeadMark(Protocol):
    """The last head of one ledger that this machine certainly appended."""

    def noted(self) -> "Head | None":
        """Return the noted head, or None.  Raises OSError if the note cannot be read."""

    def note(self, head: "Head", *, accepted: bool = False) -> None:
        """Note the head after an own append, unless a later head is noted; `accepted` replaces a
        later one too.  Raises OSError.
        """


class Look(Struct, frozen=True):
    """When this machine first saw an open submission, and how often it looked for its order."""

    first: float
    """Time of the first sight of the intent, or end of the first look, on the monotonic clock of
    `epoch`."""
    count: int
    """Number of full looks that did not find it; 0 if this machine only waited for another run."""
    epoch: str


class LookBook(Protocol):
    """This machine's looks for submissions in doubt, kept between runs.

    They are never shared, since the wait before absence counts must be measured on one clock.
    """

    def look(self, intent: str, epoch: str) -> Look | None:
        """Return the note of one submission in this epoch of the monotonic clock, or None."""

    def note(self, intent: str, look: Look) -> None:
        """Note a look.  Without the note the wait only begins again.  Raises OSError."""


class LocalState(Struct, frozen=True):
    """This machine's state of one ledger, outside of every repository."""

    spool: Spool
    looks: LookBook
    mark: HeadMark
    address: str
    """Path of the folder, for messages."""
    fresh: bool
    """Whether no earlier run of this machine left any state."""
    ancestors: "tuple[Spool, ...]" = ()
    """Spools of the broken ledgers that this one replaces."""


class SourceFile(NamedTuple):
    """One file under `orders/` that should hold specs, with its bytes."""

    path: str
    """From the repository's root, with forward slashes."""
    content: bytes
    sha256: str


class OrderFiles(Protocol):
    """The tree of order specs and the files that they refer to."""

    def walk(self) -> Iterator[SourceFile | Problem]:
        """Yield every spec file in path order, or the problem that hides it."""

    def include(self, spec_file: str, ref: str) -> tuple[bytes, str] | str:
        """Return the bytes and SHA-256 of a file that a spec refers to, or a sentence that says
        what is wrong.

        `ref` is relative to the spec and may not lead out of the repository, also not through
        links.
        """


class AoiSource(Protocol):
    """Reads AOI files of every kind.  A context manager that ends its processes on exit."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def read(self, content: bytes) -> "Aoi | Finding":
        """Return the features of a file, or the finding that says why it cannot be used."""


class RulesSource(Protocol):
    """The rules that the checks compare with: modes, areas, severities."""

    def rules(self) -> "Rules":
        """Return the rules; reads them at the first call.  Raises `UsageError`."""


class MissingFiles(Protocol):
    """Files that should be in the folder of orders and are missing."""

    def problems(self, *, holds_orders: bool, files: int, strict: bool) -> Sequence[Problem]:
        """Return the missing files, if the ledger `holds_orders` and so many `files` were read.

        With `strict`, a missing spec without a known deletion is an error instead of a warning.
        """


class History(Protocol):
    """The git history of a repository.  A value that git cannot tell is None."""

    def commit_of(self, spec: "Spec") -> str | None:
        """Return the last commit that changed a spec or a file that it refers to."""

    def merged_at(self, spec: "Spec") -> datetime | None:
        """Return when the present content of a spec and its files came to this branch; UTC."""

    def committed(self, specs: "Iterable[Spec]") -> Mapping[str, bool] | None:
        """Tell by name whether the bytes of specs and their files equal HEAD's."""

    def is_in(self, branch: str) -> bool | None:
        """Tell whether a branch of `origin` contains HEAD."""


class Promise(Enum):
    """Why exactly one of two writers on the same head wins."""

    PROTOCOL = "the server's protocol says so"
    LOCAL_DISK = "the system locks files on a disk of its own; a few races show it"
    RACES = "nobody knows before it has raced: some servers break it without a word"


class NotedProof(Struct, frozen=True):
    """The result of races on the store at one address."""

    time: str
    broken: str
    """Why the store must not be used; empty if it kept its promise."""


class ProofNotes(Protocol):
    """This machine's proofs of stores."""

    @property
    def address(self) -> str:
        """Path of the proofs, for messages."""

    def noted(self, address: str) -> NotedProof | None:
        """Return the noted proof of the store at an address, or None."""

    def note(self, address: str, proof: NotedProof) -> None:
        """Write a proof.  Raises OSError."""


OpenScratch = Callable[[], LedgerStore]
"""Opens a scratch ledger beside the real one; each call stands for another writer."""
ScratchPlace = Callable[[], AbstractContextManager[OpenScratch]]
"""Gives a location for a scratch ledger in the same kind of store, and clears it afterwards.

Raises `StoreUnreachable` if it cannot be cleared; the message names the remains."""


class ZoneRules(Protocol):
    """The rules of named time zones, from one release of the IANA database on every machine."""

    @property
    def release(self) -> str:
        """Release, like `2026f`."""

    def zone(self, name: str) -> tzinfo | None:
        """Return a time zone by its name; None if the database lacks it."""
