"""Apply, the verb that spends money.  `workflow.apply` holds its steps.

Reviewed plans are read here, and checked: are they valid for this run?
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from satops.adapters.crash_points import reach_from_environment
from satops.adapters.files.plan_file import read_plan
from satops.adapters.git_command import TIMEOUT_S, Git
from satops.adapters.history import History
from satops.adapters.provenance import read_provenance
from satops.api.repository import FilePath, Repository, Say, open_repository
from satops.api.run import telling
from satops.api.specs import require_named_files, spec_tree
from satops.core.order.order import instant
from satops.core.plan.plan import Plan, SavedPlan
from satops.errors import Refused, StoreUnreachable, UsageError
from satops.workflow.apply import Applying
from satops.workflow.apply_report import ApplyReport, Asked
from satops.workflow.guards import Approval, Confirm
from satops.workflow.origins import Origins
from satops.workflow.submit import Progress

_DIGEST_MIN = 12
"""Characters of a digest that `satops plan` shows."""
_AHEAD_MAX = timedelta(hours=1)
"""Allowed difference of two machines' clocks."""


def read_approval(
    plan_file: FilePath | None,
    reviewed: Sequence[FilePath],
    expect_digest: str | None,
    confirm: Confirm,
    *,
    attended: bool = False,
) -> Approval:
    """Read the saved plans; with `reviewed`, the digest is that of the one plan.

    Raises `UsageError`, and `Refused` for a reviewed plan with another digest.
    """
    saved = None if plan_file is None else read_plan(Path(plan_file))
    digest = None if expect_digest is None else _digest(expect_digest)
    if reviewed and saved is not None:
        raise UsageError(
            "--reviewed compares order by order, and --plan the plan as a whole. Give one of them."
        )
    plans = _read_reviewed([Path(path) for path in reviewed], digest) if reviewed else []
    return Approval(saved, plans, digest, confirm, attended)


def _read_reviewed(paths: Sequence[Path], digest: str | None) -> list[SavedPlan]:
    if digest is not None and len(paths) != 1:
        raise UsageError(
            "With --reviewed, --expect-digest is the digest of that plan, so it needs one plan and "
            f"not {len(paths)}. Give one plan and its digest."
        )
    plans = [read_plan(path) for path in paths]
    for plan in plans:
        if digest is not None and not plan.digest.startswith(digest):
            raise Refused(
                f"{plan.path} is not the plan that was approved: its digest is {plan.digest}, and "
                f"{digest} was expected. Nothing was sent. Find out who wrote the file."
            )
    return plans


def require_valid_here(plans: Sequence[SavedPlan], opened: Repository, ledger: str) -> None:
    """Raise `Refused` for a plan of another ledger, marketplace, branch or run, or an old one."""
    here = opened.origin(ledger)
    for plan in plans:
        made = plan.origin
        for what, then, now in (
            ("ledger", made.ledger, here.ledger),
            ("marketplace", made.marketplace, here.marketplace),
            ("run", made.run, here.run),
        ):
            if then != now:
                raise _unfit(plan, f"it was made for the {what} {then}, and this one is {now}")
        _require_commit(plan, opened, here.commit)
        _require_age(plan, opened)


def _digest(given: str) -> str:
    digest = given.strip().lower()
    if len(digest) < _DIGEST_MIN or len(digest) > 64 or set(digest) - set("0123456789abcdef"):
        raise UsageError(
            f"--expect-digest {given!r} cannot be checked: give 12 to 64 characters of a digest, "
            "as `satops plan` shows it."
        )
    return digest


def _require_commit(plan: SavedPlan, opened: Repository, head: str | None) -> None:
    made = plan.origin.commit
    if made == head:
        return
    if made is None or head is None:
        raise _unfit(plan, f"it was made from the commit {made}, and this tree is {head}")
    try:
        held = Git(opened.root, TIMEOUT_S).attempt("merge-base", "--is-ancestor", made, head)
    except StoreUnreachable as error:
        raise _unfit(plan, f"its commit cannot be looked for: {error}") from None
    if held.code == 1:
        raise _unfit(plan, f"its commit {made} is not in the history of {head}")
    if not held.ok:
        raise _unfit(
            plan,
            f"whether its commit {made} is in the history of {head} cannot be told "
            f"({held.reason}). Fetch the whole history",
        )


def _require_age(plan: SavedPlan, opened: Repository) -> None:
    age = opened.clock.now() - instant(plan.made_at)
    days = opened.config.apply.reviewed_days
    if age > timedelta(days=days):
        raise _unfit(
            plan, f"it was made at {plan.made_at}, more than {days:g} days ago (apply.reviewedDays)"
        )
    if age < -_AHEAD_MAX:
        raise _unfit(plan, f"it was made for a time that has not come, {plan.made_at}")


def _unfit(plan: SavedPlan, why: str) -> Refused:
    return Refused(
        f"{plan.path} does not stand for this run: {why}. Nothing was sent. Plan again, and have "
        "it reviewed:\n    satops plan --out FILE"
    )


def apply(
    repository: FilePath,
    *,
    confirm: Callable[[Plan], None] = lambda _: None,
    attended: bool = False,
    progress: Progress | None = None,
    plan_file: FilePath | None = None,
    expect_digest: str | None = None,
    reviewed: Sequence[FilePath] = (),
    asked: Asked | None = None,
    stopping: Callable[[], bool] = lambda: False,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> ApplyReport:
    """Buy the new orders of the plan, each once, and return their outcomes.

    `reviewed` are saved plans: only orders that one of them has with the same action digest are
    bought (`workflow.review`), and `expect_digest` is that of the reviewed plan.  `asked` selects
    orders by name or label, and holds the options of this run; together with `plan_file` or
    `reviewed`, an order must be in both.

    `confirm` gets the plan last, and raises `Refused` to stop; it is not called without orders to
    buy.  `progress` gets each outcome at once.

    Raises `Refused`, `InvalidInput`, `UsageError` and `LedgerError`: then nothing was sent.
    """
    asked = asked or Asked()
    if asked.unseen and not (asked.names and asked.because):
        raise UsageError(
            "--unseen buys without a look at the account, so it needs the names of the orders and "
            "a reason:\n    satops apply NAME... --unseen --because TEXT"
        )
    approval = read_approval(plan_file, reviewed, expect_digest, confirm, attended=attended)
    opened = open_repository(repository, environ=environ)
    require_named_files(opened)
    session, local, started = opened.appending("apply", say)
    require_valid_here(approval.reviewed, opened, session.state.ledger)
    pull_requests, why_not = read_provenance(opened.environ)
    with (
        telling(opened, session, say),
        opened.marketplace(say, session.state.ledger) as marketplace,
    ):
        return Applying(
            session=session,
            local=local,
            marketplace=marketplace,
            config=opened.config,
            started=replace(
                started,
                names=asked.names or None,
                labels=tuple(f"{key}={value}" for key, value in asked.labels) or None,
                unseen=asked.unseen or None,
                because=asked.because,
            ),
            specs=spec_tree(opened, strict=True),
            proof=opened.store_proof(),
            origins=Origins(History(opened.root), opened.config.buy, pull_requests, why_not),
            asked=replace(asked, must_hold=(*asked.must_hold, opened.expected_head())),
            approval=approval,
            any_account=opened.sandbox,
            progress=progress,
            stopping=stopping,
            tell=lambda line: say(f"satops: {line}"),
            reach=reach_from_environment(),
        ).run()
