"""`satops trace`."""

import click

from satops.api.trace import trace
from satops.cli import options
from satops.cli.context import Call
from satops.cli.output import finish_with


@click.command("trace")
@click.argument("what", metavar="FILE|SHA256")
@options.as_json
@click.pass_obj
def command(call: Call, what: str, as_json: bool) -> int:
    """Show where a product comes from: order, run, commit, pull request and approvals.

    The file is recognised by its content; its name and folder do not matter.
    """
    from satops.report.json.ledger import trace_json
    from satops.report.text.download import trace_blocks

    path = call.path(what)
    report = trace(call.repository, path if path.exists() else what, environ=call.environ)
    return finish_with(report, trace_json, trace_blocks, as_json=as_json)
