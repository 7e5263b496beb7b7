"""Read reviewed plans, and check that they are valid for this run."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from satops.adapters.files.plan_file import read_plan
from satops.adapters.git_command import TIMEOUT_S, Git
from satops.api.repository import FilePath, Repository
from satops.core.order.order import instant
from satops.core.plan.plan import SavedPlan
from satops.errors import Refused, StoreUnreachable, UsageError
from satops.workflow.guards import Approval, Confirm

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
