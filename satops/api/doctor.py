"""Doctor: everything that an apply rests on; and the proof of the store that apply asks for."""

from collections.abc import Callable, Mapping

from satops.adapters.files.proof_file import NotedProof, ProofFile
from satops.adapters.stores.open import Promise, kind_of
from satops.api.forge_place import check_install, check_workflows
from satops.api.repository import GUARD, FilePath, Repository, Say, open_repository
from satops.core.redaction import shown_address
from satops.errors import ExitCode, LedgerError, Refused, SatopsError, UsageError
from satops.workflow.begin import require_open
from satops.workflow.doctor import (
    DoctorNote,
    DoctorReport,
    check_append,
    check_clock,
    check_ledger,
    check_marketplace,
    check_proof,
    check_waits,
    examine,
    good,
    warning,
    wrong,
)
from satops.workflow.ledger import require_marketplace
from satops.workflow.proof import ROUNDS, Proof, prove
from satops.workflow.replay import require_own_appends

PROVEN = "SATOPS_PROVEN"
"""The variable with addresses that a team has proven, for machines that begin anew each time."""
_ROUNDS_QUIETLY = 3
"""Races on a local disk, whose locks are the kernel's own: enough to see that they work at all."""


def doctor(
    repository: FilePath,
    *,
    ask: bool = False,
    write: bool = False,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> DoctorReport:
    """Check ledger, store, settings and machine, and remember whether the store was proven.

    With `ask`, one page of orders is read from the marketplace; nothing is ever ordered.  With
    `write`, an event is appended to the ledger itself: only that shows whether its own rules, as
    of a protected branch, let it grow.  Raises `UsageError` without a repository or with a
    configuration that cannot be read.
    """
    opened = open_repository(repository, environ=environ)
    try:
        store = opened.store()
    except UsageError as error:
        refused = wrong("ledger", str(error), error.exit_code)
        return examine([lambda: refused, *_around(opened)], shown_address(opened.config.state))
    checks: list[Callable[[], DoctorNote]] = [
        lambda: check_ledger(store),
        lambda: _bound(opened),
        lambda: check_proof(lambda: prove_store(opened), store.address),
        lambda: _place(opened),
        lambda: _left(opened),
        lambda: check_clock(store, opened.clock),
        *_around(opened),
    ]
    if write:
        checks.append(lambda: _written(opened, say))
    if ask:
        checks.append(lambda: _asked(opened, say))
    return examine(checks, store.address)


def _around(opened: Repository) -> list[Callable[[], DoctorNote]]:
    """Return the checks that need no ledger."""
    return [
        lambda: check_waits(opened.config),
        lambda: _local(opened),
        lambda: _git(opened),
        lambda: _access(opened),
        lambda: check_install(opened),
        lambda: check_workflows(opened),
    ]


def prove_store(opened: Repository, rounds: int = ROUNDS) -> Proof:
    """Race on a scratch ledger beside the real one, and remember what came of it.

    Raises `StoreUnreachable` when it could not be told.
    """
    from satops.adapters.stores.scratch import scratch_beside

    with scratch_beside(opened.config.state, opened.root) as open_scratch:
        proof = prove(open_scratch, opened.clock, rounds)
    noted = NotedProof(opened.now(), proof.broken)
    try:
        _proofs(opened).note(opened.store().address, noted)
    except OSError as error:
        raise Refused(
            f"What was found of the store cannot be kept in {opened.local}: {error.strerror}. "
            "Make the folder writable."
        ) from None
    return proof


def proven(opened: Repository, address: str) -> bool:
    """Tell whether a store was proven: from this machine, or as `SATOPS_PROVEN` says."""
    noted = _proofs(opened).noted(address)
    if noted is not None:
        return not noted.broken
    return address in opened.environ.get(PROVEN, "").split()


def require_proof(opened: Repository) -> None:
    """Let an apply go on only with a store of which two writers cannot both win.

    A file on a local disk proves itself, without a word.  A git server that takes a push without
    force checks what it had before: that is the protocol, and it needs no proof of its own.
    Raises `Refused` for every other store that was not proven, and for one that failed.
    """
    address = opened.store().address
    if proven(opened, address):
        return
    noted = _proofs(opened).noted(address)
    if noted is not None:
        raise Refused(
            f"The ledger store at {address} broke its promise on {noted.time}: {noted.broken} "
            "Nothing was sent. Choose another store (docs/stores.md); to try this one again:\n"
            "    satops doctor"
        )
    promise = _promise(opened)
    if promise is Promise.PROTOCOL:
        return
    if promise is Promise.LOCAL_DISK and _network(opened) is None:
        if prove_store(opened, _ROUNDS_QUIETLY).holds:
            return
        require_proof(opened)
    raise Refused(
        f"The ledger store at {address} was never proven from this machine. Some servers "
        "let two writers win, and every order would be bought twice. Nothing was sent. To prove "
        f"it:\n    satops doctor\nA machine that begins anew each time takes {PROVEN}, with the "
        "addresses that were proven once."
    )


def prove_at_start(opened: Repository) -> None:
    """Prove a store of which satops cannot know that it keeps its promise, before a ledger begins.

    Raises `Refused` where it does not, and `StoreUnreachable`.
    """
    if _promise(opened) is not Promise.RACES:
        return
    proof = prove_store(opened)
    if not proof.holds:
        address = opened.store().address
        raise Refused(
            f"{proof.broken} {address} cannot keep a ledger: two runs would buy the same order. "
            "Nothing was begun. Choose another store (docs/stores.md)."
        )


def _promise(opened: Repository) -> Promise:
    return kind_of(opened.config.state).promise


def _proofs(opened: Repository) -> ProofFile:
    from satops.adapters.files.local_state import store_folder

    return ProofFile(store_folder(opened.local))


def _network(opened: Repository) -> str | None:
    from satops.adapters.files.file_system import network_file_system

    return network_file_system(opened.root / opened.config.state.partition(":")[2])


def _place(opened: Repository) -> DoctorNote:
    """Look at what the address itself shows."""
    scheme, _, rest = opened.config.state.partition(":")
    subject = "place"
    if scheme == "file" and (kind := _network(opened)):
        return warning(
            subject,
            f"The ledger lies on a network file system ({kind}). The proof above was made from one "
            "machine; whether its locks hold between two is not known. Prefer `git:`, or a "
            "database (docs/stores.md).",
        )
    if scheme == "postgresql":
        from satops.adapters.stores.postgresql_server import parse_address

        if parse_address(rest).has_password:
            return warning(
                subject,
                "A password stands in `state` of satops.yaml, where everybody with the repository "
                "reads it. Change it, and give the new one in PGPASSWORD or .pgpass.",
            )
    return good(subject, f"{opened.store().address}")


def _bound(opened: Repository) -> DoctorNote:
    """Tell whether the ledger is that of the marketplace in `satops.yaml`, as apply asks."""
    subject, here = "bound", shown_address(opened.marketplace_address())
    state = opened.session().state
    try:
        require_open(state, opened.store().address)
        require_marketplace(state, opened.marketplace_address(), start="satops ledger start")
    except SatopsError as error:
        return wrong(subject, str(error), error.exit_code)
    return good(subject, f"The ledger and satops.yaml name the same marketplace: {here}.")


def _left(opened: Repository) -> DoctorNote:
    """Tell which scratch ledgers a proof that was cut short has left beside the ledger."""
    from satops.adapters.stores.scratch import PREFIX, left_beside

    left = left_beside(opened.config.state, opened.root)
    if not left:
        return good("left over", f"No scratch ledger ({PREFIX}*) is beside the ledger.")
    return warning(
        "left over",
        "A proof that was cut short has left scratch ledgers beside the ledger. They do no harm; "
        "remove them when no other `satops doctor` runs:\n"
        + "\n".join(f"    {one.removal}" for one in left),
    )


def _written(opened: Repository, say: Say) -> DoctorNote:
    """Append to the ledger as an apply would, which buys nothing."""
    session, local, started = opened.appending("doctor", say)
    session.mark = local.mark
    require_own_appends(session, (opened.expected_head(),))
    return check_append(session, started)


def _local(opened: Repository) -> DoctorNote:
    """Tell whether this machine can keep what does not reach the ledger."""
    try:
        ledger = opened.session().state.ledger
    except (LedgerError, UsageError):
        return warning("spool", "Where this machine keeps order numbers goes by the ledger's id.")
    try:
        local = opened.local_state(ledger)
        local.spool.prepare(opened.config.apply.concurrency)
    except UsageError as error:
        return wrong("spool", str(error), ExitCode.LEDGER)
    except OSError as error:
        return wrong(
            "spool",
            f"This machine's state cannot be written: {error}. Order numbers could be lost when "
            "the ledger cannot be reached. Make the folder writable, or name another one in "
            "SATOPS_LOCAL.",
            ExitCode.LEDGER,
        )
    return good("spool", f"{local.spool.address} can be written.")


def _git(opened: Repository) -> DoctorNote:
    from satops.adapters.git_command import NEEDED, git_version

    version = git_version()
    needed = ".".join(map(str, NEEDED))
    if version is not None and version >= NEEDED:
        return good("git", f"git {'.'.join(map(str, version))}.")
    found = "git is not installed" if version is None else f"git is {'.'.join(map(str, version))}"
    if opened.config.state.startswith("git:"):
        return wrong("git", f"{found}; a ledger on a ref needs {needed}.", ExitCode.LEDGER)
    return warning("git", f"{found}; runs are recorded without their commit below {needed}.")


def _access(opened: Repository) -> DoctorNote:
    """Tell whether an apply from here could go to the marketplace; the token is not shown.

    The host is held against `SATOPS_MARKETPLACE` by the function that apply asks.
    """
    from satops.adapters.token import read_token

    subject = "token"
    try:
        opened.require_host()
    except UsageError as error:
        return wrong(subject, str(error), error.exit_code)
    if opened.sandbox:
        return good(subject, "The sandbox needs none. Nothing real is ordered.")
    try:
        read_token(opened.config.marketplace.token_from, opened.environ)
    except SatopsError as error:
        return warning(subject, f"{error} A plan needs none; apply and reconcile do.")
    if GUARD not in opened.environ:
        return warning(
            subject,
            f"There is one, and {GUARD} is not set: whoever changes marketplace.url "
            "chooses who receives it. Set it to the marketplace's host, at least in CI.",
        )
    return good(subject, f"There is one, for {shown_address(opened.environ[GUARD])} alone.")


def _asked(opened: Repository, say: Say) -> DoctorNote:
    with opened.marketplace(say, opened.session().state.ledger) as marketplace:
        return check_marketplace(marketplace, opened.config.reconcile.skew_s)
