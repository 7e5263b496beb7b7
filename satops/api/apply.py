"""Apply: the one verb that spends money."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from satops.adapters.crash_points import reach_from_environment
from satops.adapters.files.plan_file import SavedPlan, read_plan
from satops.api.doctor import require_proof
from satops.api.origins import provenances
from satops.api.plan import late_rules, limits_of, part_of, plan_on, require_named_files
from satops.api.repository import FilePath, Say, open_repository
from satops.api.reviewed import read_reviewed, require_valid_here
from satops.core.ledger.state import LedgerState
from satops.core.plan.plan import Plan, action_digest
from satops.core.plan.provenance import NOTHING_KNOWN, Provenance
from satops.errors import Refused, UsageError
from satops.workflow.apply import Applying
from satops.workflow.apply_report import ApplyReport, Asked
from satops.workflow.part import aside_words, only_part, refuse_walking_around
from satops.workflow.plan import refuse_invalid
from satops.workflow.review import (
    only_reviewed,
    reviewed_orders,
    said_of_reviewed,
)
from satops.workflow.submit import Progress

_DIGEST_MIN = 12
"""Characters: what `satops plan` shows of a digest."""


def apply(
    repository: FilePath,
    *,
    confirm: Callable[[Plan], None] = lambda _: None,
    progress: Progress | None = None,
    plan_file: FilePath | None = None,
    expect_digest: str | None = None,
    reviewed: Sequence[FilePath] = (),
    asked: Asked | None = None,
    stopping: Callable[[], bool] = lambda: False,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> ApplyReport:
    """Buy the new orders of the plan, each once, and return what became of them.

    With `reviewed`, saved plans that were reviewed, only orders are bought that one of them shows
    with the same action digest (see `workflow.review`); `expect_digest` is that plan's then.
    `asked` says which orders to buy, by name or label, and what a person allows this one run; with
    `plan_file` or `reviewed`, an order must be in both.

    `confirm` sees the plan last, and raises `Refused` to stop it; it is not called when there is
    nothing to buy.  `progress` hears of each order as soon as its outcome is known.

    Raises `Refused`, `InvalidInput`, `UsageError` and `LedgerError`: then nothing was sent.
    """
    asked = asked or Asked()
    if asked.unseen and not (asked.names and asked.because):
        raise UsageError(
            "--unseen buys without a look at the account, so it needs the names of the orders and "
            "a reason:\n    satops apply NAME... --unseen --because TEXT"
        )
    saved = None if plan_file is None else read_plan(Path(plan_file))
    wanted = None if expect_digest is None else _digest(expect_digest)
    if reviewed and saved is not None:
        raise UsageError(
            "--reviewed compares order by order, and --plan the plan as a whole. Give one of them."
        )
    approved = read_reviewed([Path(path) for path in reviewed], wanted) if reviewed else []
    shown = reviewed_orders(plan.creates for plan in approved)
    opened = open_repository(repository, environ=environ)
    require_named_files(opened)
    session, local, started = opened.appending("apply", say)
    require_valid_here(approved, opened, session.state.ledger)
    rules = late_rules(opened)
    part = part_of(asked.names, asked.labels)
    to_compare: list[Plan] = []
    """The plan that a saved one is held against: before anything of it is chosen."""
    origins: dict[str, Provenance] = {}

    def replan(state: LedgerState) -> Plan:
        made = plan_on(opened, state, session, opened.now(), rules, strict=True)
        within = limits_of(opened, state, made.made_at)
        if saved is not None and saved.part is not None:
            made = only_part(made, saved.part, within)
        to_compare[:] = [made]
        if part is not None:
            made = only_part(made, part, within)
        return only_reviewed(made, shown, within) if reviewed else made

    def guard(plan: Plan, state: LedgerState) -> None:
        refuse_invalid(plan)
        refuse_walking_around(plan, asked.because)
        if aside := aside_words(plan):
            say(f"satops: {aside}")
        for line in said_of_reviewed(plan, shown):
            say(f"satops: {line}")
        if saved is not None:
            _refuse_stale(saved, to_compare[0], state)
        if wanted is not None and not approved and not plan.digest.startswith(wanted):
            raise Refused(
                f"The plan is not the one that was expected: its digest is {plan.digest}, not "
                f"{expect_digest}. Nothing was sent. Look at the plan again:\n    satops plan"
            )
        if plan.creates:
            require_proof(opened)
            origins.update(provenances(opened, plan.creates, say))
            confirm(plan)

    with opened.marketplace(say, session.state.ledger) as marketplace:
        return Applying(
            session=session,
            local=local,
            marketplace=marketplace,
            config=opened.config,
            started=replace(
                started,
                names=asked.names or None,
                unseen=asked.unseen or None,
                because=asked.because,
            ),
            asked=replace(asked, must_hold=(*asked.must_hold, opened.expected_head())),
            any_account=opened.sandbox,
            progress=progress,
            stopping=stopping,
            tell=lambda line: say(f"satops: {line}"),
            reach=reach_from_environment(),
            provenance=lambda name: origins.get(name, NOTHING_KNOWN),
        ).run(replan, guard)


def _digest(given: str) -> str:
    digest = given.strip().lower()
    if len(digest) < _DIGEST_MIN or len(digest) > 64 or set(digest) - set("0123456789abcdef"):
        raise UsageError(
            f"--expect-digest {given!r} cannot be checked: give 12 to 64 characters of a digest, "
            "as `satops plan` shows it."
        )
    return digest


def _refuse_stale(saved: SavedPlan, plan: Plan, state: LedgerState) -> None:
    """Refuse a saved plan that is not the plan of now, and say what has moved since."""
    if saved.digest in state.plans_used:
        raise Refused(
            f"{saved.path} was applied before, and a saved plan is used once. Nothing was sent. "
            "Plan again:\n    satops plan"
        )
    if saved.digest == plan.digest:
        return
    moved = "; ".join(_moved(saved, plan)) or "the orders that are not to be created changed"
    raise Refused(
        f"{saved.path} is stale: {moved}. Nothing was sent. Make it again, and have it reviewed:\n"
        f"    satops plan --out {saved.path}"
    )


def _moved(saved: SavedPlan, plan: Plan) -> list[str]:
    moved = []
    if saved.ledger_head != plan.ledger_head:
        moved.append("the ledger has grown since")
    if saved.rules_digest != plan.rules_digest:
        moved.append("limits or severities changed")
    creates = {(a.name, action_digest(a)) for a in plan.creates}
    added = sorted(name for name, _ in creates - saved.creates)
    gone = sorted(name for name, _ in saved.creates - creates)
    if added:
        moved.append(f"it does not hold {', '.join(added[:3])}{_more(added)} as planned now")
    if gone:
        moved.append(f"it holds {', '.join(gone[:3])}{_more(gone)}, which is planned otherwise now")
    return moved


def _more(names: list[str]) -> str:
    return f" and {len(names) - 3} more" if len(names) > 3 else ""
