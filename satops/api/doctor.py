"""Doctor: check everything that an apply needs."""

from collections.abc import Callable, Mapping

from satops.api.forge_place import check_install, check_workflows
from satops.api.repository import GUARD, FilePath, Repository, Say, open_repository
from satops.core.redaction import shown_address
from satops.errors import ExitCode, LedgerError, SatopsError, UsageError
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
    error_is_a_note,
    good,
    warning,
    wrong,
)
from satops.workflow.ledger_session import require_marketplace
from satops.workflow.replay import require_own_appends


def doctor(
    repository: FilePath,
    *,
    ask: bool = False,
    write: bool = False,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> DoctorReport:
    """Check ledger, store, settings and machine, and note the proof of the store.

    `ask` reads one page of orders from the marketplace; nothing is ever ordered.  `write` appends
    an event to the ledger itself, which alone tests its own rules, such as those of a protected
    branch.  Raises `UsageError` without a repository or with an invalid configuration.
    """
    opened = open_repository(repository, environ=environ)
    notes: list[DoctorNote] = []
    try:
        address, checks = opened.store().address, (*OF_THE_LEDGER, *OF_THE_REST)
    except UsageError as error:
        notes.append(wrong("ledger", str(error), error.exit_code))
        address, checks = shown_address(opened.config.state), OF_THE_REST
        write = ask = False
    for check in checks:
        with error_is_a_note(notes):
            notes.append(check(opened))
    if write:
        with error_is_a_note(notes):
            notes.append(_written(opened, say))
    if ask:
        with error_is_a_note(notes):
            notes.append(_asked(opened, say))
    return DoctorReport(address, tuple(notes))


def _ledger(opened: Repository) -> DoctorNote:
    return check_ledger(opened.store())


def _proof(opened: Repository) -> DoctorNote:
    store = opened.store_proof()
    return check_proof(store.prove(), store.address)


def _clock(opened: Repository) -> DoctorNote:
    return check_clock(opened.store(), opened.clock)


def _waits(opened: Repository) -> DoctorNote:
    return check_waits(opened.config)


def _place(opened: Repository) -> DoctorNote:
    """Check what the address itself shows."""
    scheme, _, rest = opened.config.state.partition(":")
    subject = "place"
    if scheme == "file" and (kind := opened.network_file_system()):
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
    """Check that the ledger belongs to the marketplace in `satops.yaml`, like apply."""
    subject, here = "bound", shown_address(opened.marketplace_address())
    state = opened.session().state
    try:
        require_open(state, opened.store().address)
        require_marketplace(state, opened.marketplace_address())
    except SatopsError as error:
        return wrong(subject, str(error), error.exit_code)
    return good(subject, f"The ledger and satops.yaml name the same marketplace: {here}.")


def _left(opened: Repository) -> DoctorNote:
    """Find scratch ledgers that an interrupted proof left beside the ledger."""
    from satops.adapters.stores.open import PREFIX, left_beside

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
    """Append to the ledger like an apply that buys nothing."""
    session, local, started = opened.appending("doctor", say)
    session.mark = local.mark
    require_own_appends(session, (opened.expected_head(),))
    return check_append(session, started)


def _local(opened: Repository) -> DoctorNote:
    """Check that this machine can keep outcomes that do not reach the ledger."""
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
    """Check token and host for an apply from here, without showing the token.

    `SATOPS_MARKETPLACE` is checked by the same function as in apply.
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


_Check = Callable[[Repository], DoctorNote]
OF_THE_LEDGER: tuple[_Check, ...] = (_ledger, _bound, _proof, _place, _left, _clock)
OF_THE_REST: tuple[_Check, ...] = (_waits, _local, _git, _access, check_install, check_workflows)
"""The checks in order; none stops the others."""
