"""`satops refresh`."""

import click

from satops.api import refresh as observing
from satops.cli import options
from satops.cli.context import Call
from satops.cli.output import finish, say
from satops.errors import ExitCode


@click.command("refresh")
@options.as_json
@click.pass_obj
def command(call: Call, as_json: bool) -> int:
    """Read the status of placed orders from the marketplace into the ledger."""
    from satops.report.json import refresh_json
    from satops.report.text.reconcile import refresh_blocks

    report = observing.refresh(call.repository, environ=call.environ, say=say)
    return finish(
        ExitCode.DONE,
        as_json=as_json,
        json=lambda: refresh_json(report),
        text=lambda: refresh_blocks(report),
    )
