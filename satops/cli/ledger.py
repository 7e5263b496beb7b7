"""`satops ledger`."""

import click

from satops.api import ledger, ledger_start
from satops.cli import options
from satops.cli.confirm import confirm
from satops.cli.context import Call
from satops.cli.output import finish, finish_with, say
from satops.core.safe import safe
from satops.errors import ExitCode


@click.group("ledger")
def command() -> None:
    """Begin a ledger, copy or move one, go on with an older one, or take in a spool."""


@command.command("start")
@click.option(
    "--also-buy", metavar="NAME", multiple=True,
    help="At a marketplace: buy this order too, though it is a sample or the sandbox holds it.",
)  # fmt: skip
@click.option(
    "--continues", metavar="FILE",
    help="Go on from a broken ledger that has no copy. Needs --because.",
)  # fmt: skip
@options.because
@options.yes
@options.as_json
@click.pass_obj
def start(
    call: Call,
    also_buy: tuple[str, ...],
    continues: str | None,
    because: str | None,
    yes: bool,
    as_json: bool,
) -> int:
    """Begin an empty ledger where there is none, for the marketplace of satops.yaml.

    A new ledger knows no orders: whatever is in the tree would be bought, also what was bought
    before. If the old ledger was lost, get it back from a copy instead. Where `state` names the
    ledger of the sandbox and satops.yaml a marketplace, a ledger beside it is begun.
    """
    from satops.report.json import document
    from satops.report.text.setup import started_blocks

    address = ledger_start.ledger_address(call.repository, environ=call.environ)
    confirm(
        f"Begin an empty ledger at {safe(address)}? "
        "Every order spec in the tree will count as new.",
        yes=yes,
    )
    begun = ledger_start.start_ledger(
        call.repository,
        also_buy=also_buy,
        because=because,
        continues=None if continues is None else call.path(continues),
        environ=call.environ,
    )
    return finish(
        ExitCode.DONE,
        as_json=as_json,
        json=lambda: document(
            {
                "ledger": begun.ledger,
                "address": begun.address,
                "marketplace": begun.marketplace,
                "state": begun.state,
            }
        ),
        text=lambda: started_blocks(begun.address, begun.marketplace, begun.state),
    )


@command.command("copy")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@options.as_json
@click.pass_obj
def copy(call: Call, source: str, target: str, as_json: bool) -> int:
    """Copy a ledger to another store, event for event, and read it back.

    FROM and TO are written as `state` in satops.yaml. A copy that was cut short goes on when it
    is called again; a place that holds another ledger is never written to.
    """
    from satops.report.json.ledger import copy_json
    from satops.report.text.setup import copied_blocks

    report = ledger.copy_ledger(call.directory, source, target)
    return finish_with(report, copy_json, copied_blocks, as_json=as_json)


@command.command("move")
@click.argument("target", metavar="TO")
@options.because
@options.yes
@options.as_json
@click.pass_obj
def move(call: Call, target: str, because: str | None, yes: bool, as_json: bool) -> int:
    """Copy the ledger to TO, verify the copy, and close the one that is left.

    TO is written as `state` in satops.yaml. A closed ledger is read, and never appended to.
    """
    from satops.report.json.ledger import copy_json
    from satops.report.text.setup import moved_ledger_blocks

    confirm(f"Move the ledger to {safe(target)}, and close the one that is left?", yes=yes)
    report = ledger.move_ledger(
        call.repository, target, because=because, environ=call.environ, say=say
    )
    return finish(
        ExitCode.DONE,
        as_json=as_json,
        json=lambda: copy_json(report),
        text=lambda: moved_ledger_blocks(report, target),
    )


@command.command("moved")
@click.option("--to", metavar="ADDRESS", required=True, help="Where the marketplace is now.")
@options.because
@options.unchecked
@options.yes
@options.as_json
@click.pass_obj
def moved(
    call: Call, to: str, because: str | None, unchecked: bool, yes: bool, as_json: bool
) -> int:
    """Record that the marketplace of this ledger has another address from here on.

    Never between the sandbox and a marketplace, and not while an order is in doubt. A ledger of
    satops 0.1 names no marketplace: this says which it is of.
    """
    from satops.report.json import document
    from satops.report.text.setup import moved_blocks

    because = options.reason(because)
    confirm(f"Record that the orders of this ledger are at {safe(to)}?", yes=yes)
    event = ledger.moved(
        call.repository,
        to,
        because=because,
        unchecked=unchecked,
        environ=call.environ,
        say=say,
    )
    return finish(
        ExitCode.DONE,
        as_json=as_json,
        json=lambda: document({"to": event.to, "by": event.by, "because": event.because}),
        text=lambda: moved_blocks(event),
    )


@command.command("accept-older")
@click.option(
    "--any-account", is_flag=True,
    help="Take the account although it does not show the newest orders of the ledger.",
)  # fmt: skip
@options.because
@options.yes
@options.as_json
@click.pass_obj
def accept_older(
    call: Call, any_account: bool, because: str | None, yes: bool, as_json: bool
) -> int:
    """Go on with a ledger that is older than what this machine had appended to it.

    Verifies the chain, looks at the account, and lists what no name holds, with the specs that it
    is like. These stay held until each is adopted, or called foreign.
    """
    from satops.report.json.ledger import accepted_json
    from satops.report.text.setup import accepted_blocks

    because = options.reason(because)
    confirm("Go on with the older ledger? What came after it is lost.", yes=yes)
    accepted = ledger.accept_older(
        call.repository,
        because=because,
        any_account=any_account,
        environ=call.environ,
        say=say,
    )
    return finish_with(accepted, accepted_json, accepted_blocks, as_json=as_json)


@command.command("replay")
@click.argument("spool", metavar="DIR")
@options.as_json
@click.pass_obj
def replay(call: Call, spool: str, as_json: bool) -> int:
    """Take order numbers from a spool that was carried here from another machine.

    DIR is its folder, or one of its files. A number is taken only where the marketplace shows that
    order, and it is the one that was sent. Nothing else in the spool is believed.
    """
    from satops.report.json.reconcile import carried_json
    from satops.report.text.carried_spool import carried_blocks

    report = ledger.replay(call.repository, [call.path(spool)], environ=call.environ, say=say)
    return finish_with(report, carried_json, carried_blocks, as_json=as_json, code=report.exit_code)
