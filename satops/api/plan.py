"""Plan: read the tree and make the plan, without calling the marketplace or writing anything."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from satops.adapters.git_command import folder_in_git
from satops.api.repository import FilePath, Repository, Say, open_repository
from satops.api.specs import in_ci, moment, no_copy, require_named_files, spec_tree
from satops.core.ledger.state import LedgerState
from satops.core.order.order import Order
from satops.core.plan.plan import Plan
from satops.core.plan.wait import Wait
from satops.errors import LedgerMissing
from satops.ports import LedgerStore
from satops.workflow.ledger_session import LedgerSession
from satops.workflow.part import limits_of, only_part, part_of
from satops.workflow.plan import make_plan


def plan(
    repository: FilePath,
    *,
    at: str | None = None,
    ledger: FilePath | None = None,
    limits_from: str | None = None,
    since: str | None = None,
    names: Sequence[str] = (),
    labels: Sequence[tuple[str, str]] = (),
    environ: Mapping[str, str] | None = None,
) -> Plan:
    """Return what apply would do, for all orders or those with the `names` or `labels`.

    `at` plans as of another time, `ledger` with a copy of the ledger, `limits_from` with the
    limits, severities and ledger address of a git commit.  Orders that the commit `since` (or else
    `limits_from`) already had are marked as waiting.  Without a ledger, `ledger_head` is None.
    Raises `UsageError`, `LedgerCorrupt` and `StoreUnreachable`.
    """
    return plan_to_show(
        repository,
        at=at,
        ledger=ledger,
        limits_from=limits_from,
        since=since,
        names=names,
        labels=labels,
        environ=environ,
    ).plan


class Planned(Struct, frozen=True):
    """A plan, with further values for its reports."""

    plan: Plan
    opened: Repository
    """The repository with the plan's limits and prices."""
    outlines: Mapping[int, bytes]
    """Bought polygons as GeoJSON text, by the `seq` of the event that holds them; none where the
    plan was made without."""

    def link(self, file: str, line: int) -> str | None:
        """Return the forge's URL of a line of a spec, or None."""
        from satops.adapters.provenance import spec_address

        commit = None if self.plan.origin is None else self.plan.origin.commit
        if commit is None:
            return None
        folder = folder_in_git(self.opened.root)
        return spec_address(self.opened.environ, commit, folder, file, line)

    def body(self, order: Order) -> bytes:
        """Return the exact request of an order."""
        return self.opened.body(order)

    @property
    def currency(self) -> str:
        """Currency of the estimates; empty without prices."""
        return str((self.opened.config.prices or {}).get("currency", ""))

    def waits(self) -> Sequence[Wait]:
        """Return how long each order to create has waited since its merge, from git."""
        from satops.adapters.history import History
        from satops.workflow.origins import waits

        limit_h = self.opened.config.nightly_waits_h
        history = History(self.opened.root)
        return waits(history, self.plan.creates, self.opened.clock.now(), limit_h)

    def commits(self) -> Sequence[str]:
        """Return the commits of the orders to create, each once, from git."""
        from satops.adapters.history import History
        from satops.workflow.origins import commits

        return commits(History(self.opened.root), self.plan.creates)


def plan_to_show(
    repository: FilePath,
    *,
    at: str | None = None,
    ledger: FilePath | None = None,
    limits_from: str | None = None,
    since: str | None = None,
    names: Sequence[str] = (),
    labels: Sequence[tuple[str, str]] = (),
    feasibility: FilePath | None = None,
    outlines: bool = False,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> Planned:
    """Return the plan of `plan`, with further values for reports; `feasibility` is evidence.

    With `outlines`, the bought polygons are kept as the ledger is read.  `say` hears of a ledger
    that is closed or older than what this machine appended.

    Raises `Refused` for evidence of another marketplace, or of an order that has changed since.
    """
    copy = None if ledger is None else Path(ledger)
    opened = open_repository(repository, environ=environ)
    require_named_files(opened)
    base = None
    if limits_from is not None:
        from satops.api.base import Base

        base = Base(opened, limits_from)
        opened = base.ruling
    specs = spec_tree(opened, rules_from=limits_from, strict=in_ci(opened.environ))
    now = opened.now() if at is None else moment(at)
    empty = LedgerState(outlines={} if outlines else None)
    session = LedgerSession(_store(opened, copy), opened.clock, "", empty)
    state = _read(session, opened, copy, say)
    if state is not None and ledger is None and limits_from is None:
        opened.require_its_ledger(state)
    made = make_plan(
        specs.read_whole(state),
        state,
        opened.config,
        now=now,
        recall=session.recall,
        rules=specs.rules,
    )
    if part := part_of(names, labels):
        made = only_part(made, part, limits_of(opened.config, state, now))
    if base is not None:
        made = base.compared(made)
    since = since or limits_from
    if since is not None:
        from satops.api.base import Earlier

        earlier = base.earlier if base and since == limits_from else Earlier(opened, since)
        made = replace(made, since=since, waiting=earlier.waiting(made))
    made = replace(made, origin=opened.origin(None if state is None else state.ledger))
    if feasibility is not None:
        from satops.adapters.files.feasibility_file import read_feasibility
        from satops.workflow.feasibility import with_evidence

        made = with_evidence(made, read_feasibility(Path(feasibility)), opened.possible_addresses)
    return Planned(made, opened, session.state.outlines or {})


def _read(
    session: LedgerSession, opened: Repository, copy: Path | None, say: Say
) -> LedgerState | None:
    """Return the ledger; None where there is none, and an error where there is no such copy."""
    try:
        state = session.read()
    except LedgerMissing:
        if copy is not None:
            raise no_copy(copy) from None
        return None
    if copy is None:
        opened.tell_doubt(session, say)
    return state


def _store(opened: Repository, copy: Path | None) -> LedgerStore:
    if copy is None:
        return opened.store()
    from satops.adapters.stores.file import FileStore

    return FileStore(copy)
