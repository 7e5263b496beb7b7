"""`satops init`."""

import shlex

import click

from satops.api import init as starting
from satops.cli import options
from satops.cli.context import Call
from satops.cli.output import finish
from satops.errors import ExitCode
from satops.workflow.scaffold_ci import FORGES, Forge


@click.command("init")
@click.argument("folder", metavar="[DIR]", default=".")
@click.option("--no-samples", is_flag=True, help="Write no sample orders.")
@click.option(
    "--ci", type=click.Choice(FORGES),
    help="Write the workflows too: plan in review, apply on merge.",
)  # fmt: skip
@click.option(
    "--branch", metavar="NAME", default="main", show_default=True,
    help="With --ci github: the branch that orders are merged to.",
)  # fmt: skip
@options.as_json
@click.pass_obj
def command(
    call: Call, folder: str, no_samples: bool, ci: Forge | None, branch: str, as_json: bool
) -> int:
    """Make a folder ready: configuration, schemas, sample orders and an empty ledger.

    It orders from the sandbox until satops.yaml names a marketplace. Overwrites nothing. With
    --ci the ledger will be a branch at the forge; a folder that is ready already gets the
    workflows alone.
    """
    from satops.report.json import document
    from satops.report.text.setup import ci_blocks, init_blocks

    root = call.path(folder)
    ready = starting.init(root, samples=not no_samples, ci=ci, branch=branch, environ=call.environ)
    there = "" if folder == "." else f"cd {shlex.quote(folder)} && "
    return finish(
        ExitCode.DONE,
        as_json=as_json,
        json=lambda: document({"root": str(root), "ledger": ready.ledger}, written=ready.written),
        text=lambda: (
            ci_blocks(str(root), ready.written, there)
            if ready.ledger is None
            else init_blocks(str(root), ready.written, ready.ledger, there)
        ),
    )
