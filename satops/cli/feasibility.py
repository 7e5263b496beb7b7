"""`satops feasibility`."""

import click

from satops.api import feasibility as asking
from satops.cli import completion, options
from satops.cli.context import Call
from satops.cli.output import finish, say
from satops.core.plan.feasibility import Answer, Feasibility
from satops.errors import ExitCode
from satops.workflow.feasibility import WAIT_S


@click.command("feasibility")
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=completion.order_names)
@options.labels
@options.as_json
@click.option("--out", metavar="FILE", help="Save the answers, for `satops plan --feasibility`.")
@click.option(
    "--wait", "wait_s", metavar="SECONDS", type=options.Seconds(), default=WAIT_S,
    show_default=True, help="Wait no longer than this for each simulation.",
)  # fmt: skip
@click.pass_obj
def command(
    call: Call,
    names: tuple[str, ...],
    labels: tuple[str, ...],
    as_json: bool,
    out: str | None,
    wait_s: float,
) -> int:
    """Ask the marketplace which satellites would pass over the new orders. Orders nothing.

    Needs `marketplace: {simulation: true}` in satops.yaml. Nothing is written to the ledger.
    """
    from satops.report.json.plan import feasibility_json
    from satops.report.text.feasibility import feasibility_blocks

    evidence = asking.feasibility(
        call.repository,
        names=names,
        labels=[options.label(text) for text in labels],
        wait_s=wait_s,
        say=say,
        environ=call.environ,
    )
    if out is not None:
        from satops.adapters.files.new_files import write_whole

        write_whole(call.path(out), feasibility_json(evidence), option="--out", kind="feasibility")
    return finish(
        code_of(evidence),
        as_json=as_json,
        json=lambda: feasibility_json(evidence),
        text=lambda: feasibility_blocks(evidence, saved=out),
    )


def code_of(evidence: Feasibility) -> ExitCode:
    """Return 8 if a simulation was not read to its end; "no pass" is a result."""
    unread = (Answer.RUNNING, Answer.UNREAD, Answer.REFUSED, Answer.FAILED)
    lacking = any(each.answer in unread for each in evidence.orders)
    return ExitCode.MARKETPLACE if lacking else ExitCode.DONE
