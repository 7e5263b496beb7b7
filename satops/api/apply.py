"""Apply, the verb that spends money.  `workflow.apply` holds its steps."""

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from satops.adapters.crash_points import reach_from_environment
from satops.adapters.files.provenance_file import read_provenance
from satops.adapters.history import History
from satops.api.notices import telling
from satops.api.repository import FilePath, Say, open_repository
from satops.api.reviewed import read_approval, require_valid_here
from satops.api.specs import require_named_files, spec_tree
from satops.core.plan.plan import Plan
from satops.errors import UsageError
from satops.workflow.apply import Applying
from satops.workflow.apply_report import ApplyReport, Asked
from satops.workflow.origins import Origins
from satops.workflow.submit import Progress


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
