"""`satops download`."""

import click

from satops.api import download as fetching
from satops.cli import options
from satops.cli.context import Call
from satops.cli.download_progress import watching
from satops.cli.interrupts import Stopping
from satops.cli.output import finish_with, say


@click.command("download")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@options.labels
@click.option(
    "--to", metavar="TARGET",
    help="A folder, or s3://, gs:// or az:// with bucket and prefix. Default: `delivery.to`.",
)  # fmt: skip
@click.option("--again", is_flag=True, help="Fetch existing products again.")
@click.option(
    "--no-record", is_flag=True,
    help="Write nothing to the ledger, for users who may only read it.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show which products would be fetched.")
@click.option("--keep-going", is_flag=True, help="Continue with other products after a failure.")
@options.as_json
@click.pass_obj
def command(
    call: Call,
    names: tuple[str, ...],
    labels: tuple[str, ...],
    to: str | None,
    again: bool,
    no_record: bool,
    dry_run: bool,
    keep_going: bool,
    as_json: bool,
) -> int:
    """Fetch the delivered products of all orders, or of some, that the target lacks.

    A product gets its name once it is complete. An interrupted fetch is resumed. The ledger
    records each product with its SHA-256.
    """
    from satops.report.json.download import download_json
    from satops.report.text.download import download_blocks

    target = to if to is None or "://" in to else str(call.path(to))
    with Stopping(), watching(quiet=call.quiet) as progress:  # never armed: parts stay as they are
        report = fetching.download(
            call.repository,
            names,
            labels=[options.label(text) for text in labels],
            to=target,
            again=again,
            record=not no_record,
            dry_run=dry_run,
            keep_going=keep_going,
            progress=progress,
            say=say,
            environ=call.environ,
        )
    return finish_with(
        report, download_json, download_blocks, as_json=as_json, code=report.exit_code
    )
