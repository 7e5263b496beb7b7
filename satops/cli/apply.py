"""`satops apply`."""

import click

from satops.api import apply as buying
from satops.api import repository
from satops.cli import completion, options
from satops.cli.context import Call
from satops.cli.interrupts import Stopping
from satops.cli.output import confirm, finish, say
from satops.cli.progress import watching
from satops.core.plan.plan import Plan
from satops.workflow.apply_report import Asked


@click.command("apply")
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=completion.order_names)
@options.labels
@click.option("--plan", "plan_file", metavar="FILE", help="Buy this saved plan, if still current.")
@options.as_json
@options.yes
@click.option(
    "--expect-digest", metavar="DIGEST",
    help="Buy only if the plan, or the one of --reviewed, has this digest.",
)  # fmt: skip
@click.option(
    "--reviewed", metavar="PLAN", multiple=True,
    help="Buy only orders of this reviewed plan, unchanged. May be repeated.",
)  # fmt: skip
@options.because
@click.option(
    "--unseen", is_flag=True,
    help="Buy the named orders although the account cannot be read. Needs --because.",
)  # fmt: skip
@options.no_wait
@click.pass_obj
def command(
    call: Call,
    names: tuple[str, ...],
    labels: tuple[str, ...],
    plan_file: str | None,
    as_json: bool,
    yes: bool,
    expect_digest: str | None,
    reviewed: tuple[str, ...],
    because: str | None,
    unseen: bool,
    no_wait: bool,
    wait_max_s: float | None,
) -> int:
    """Buy the new orders of the plan, or only those that are named.

    The plan is made now. With --plan FILE, of `satops plan --out FILE`, it must still be the same
    plan. Asks before it buys; without a terminal it needs --yes.

    At the end it waits for orders of its plan that another run is placing.
    """
    from satops.report.json.run import apply_json
    from satops.report.text.apply import apply_blocks
    from satops.report.text.plan import plan_blocks, purchase

    opened = repository.open_repository(call.repository, environ=call.environ)
    currency = str((opened.config.prices or {}).get("currency", ""))

    def ask(plan: Plan) -> None:
        if not (yes or call.quiet):
            say(*plan_blocks(plan, ends=False, currency=currency))
        if not plan.refusals:
            bought = purchase(plan, opened.offer.captures, currency)
            confirm(f"Buy {bought}? This cannot be undone.", yes=yes)

    stopping = Stopping()
    with stopping, watching(stopping, quiet=call.quiet) as progress:
        report = buying.apply(
            call.repository,
            plan_file=None if plan_file is None else call.path(plan_file),
            expect_digest=expect_digest,
            reviewed=[call.path(path) for path in reviewed],
            asked=Asked(
                names=names,
                labels=tuple(options.label(text) for text in labels),
                unseen=unseen,
                because=because,
                wait=not no_wait,
                wait_max_s=wait_max_s,
            ),
            confirm=ask,
            attended=not yes,
            progress=progress,
            stopping=stopping.requested,
            environ=call.environ,
            say=say,
        )
    return finish(
        report.exit_code,
        as_json=as_json,
        json=lambda: apply_json(report),
        text=lambda: apply_blocks(report, sandbox=opened.sandbox),
    )
