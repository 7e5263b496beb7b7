"""Reading the tree, and making the plan.  Neither talks to the marketplace nor writes anything."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from satops.adapters.files.aoi_files import AoiFiles
from satops.adapters.files.order_files import OrderTree
from satops.adapters.files.schemas import order_schema
from satops.adapters.files.whole_tree import WholeTree
from satops.api.repository import FilePath, Repository, open_repository
from satops.core.ledger.kept import KeptSpecs
from satops.core.ledger.state import SPENT, LedgerState, may_be_bought
from satops.core.order.order import Order, instant_text
from satops.core.plan.limits import check_limits
from satops.core.plan.plan import Part, Plan
from satops.core.problem import Problem
from satops.core.spec.spec import Spec
from satops.errors import LedgerMissing, UsageError
from satops.ports import LedgerStore, OrderFiles
from satops.workflow.ledger_session import LedgerSession
from satops.workflow.part import Limits, only_part
from satops.workflow.plan import make_plan
from satops.workflow.read_files import Chunk, FileReader
from satops.workflow.validate import Tree, read_tree

if TYPE_CHECKING:
    from satops.core.checks import Rules

    LateRules = Callable[[], Rules]


def validate(repository: FilePath, *, environ: Mapping[str, str] | None = None) -> Tree:
    """Read every order spec and report every problem; needs no ledger, token or network."""
    opened = open_repository(repository, environ=environ)
    require_named_files(opened)
    return whole(opened, read_specs(opened), None, strict=in_ci(opened.environ))


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
    """Return what apply would do; with `names` or `labels`, for the orders that have them.

    `at` plans as of another moment, `ledger` against a copy of the ledger, `limits_from` with
    limits, severities and the ledger's address of a git commit.  What the commit `since` (else
    `limits_from`) asked for alike is told apart as waiting.  Without a ledger the plan is against
    nothing, and its `ledger_head` is None.  Raises `UsageError`, `LedgerCorrupt` and
    `StoreUnreachable`.
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


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, with what a report of it needs beside."""

    plan: Plan
    body: Callable[[Order], bytes]
    """Makes the exact request of an order."""
    currency: str
    """Of the estimates; empty where no prices are configured."""
    late: Callable[[], Mapping[str, float]]
    """Asks git for the orders that wait for longer than `nightly.waitsH`, with their hours."""
    commits: Callable[[], Sequence[str]]
    """Asks git for the commits that the orders to create come from, each once."""


def plan_to_show(
    repository: FilePath,
    *,
    at: str | None = None,
    ledger: FilePath | None = None,
    limits_from: str | None = None,
    since: str | None = None,
    names: Sequence[str] = (),
    labels: Sequence[tuple[str, str]] = (),
    environ: Mapping[str, str] | None = None,
) -> Planned:
    """Return what `plan` does, with what reports show beside it."""
    copy = None if ledger is None else Path(ledger)
    opened = open_repository(repository, environ=environ)
    require_named_files(opened)
    base = None
    if limits_from is not None:
        from satops.api.base import Base

        base = Base(opened, limits_from)
        opened = base.ruling
    rules = late_rules(opened, limits_from)
    now = opened.now() if at is None else moment(at)
    session = LedgerSession(_store(opened, copy), opened.clock, "")
    state: LedgerState | None
    try:
        state = session.read()
    except LedgerMissing:
        if copy is not None:
            raise no_copy(copy) from None
        state = None
    if state is not None and ledger is None and limits_from is None:
        opened.require_its_ledger(state)
    made = plan_on(opened, state, session, now, rules, strict=in_ci(opened.environ))
    if part := part_of(names, labels):
        made = only_part(made, part, limits_of(opened, state, now))
    if base is not None:
        made = base.compared(made)
    since = since or limits_from
    if since is not None:
        from satops.api.earlier import Earlier

        made = replace(made, since=since, waiting=Earlier(opened, since).waiting(made))
    from satops.api.reviewed import origin

    made = replace(made, origin=origin(opened, None if state is None else state.ledger))
    currency = str((opened.config.prices or {}).get("currency", ""))

    def asked_for_in() -> Sequence[str]:
        from satops.api.origins import commits

        return commits(opened, made.creates)

    def late() -> Mapping[str, float]:
        from satops.api.origins import waiting_too_long

        return waiting_too_long(opened, made.creates)

    return Planned(made, opened.body, currency, late, asked_for_in)


def plan_on(
    opened: Repository,
    state: LedgerState | None,
    session: LedgerSession,
    now: str,
    rules: "LateRules",
    *,
    strict: bool,
) -> Plan:
    """Read the tree, and make the plan on a state of the ledger; see `read_specs` and `whole`."""

    def across(
        creating: Sequence[Spec], tree: Sequence[Spec], known: LedgerState
    ) -> Iterable[Problem]:
        if not creating:
            return ()
        from satops.workflow.checks import checks_of_plan

        return checks_of_plan(rules(), now=now, recall=session.recall)(creating, tree, known)

    tree = read_specs(opened, rules=rules, state=state)
    return make_plan(
        whole(opened, tree, state, strict=strict),
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
) -> Tree:
    """Read the tree of a repository, or what stands for it in `files`.

    With a `state`, files that hold only what is placed are not parsed, and the buyer's checks are
    made only of orders that may still be bought.
    """
    rules = late_rules(opened) if rules is None else rules
    files = order_tree(opened) if files is None else files
    known = state if state is not None else LedgerState()
    zone = opened.config.timezone
    kept = KeptSpecs(known, None if zone is None else str(zone))

    def check(chunk: Chunk) -> Iterable[Problem]:
        from satops.workflow.checks import checks_of_specs

        open_to_buy = chunk.only(lambda spec: may_be_bought(known.orders.get(spec.name)))
        return checks_of_specs(rules())(open_to_buy) if open_to_buy.specs else ()

    with AoiFiles(encoding=opened.config.encoding) as aois:
        reader = FileReader(files, opened.config, order_schema(), check=check, read_aoi=aois.read)
        return read_tree(files, reader, kept)


def order_tree(opened: Repository) -> OrderFiles:
    """Return the tree of order specs as it lies on disk."""
    absent = WholeTree(opened.root, opened.config.orders).why_absent
    return OrderTree(opened.root, opened.config.orders, why_absent=absent)


def whole(opened: Repository, tree: Tree, state: LedgerState | None, *, strict: bool) -> Tree:
    """Return a tree with an error for each part of it that git has and the work tree lacks.

    With `strict`, a spec that is missing and not staged as deleted is an error too.
    """
    held = state is not None and any(known.standing in SPENT for known in state.orders.values())
    missing = WholeTree(opened.root, opened.config.orders).problems(
        holds_orders=held, files=tree.files, strict=strict
    )
    return tree.lacking(missing)


def part_of(names: Sequence[str], labels: Sequence[tuple[str, str]]) -> Part | None:
    """Return what is chosen; None where nothing is named, so that all is meant."""
    return Part(tuple(names), tuple(labels)) if names or labels else None


def limits_of(opened: Repository, state: LedgerState | None, now: str) -> Limits:
    """Return what holds some orders of a plan against the limits."""
    return lambda creates: check_limits(creates, state or LedgerState(), opened.config.limits, now)


def require_named_files(opened: Repository) -> None:
    """Raise `UsageError` where a file that satops.yaml names is missing or was not fetched.

    The checks read it only where there is something to check.
    """
    config = opened.config
    whole_tree = WholeTree(opened.root, config.orders)
    whole_tree.require(config.allowed, config.forbidden, config.modes)


def in_ci(environ: Mapping[str, str]) -> bool:
    """Tell whether this is a CI run, as every CI says it: `CI` is set."""
    return environ.get("CI", "").strip().lower() not in ("", "0", "false", "no")


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


def moment(text: str) -> str:
    """Return an instant that a caller gave, in UTC as the ledger has it.  Raises `UsageError`."""
    from satops.core.finding import Finding
    from satops.core.order.dates import read_date

    found = read_date(text, None)
    if isinstance(found, Finding):
        raise UsageError(f"{text!r} is no moment: {found.detail}")
    return instant_text(found)
