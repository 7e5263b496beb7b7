"""`satops ledger`."""

import click

from satops.api import ledger, ledger_start
from satops.cli import options
from satops.cli.context import Call
from satops.cli.output import confirm, finish, finish_with, say
from satops.core.safe import safe
from satops.errors import ExitCode


@click.group("ledger")
def command() -> None:
    """Begin, copy or move a ledger, accept an older one, or replay a spool."""


@command.command("start")
@click.option(
    "--also-buy", metavar="NAME", multiple=True,
    help="At a marketplace: buy this sample too, or order of the sandbox's ledger.",
)  # fmt: skip
@click.option(
    "--continues", metavar="FILE",
    help="Replace a broken ledger without a copy. Needs --because.",
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
    """Begin an empty ledger for the marketplace of satops.yaml.

    A new ledger holds no orders, so every spec of the tree would be bought, even if it was bought
    before. If the old ledger was lost, restore it from a copy instead. If `state` names the
    sandbox's ledger and satops.yaml a marketplace, a ledger beside it is begun.
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

    FROM and TO are written like `state` in satops.yaml. The same command resumes an interrupted
    copy. A store with another ledger is never written to.
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
    """Copy the ledger to TO, verify the copy, and close the old one.

    TO is written like `state` in satops.yaml. A closed ledger can be read, and not appended to.
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
@click.option("--to", metavar="ADDRESS", required=True, help="The marketplace's new address.")
@options.because
@options.unchecked
@options.yes
@options.as_json
@click.pass_obj
def moved(
    call: Call, to: str, because: str | None, unchecked: bool, yes: bool, as_json: bool
) -> int:
    """Record the new address of this ledger's marketplace.

    Not between the sandbox and a marketplace, and not while an order is in doubt. A ledger of
    satops 0.1 names no marketplace; this names it.
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
    help="Accept the account although it does not show the ledger's newest orders.",
)  # fmt: skip
@options.because
@options.yes
@options.as_json
@click.pass_obj
def accept_older(
    call: Call, any_account: bool, because: str | None, yes: bool, as_json: bool
) -> int:
    """Accept a ledger that lacks events which this machine had appended.

    Verifies the chain, looks at the account, and lists the orders that no name holds, with the
    specs that match them. Those specs stay held until each order is adopted or noted as foreign.
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
    """Record order numbers from the spool of another machine.

    DIR is its folder, or one of its files. A number is recorded only if the marketplace shows the
    order, and it matches the one that was sent. Everything else in the spool is ignored.
    """
    from satops.report.json.run import carried_json
    from satops.report.text.reconcile import carried_blocks

    report = ledger.replay(call.repository, [call.path(spool)], environ=call.environ, say=say)
    return finish_with(report, carried_json, carried_blocks, as_json=as_json, code=report.exit_code)
