"""Reading the tree, and making the plan.  Neither talks to the marketplace nor writes anything."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from satops.adapters.files.file_digests import FileDigests
from satops.adapters.files.sealed import machine_key
from satops.api.remembering import (
    Remember,
    Watched,
    fold_ledger,
    included,
    memory_of,
    spec_memory,
)
from satops.api.repository import Repository, open_repository
from satops.core.ledger.kept import KeptSpec, KeptSpecs
from satops.core.ledger.state import LedgerState, may_be_bought
from satops.core.order.order import Order, instant_text
from satops.core.plan.plan import Plan
from satops.core.problem import Problem, by_place
from satops.core.spec.spec import Spec
from satops.errors import LedgerMissing, UsageError
from satops.ports import HashedFile, LedgerStore, OrderFiles, SourceFile
from satops.workflow.ledger_session import LedgerSession
from satops.workflow.plan import make_plan

if TYPE_CHECKING:
    from satops.adapters.reading_pair import OpenReader
    from satops.core.checks import Rules
    from satops.workflow.read_files import FileReader
    from satops.workflow.validate import Batch, FileRead, SpecMemory, Tree

    LateRules = Callable[[], Rules]


def validate(repository: Path, *, environ: Mapping[str, str] = os.environ) -> "Tree":
    """Read every order spec and report every problem; needs no ledger, token or network."""
    return read_specs(open_repository(repository, environ=environ))


def plan(
    repository: Path,
    *,
    at: str | None = None,
    ledger: Path | None = None,
    limits_from: str | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Plan:
    """Return what apply would do.

    `at` plans as of another moment, `ledger` against a copy of the ledger, `limits_from` with
    limits, severities and the ledger's address of a git commit.  Without a ledger the plan is
    against nothing, and its `ledger_head` is None.  Raises `UsageError`, `LedgerCorrupt` and
    `StoreUnreachable`.
    """
    return plan_to_show(
        repository, at=at, ledger=ledger, limits_from=limits_from, environ=environ
    ).plan


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, with what a report of it needs beside."""

    plan: Plan
    body: Callable[[Order], bytes]
    """Makes the exact request of an order."""
    currency: str
    """Of the estimates; empty where no prices are configured."""
    remember: Remember | None = None
    """Keeps the plan's JSON for `plan_memory.recall`, where the next plan may be the same."""


