"""`satops adopt`."""

import click

from satops.api import adopt as adopting
from satops.cli import completion, options
from satops.cli.context import Call
from satops.cli.output import confirm, finish, finish_with, say
from satops.errors import ExitCode, Refused, UsageError
from satops.workflow.adopt import Proposal


@click.command("adopt")
@click.argument("name", required=False, shell_complete=completion.order_names)
@click.argument("order_no", required=False)
@click.option("--all-matching", is_flag=True, help="All orders that match exactly one spec.")
@click.option("--since", metavar="TIME", help="With --all-matching: skip older orders.")
@click.option(
    "--any-account", is_flag=True,
    help="With --all-matching: accept the account although no order of the ledger proves it ours.",
)  # fmt: skip
@click.option(
    "--expect-digest", metavar="DIGEST",
    help="With --all-matching: the digest of the shown list. Needed without a terminal.",
)  # fmt: skip
@options.because
@options.unchecked
@options.yes
@options.as_json
@click.pass_obj
def command(
    call: Call,
    name: str | None,
    order_no: str | None,
    all_matching: bool,
    since: str | None,
    any_account: bool,
    expect_digest: str | None,
    because: str | None,
    unchecked: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Record an order that was placed elsewhere, so that satops never buys it.

    If the tree has a spec of that name, the marketplace's order must match it. --all-matching
    records every order of the account that matches exactly one spec, if that spec matches no other
    order; what is recorded is NOT bought.
    """
    because = options.reason(because)
    if all_matching:
        if name or order_no or unchecked:
            raise UsageError("--all-matching takes no name, no number and no --unchecked.")
        return _all(call, because, since, expect_digest, any_account=any_account, as_json=as_json)
    if name is None or order_no is None:
        raise UsageError("Give NAME and ORDER_NO, or --all-matching.")
    from satops.report.json.run import settled_json
    from satops.report.text.reconcile import adopted_blocks

    confirm(f"Record {order_no} as the order of {name}?", yes=yes)
    adopted = adopting.adopt(
        call.repository,
        name,
        order_no,
        because=because,
        unchecked=unchecked,
        environ=call.environ,
        say=say,
    )
    return finish_with(adopted, settled_json, adopted_blocks, as_json=as_json)


def _all(
    call: Call,
    because: str,
    since: str | None,
    expect_digest: str | None,
    *,
    any_account: bool,
    as_json: bool,
) -> int:
    from satops.report.json.run import proposal_json
    from satops.report.text.reconcile import proposal_blocks

    def ask(proposal: Proposal) -> None:
        if expect_digest is not None:
            wanted = expect_digest.strip().lower()
            if len(wanted) < 12 or not proposal.digest.startswith(wanted):
                raise Refused(
                    f"The list is not the one that was expected: its digest is {proposal.digest}. "
                    "Nothing was recorded. Look at it again."
                )
            return
        say(*proposal_blocks(proposal, recorded=False))
        confirm(f"Record these {len(proposal.adoptions)}? They will NOT be bought.", yes=False)

    proposal = adopting.adopt_all(
        call.directory,
        because=because,
        confirm=ask,
        since=since,
        any_account=any_account,
        environ=call.environ,
        say=say,
    )
    return finish(
        ExitCode.DONE,
        as_json=as_json,
        json=lambda: proposal_json(proposal),
        text=lambda: proposal_blocks(proposal, recorded=True),
    )
