"""`satops refresh`."""

import click

from satops.api import refresh as observing
from satops.cli import options
from satops.cli.context import Call
from satops.cli.output import finish_with, say


@click.command("refresh")
@options.as_json
@click.pass_obj
def command(call: Call, as_json: bool) -> int:
    """Read the status of placed orders from the marketplace into the ledger.

    Only changes are recorded. Orders that failed, or whose window is over without a delivery, are
    listed.
    """
    from satops.report.json.run import refresh_json
    from satops.report.text.download import refresh_blocks

    report = observing.refresh(call.repository, environ=call.environ, say=say)
    return finish_with(report, refresh_json, refresh_blocks, as_json=as_json, code=report.exit_code)
