"""`satops expand`."""

import click

from satops.api.expand import expand
from satops.cli import options
from satops.cli.context import Call
from satops.cli.output import finish_with
from satops.errors import ExitCode


@click.command("expand")
@click.argument("file", type=click.Path())
@options.as_json
@click.pass_obj
def command(call: Call, file: str, as_json: bool) -> int:
    """Show each order of FILE as a spec of its own.

    A series becomes one spec for each member. Needs no ledger, no token and no network.
    """
    from satops.report.expand import expand_blocks, expand_json

    found = expand(call.repository, call.path(file), environ=call.environ)
    wrong = any(problem.blocks for problem in found.problems)
    return finish_with(
        found,
        expand_json,
        expand_blocks,
        as_json=as_json,
        code=ExitCode.INVALID if wrong else ExitCode.DONE,
    )
