"""`satops init`."""

import shlex

import click

from satops.api import starting
from satops.cli import options
from satops.cli.call import Call
from satops.cli.output import finish
from satops.errors import ExitCode


@click.command("init")
@click.argument("folder", metavar="[DIR]", default=".")
@click.option("--no-samples", is_flag=True, help="Write no sample orders.")
@options.as_json
@click.pass_obj
def command(call: Call, folder: str, no_samples: bool, as_json: bool) -> int:
    """Make a folder ready: configuration, schemas, sample orders and an empty ledger.

    It orders from the sandbox until satops.yaml names a marketplace. Overwrites nothing.
    """
    from satops.report.json import document
    from satops.report.text.started import init_blocks

    root = call.path(folder)
    ready = starting.init(root, samples=not no_samples, environ=call.environ)
    there = "" if folder == "." else f"cd {shlex.quote(folder)} && "
    return finish(
        ExitCode.DONE,
        as_json=as_json,
        json=lambda: document({"root": str(root), "ledger": ready.ledger}, written=ready.written),
        text=lambda: init_blocks(str(root), ready.written, ready.ledger, there),
    )
