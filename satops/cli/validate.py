"""`satops validate`."""

import click

from satops.api.validate import validate
from satops.cli import options
from satops.cli.context import Call
from satops.cli.output import finish
from satops.errors import ExitCode
from satops.workflow.validate import Tree


@click.command("validate")
@options.as_json
@click.pass_obj
def command(call: Call, as_json: bool) -> int:
    """Check every order spec.

    Reports all problems of all files at once. Needs no ledger, no token and no network.
    """
    from satops.report.json.plan import validate_json
    from satops.report.text.problems import validate_blocks

    tree = validate(call.repository, environ=call.environ)
    return finish(
        code_of(tree),
        as_json=as_json,
        json=lambda: validate_json(len(tree.specs), tree.problems),
        text=lambda: validate_blocks(tree),
    )


def code_of(tree: Tree) -> ExitCode:
    """Return 3 if an error blocks an order, else 0."""
    return ExitCode.INVALID if any(p.blocks for p in tree.problems) else ExitCode.DONE
