"""A repository: its configuration, and the adapters of its ports."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from satops.adapters.clock import SystemClock
from satops.adapters.files.config_file import is_root, load_config
from satops.core.ledger.chain import Head
from satops.core.ledger.state import LedgerState
from satops.core.offer import Offer
from satops.core.order.order import Order, instant_text
from satops.core.plan.address import is_loopback, normal_address, require_host
from satops.core.plan.config import SANDBOX, Config
from satops.core.plan.origin import Origin
from satops.core.redaction import shown_address
from satops.core.safe import repr_without
from satops.errors import UsageError
from satops.offers import offer_of
from satops.ports import Clock, LedgerStore, LocalState, Marketplace, Promise
from satops.workflow.ledger_session import LedgerSession, require_marketplace

if TYPE_CHECKING:
    from satops.core.ledger.events import RunStarted
    from satops.workflow.proof import StoreProof

GUARD = "SATOPS_MARKETPLACE"
"""Environment variable that fixes the marketplace of a run, whatever satops.yaml says."""
STATE_GUARD = "SATOPS_STATE"
"""Environment variable that fixes the ledger of a run, whatever satops.yaml says: with another
ledger, bought orders would look new."""
HEAD = "SATOPS_HEAD"
"""Environment variable with a head that the ledger must contain, for fresh machines."""
SANDBOX_NOTICE = "satops: This is the sandbox. Nothing real is ordered."

FilePath = str | os.PathLike[str]
"""Path of a file or folder, as text or object."""
Say = Callable[[str], None]
"""Prints one line for people."""


class Repository(Struct, frozen=True):
    """A folder with a `satops.yaml`, and the environment of this call."""

    root: Path
    config: Config
    environ: Mapping[str, str]
    """Contains secrets."""
    clock: Clock

    __repr__ = repr_without("environ")

    @property
    def offer(self) -> Offer:
        """The offer of this repository."""
        return offer_of(self.config)

    @property
    def sandbox(self) -> bool:
        """Whether the marketplace is the embedded sandbox."""
        return self.config.marketplace.url == SANDBOX

    @property
    def local(self) -> Path:
        """The folder of this machine's state, outside of the repository; creates nothing.

        Raises `UsageError` if there is none.
        """
        from satops.adapters.files.local_state import local_base

        return local_base(self.environ, self.root)

    def local_state(self, ledger: str, ancestors: tuple[str, ...] = ()) -> LocalState:
        """Return this machine's state of a ledger, and of the ledgers that it replaces.

        Raises `UsageError` if there is no folder for it, or if another user could change it.
        """
        from satops.adapters.files.local_state import HeadFile, LookFile, ledger_folder
        from satops.adapters.files.spool import FileSpool

        base = self.local
        folder = ledger_folder(base, ledger)
        with _local_trouble():
            return LocalState(
                spool=FileSpool(ledger_folder(base, ledger, "spool")),
                looks=LookFile(folder),
                mark=HeadFile(folder),
                address=str(folder.path),
                fresh=not folder.exists,
                ancestors=tuple(
                    FileSpool(ledger_folder(base, each, "spool")) for each in ancestors
                ),
            )

    def now(self) -> str:
        """Return the present time as the ledger writes it."""
        return instant_text(self.clock.now())

    def store(self) -> LedgerStore:
        """Return the ledger's store, if `SATOPS_STATE` allows it; reads nothing.

        Raises `UsageError`.
        """
        from satops.adapters.stores.open import open_store

        expected = self.environ.get(STATE_GUARD)
        if expected is not None and expected != self.config.state:
            raise UsageError(
                f"`state` in satops.yaml is {shown_address(self.config.state)!r}, but "
                f"{STATE_GUARD} allows only {shown_address(expected)!r}. Nothing was done. "
                "Find out who changed `state`."
            )
        if not self.config.state.startswith("git:"):
            return open_store(self.config.state, self.root)
        return open_store(self.config.state, self.root, pages=partial(_pages, self.offer))

    def network_file_system(self) -> str | None:
        """Return the kind of network file system of a ledger in a file; else None."""
        from satops.adapters.files.file_system import network_file_system

        scheme, _, path = self.config.state.partition(":")
        return network_file_system(self.root / path) if scheme == "file" else None

    @property
    def promise(self) -> Promise:
        """Why one of two writers on the store wins; not known for a network file system."""
        from satops.adapters.stores.open import kind_of

        promise = kind_of(self.config.state).promise
        shared = promise is Promise.LOCAL_DISK and self.network_file_system() is not None
        return Promise.RACES if shared else promise

    def store_proof(self) -> "StoreProof":
        """Return the proof of the ledger's store.

        Raises `UsageError` if this machine has no folder for proofs.
        """
        from satops.adapters.files.local_state import ProofFile, store_folder
        from satops.adapters.stores.open import scratch_beside
        from satops.workflow.proof import PROVEN, StoreProof

        return StoreProof(
            address=self.store().address,
            promise=self.promise,
            notes=ProofFile(store_folder(self.local)),
            scratch=partial(scratch_beside, self.config.state, self.root),
            clock=self.clock,
            vouched=frozenset(self.environ.get(PROVEN, "").split()),
        )

    def session(self, run: str = "") -> LedgerSession:
        """Return a session of the ledger, read and checked.  Raises `LedgerError`."""
        session = LedgerSession(self.store(), self.clock, run or self.new_run())
        session.read()
        return session

    def tell_doubt(self, session: LedgerSession, say: Say) -> None:
        """Say why a verb that appends would stop at the ledger that was read.  Writes nothing."""
        from satops.workflow.begin import doubt_of_ledger

        try:
            session.mark = self.local_state(session.state.ledger).mark
        except UsageError:
            session.mark = None  # what only reads needs no place of its own
        if doubt := doubt_of_ledger(session):
            say(f"satops: {doubt}")

    def new_run(self) -> str:
        """Return an id for a run: its time and a random part."""
        import secrets

        return f"{self.clock.now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"

    def started(self, command: str) -> "RunStarted":
        """Return the provenance of a run of `command`."""
        from satops.adapters.provenance import run_started

        return run_started(command, self.root, self.environ)

    def origin(self, ledger: str | None) -> Origin:
        """Return the origin of a plan made here and now."""
        from satops.adapters.provenance import head_commit, run_id

        return Origin(
            ledger=ledger,
            marketplace=normal_address(self.config.marketplace.url),
            commit=head_commit(self.root),
            run=run_id(self.environ),
        )

    def appending(
        self, command: str, say: Say, *, bound: bool = True
    ) -> "tuple[LedgerSession, LocalState, RunStarted]":
        """Return the session, local state and `RunStarted` of an appending verb.

        Writes nothing.  Raises `LedgerError`, and `UsageError` if this machine has no folder for
        its state, or if the ledger is `bound` to another marketplace.
        """
        from satops.adapters.files.spool import require_no_left_spool
        from satops.adapters.provenance import local_user
        from satops.workflow.begin import require_open

        require_no_left_spool(self.root, say)
        session = self.session()
        state = session.state
        require_open(state, session.store.address)
        address = self.marketplace_address()
        if bound:
            require_marketplace(state, address)
        local = self.local_state(state.ledger, state.ancestors)
        started = replace(
            self.started(command), marketplace=address, user=local_user(), local=local.address
        )
        return session, local, started

    def require_its_ledger(self, state: LedgerState) -> None:
        """Raise `UsageError` for the ledger of another marketplace, without a request.

        A loopback address may be a sandbox or not: only verbs that contact it ask.
        """
        address = normal_address(self.config.marketplace.url)
        if state.marketplace and not (is_loopback(address) and state.marketplace == SANDBOX):
            require_marketplace(state, address)

    def marketplace_address(self) -> str:
        """Return the identity of the marketplace: its normalised address.

        A loopback address whose server says that it is a sandbox is `sandbox`.
        """
        address = normal_address(self.config.marketplace.url)
        if address != SANDBOX and is_loopback(address):
            from satops.adapters.marketplaces.probe import is_sandbox

            return SANDBOX if is_sandbox(address) else address
        return address

    @property
    def possible_addresses(self) -> tuple[str, ...]:
        """The possible identities of the marketplace, without a request.

        A loopback address may be a sandbox or not.
        """
        address = normal_address(self.config.marketplace.url)
        return (address, SANDBOX) if is_loopback(address) else (address,)

    def expected_head(self) -> Head | None:
        """Return the head that the ledger must contain, from `SATOPS_HEAD` as SEQ:DIGEST.

        Raises `UsageError`.
        """
        given = self.environ.get(HEAD, "").strip()
        if not given:
            return None
        seq, _, digest = given.partition(":")
        if not seq.isdecimal() or len(digest) != 64 or set(digest) - set("0123456789abcdef"):
            raise UsageError(
                f"{HEAD} is {given!r}. Write the number of an event, a colon, and the SHA-256 of "
                "its line, as `satops verify` shows them."
            )
        return Head(int(seq), digest)

    def body(self, order: Order) -> bytes:
        """Return the exact request of an order."""
        return self.offer.request(order, self.config.marketplace)

    @contextmanager
    def marketplace(self, say: Say, ledger: str) -> Iterator[Marketplace]:
        """Open the configured marketplace, if `SATOPS_MARKETPLACE` allows it.

        The embedded sandbox keeps separate orders for each ledger id.  Raises `UsageError` without
        a token, or for another host.
        """
        from satops.adapters.marketplaces import connect
        from satops.adapters.token import read_token, sandbox_token

        config = self.config
        self.require_host()
        if not self.sandbox:
            token = read_token(config.marketplace.token_from, self.environ)
            yield connect(config, token, self.clock.sleep)
            return
        say(SANDBOX_NOTICE)
        from satops.adapters.files.local_state import ledger_folder
        from satops.api.sandbox import DATABASE, embedded

        with _local_trouble():
            database = ledger_folder(self.local, ledger or "none").place(DATABASE)
        with embedded(database, self.environ) as sandbox:
            local = replace(config, marketplace=replace(config.marketplace, url=sandbox.url))
            yield connect(local, sandbox_token(), self.clock.sleep)

    def require_host(self) -> None:
        """Raise `UsageError` if `SATOPS_MARKETPLACE` does not allow this marketplace."""
        expected = self.environ.get(GUARD)
        if expected is None or (self.sandbox and expected == SANDBOX):
            return
        if not expected.strip():
            raise UsageError(
                f"{GUARD} is set and empty, so it allows no marketplace. Nothing was sent. Set it "
                "to the host that orders may go to, in the settings of the CI's environment."
            )
        if self.sandbox:
            raise UsageError(
                f"marketplace.url is `sandbox`, but {GUARD} allows only "
                f"{shown_address(expected)!r}. Orders that the sandbox takes would count as "
                "bought. Find out who changed marketplace.url."
            )
        require_host(self.config.marketplace.url, expected)


def _pages(
    offer: Offer, appended: Sequence[bytes], whole: Callable[[], Iterator[bytes]]
) -> Mapping[str, bytes] | None:
    """Make the pages beside a ledger; imported here, since readers do not need it."""
    from satops.report.ledger_page import pages

    return pages(offer, appended, whole)


@contextmanager
def _local_trouble() -> Iterator[None]:
    """Turn an OSError of the local state into a `UsageError`."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"This machine's own state cannot be kept: {error}. Mend that, or name another folder "
            "for this machine in SATOPS_LOCAL."
        ) from None


def open_repository(
    root: FilePath,
    *,
    environ: Mapping[str, str] | None,
    clock: Clock | None = None,
) -> Repository:
    """Read the configuration of a repository, the folder with a `satops.yaml`.

    Parent folders are not searched.  `environ` replaces the process's environment.  Raises
    `UsageError` without a repository or with an invalid configuration.
    """
    folder = Path(root).absolute()
    if not is_root(folder):
        raise UsageError(
            f"There is no satops.yaml in {folder}. Name the folder of a repository of orders; only "
            "the command line looks in the folders above. `satops init` makes a repository."
        )
    variables = os.environ if environ is None else environ
    return Repository(folder, load_config(folder), variables, clock or SystemClock())