def plan_to_show(
    repository: Path,
    *,
    at: str | None = None,
    ledger: Path | None = None,
    limits_from: str | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Planned:
    """Return what `plan` does, with what reports show beside it."""
    opened = open_repository(repository, environ=environ, remembered=True)
    changed = None
    as_it_stands = at is None and ledger is None and limits_from is None
    if limits_from is not None:
        opened, changed = _with_limits_from(opened, limits_from)
    rules = late_rules(opened, limits_from)
    now = opened.now() if at is None else _moment(at)
    session = LedgerSession(_store(opened, ledger), opened.clock, "")
    state: LedgerState | None
    with FileDigests(str(opened.root), machine_key(environ)) as digests:
        try:
            state, ledger_sha256, _ = fold_ledger(opened, session.store, digests)
            session.state = state
        except LedgerMissing:
            if ledger is not None:
                raise no_copy(ledger) from None
            state, ledger_sha256 = None, ""
        tree = Watched(order_tree(opened, digests))
        memory = None if limits_from is not None else spec_memory(opened, tree, session.state)
        made = plan_on(opened, state, session, now, rules, files=tree, memory=memory)
    remember = None
    if as_it_stands and not digests.outdated:
        remember = memory_of(made, opened, tree, ledger_sha256)
    if changed is not None:
        made = replace(made, problems=tuple(sorted((*made.problems, changed), key=by_place)))
    currency = str((opened.config.prices or {}).get("currency", ""))
    return Planned(made, opened.body, currency, remember)


def plan_on(
    opened: Repository,
    state: LedgerState | None,
    session: LedgerSession,
    now: str,
    rules: "LateRules",
    *,
    files: OrderFiles | None = None,
    memory: "SpecMemory | None" = None,
) -> Plan:
    """Read the tree, and make the plan on a state of the ledger; see `read_specs`."""

    def across(
        creating: Sequence[Spec], tree: Sequence[Spec], known: LedgerState
    ) -> Iterable[Problem]:
        if not creating:
            return ()
        from satops.workflow.checks import checks_of_plan

        return checks_of_plan(rules(), now=now, recall=session.recall)(creating, tree, known)

    return make_plan(
        read_specs(opened, rules=rules, state=state, files=files, memory=memory),
        state,
        opened.config,
        now=now,
        recall=session.recall,
        across=across,
    )


def read_specs(
    opened: Repository,
    *,
    rules: "LateRules | None" = None,
    state: LedgerState | None = None,
    files: OrderFiles | None = None,
    memory: "SpecMemory | None" = None,
) -> "Tree":
    """Read the tree of a repository, or what stands for it in `files`.

    With a `state`, files that hold only what is placed are not read again, and the buyer's checks
    are left to orders that may still be bought.  With a `memory`, neither are files that it knows.
    """
    from satops.workflow.validate import Batch, read_tree

    rules = late_rules(opened) if rules is None else rules
    files = order_tree(opened) if files is None else files
    known = state if state is not None else LedgerState()
    zone = opened.config.timezone
    kept = KeptSpecs(known, None if zone is None else str(zone))

    def find(found: SourceFile | HashedFile) -> Sequence[KeptSpec] | None:
        return kept.find(found.path, found.sha256, lambda ref: included(files, found.path, ref))

    def read(batches: Iterable[Batch]) -> "Iterator[FileRead]":
        batches = iter(batches)
        first = next(batches, None)
        if first is None:
            return iter(())
        return _read_all(
            chain([first], batches), lambda: file_reader(opened, files, rules, known), files
        )

    return read_tree(files, read, known=find, memory=memory)


def _read_all(
    batches: "Iterable[Batch]", open_reader: "OpenReader", files: OrderFiles
) -> "Iterator[FileRead]":
    """Read batches, in two processes where that pays."""
    from satops.adapters.reading_pair import can_pair, read_paired

    def started() -> None:
        if isinstance(files, Watched):
            files.whole = False  # the other process sees files that this one does not note

    if can_pair():
        yield from read_paired(batches, open_reader, started)
        return
    with open_reader() as reader:
        for batch in batches:
            yield from reader.read(batch)


@contextmanager
def file_reader(
    opened: Repository, files: OrderFiles, rules: "LateRules", state: LedgerState
) -> "Iterator[FileReader]":
    """Open what reads files of specs; what it needs is imported only here."""
    from satops.adapters.files.aoi_files import AoiFiles
    from satops.adapters.files.schemas import order_schema
    from satops.workflow.checks import checks_of_specs
    from satops.workflow.read_files import Chunk, FileReader

    def check(chunk: Chunk) -> Iterable[Problem]:
        open_to_buy = chunk.only(lambda spec: may_be_bought(state.orders.get(spec.name)))
        return checks_of_specs(rules())(open_to_buy) if open_to_buy.specs else ()

    with AoiFiles() as aois:
        yield FileReader(files, opened.config, order_schema(), check=check, read_aoi=aois.read)


def order_tree(opened: Repository, digests: FileDigests | None = None) -> OrderFiles:
    """Return the tree of order specs as it lies on disk; files that `digests` know are not read."""
    from satops.adapters.files.order_files import OrderTree

    return OrderTree(opened.root, opened.config.orders, digests)


def late_rules(opened: Repository, ref: str | None = None) -> "LateRules":
    """Return what reads, once and when there is something to check, what the checks compare with.

    It comes from the tree, or from a git commit.  A plan with nothing new never needs it, nor the
    geometry libraries behind it.
    """

    @cache
    def rules() -> "Rules":
        from satops.adapters.files.rule_files import from_commit, from_tree, load_rules

        read = from_tree(opened.root) if ref is None else from_commit(opened.root, ref)
        return load_rules(opened.config, read)

    return rules


def no_copy(path: Path) -> LedgerMissing:
    """Return what to raise where a copy of the ledger was named and is none."""
    return LedgerMissing(
        f"There is no copy of a ledger in {path}. Look at the path, or fetch the copy again."
    )


def _store(opened: Repository, copy: Path | None) -> LedgerStore:
    if copy is None:
        return opened.store()
    from satops.adapters.stores.file import FileStore

    return FileStore(copy)


def _moment(text: str) -> str:
    from satops.core.finding import Finding
    from satops.core.order.dates import read_date

    found = read_date(text, None)
    if isinstance(found, Finding):
        raise UsageError(f"--at: {found.detail}")
    return instant_text(found)


def _with_limits_from(opened: Repository, ref: str) -> tuple[Repository, Problem | None]:
    """Return the repository with the limits, severities, prices and ledger of another commit.

    The ledger too: a change under review must not choose what counts as bought, nor which host
    this machine talks to.  The problem tells reviewers that the configuration was changed.
    """
    from satops.adapters.files.config_file import NAME, load_config_at
    from satops.core.plan.config_changes import config_problem

    base = load_config_at(opened.root, ref)
    config = replace(
        opened.config,
        state=base.state,
        limits=base.limits,
        severities=base.severities,
        prices=base.prices,
        region=base.region,
        allowed=base.allowed,
        forbidden=base.forbidden,
        modes=base.modes,
    )
    problem = config_problem(base, opened.config, file=NAME, ref=ref)
    return replace(opened, config=config), problem
