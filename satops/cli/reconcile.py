"""`satops reconcile`."""

import click

from satops.api import reconcile as settling
from satops.cli import options
from satops.cli.context import Call
from satops.cli.interrupts import Stopping
from satops.cli.output import finish, say


@click.command("reconcile")
@click.option("--dry-run", is_flag=True, help="Look, and write nothing.")
@click.option(
    "--nightly", is_flag=True,
    help="Exit 3 when an order of the account fits a spec, or one of ours is marked deleted.",
)  # fmt: skip
@click.option(
    "--wait", "wait_s", metavar="SECONDS", type=click.FloatRange(min=0), default=0.0,
    help="Look again for so long, while waiting can settle something.",
)  # fmt: skip
@click.option(
    "--spool", "spools", metavar="FILE", multiple=True,
    help="Take order numbers from a spool of another machine, where the marketplace shows them.",
)  # fmt: skip
@options.no_wait
@options.as_json
@click.pass_obj
def command(
    call: Call,
    dry_run: bool,
    nightly: bool,
    wait_s: float,
    spools: tuple[str, ...],
    no_wait: bool,
    wait_max_s: float | None,
    as_json: bool,
) -> int:
    """Look up orders in doubt at the marketplace, and settle what is certain.

    Never orders anything. Exactly one order that can be it: placed. None: not placed, but only
    after several looks over some time. Several: a person decides, with `satops resolve`.
    """
    from satops.report.json.reconcile import reconcile_json
    from satops.report.text.reconcile import reconcile_blocks

    with Stopping():  # never armed: a stop ends the wait at once, as nothing is on the wire
        report = settling.reconcile(
            call.repository,
            dry_run=dry_run,
            nightly=nightly,
            patience_s=wait_s,
            wait=not no_wait,
            wait_max_s=wait_max_s,
            spools=[call.path(spool) for spool in spools],
            environ=call.environ,
            say=say,
        )
    return finish(
        report.exit_code,
        as_json=as_json,
        json=lambda: reconcile_json(report, dry_run=dry_run),
        text=lambda: reconcile_blocks(report, dry_run=dry_run),
    )
